import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One attempt's outcome; `retryAfter` is the receiver's own wish in ms. */
export type DeliveryResult = { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly retryAfter?: number };

export interface Message {
  /** The same at each attempt and after each replay. */
  readonly id: string;
  readonly type: 'alert' | 'alarm';
  readonly data: object;
}

/** Sends one message once; resolves whatever happens. */
export type Deliver = (message: Message, signal: AbortSignal) => Promise<DeliveryResult>;

export interface WebhookTarget {
  /** http: or https: */
  readonly url: string;
  /** `whsec_…` as Standard Webhooks writes it (base64), or any text. */
  readonly secret?: string;
  /** A receiver that takes longer has failed, ms. */
  readonly timeout: number;
}

/**
 * A POST by Standard Webhooks: `webhook-id` is the message's own id, the same at each attempt and after each replay, so that a receiver can drop repeats.
 * Node's own client: `fetch` would load several MB for this.
 */
export function httpDelivery(target: WebhookTarget, now: () => number = Date.now): Deliver {
  const url = new URL(target.url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return ({ id, type, data }, signal) =>
    new Promise((resolve) => {
      const timestamp = String(Math.floor(now() / 1_000));
      const body = JSON.stringify({ type, data });
      const headers: Record<string, string | number> = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'weir',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
      };
      if (target.secret !== undefined) headers['webhook-signature'] = signature(target.secret, id, timestamp, body);
      const fail = (error: Error): void => resolve({ ok: false, reason: error.message });
      const request = send(url, { method: 'POST', headers, signal, timeout: target.timeout }, (response) => {
        // What it says does not matter, but must be read for the connection to be free again.
        response.resume();
        response.on('error', fail);
        response.on('close', () => fail(new Error('the connection was closed')));
        response.on('end', () => resolve(outcome(response.statusCode ?? 0, response.headers['retry-after'])));
      });
      // `timeout` above is of silence on the socket; a receiver that drips is cut off by this one.
      const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${target.timeout} ms`)), target.timeout);
      request.on('timeout', () => request.destroy(new Error(`no answer within ${target.timeout} ms`)));
      request.on('error', fail);
      request.on('close', () => clearTimeout(deadline));
      request.end(body);
    });
}

/** 2xx alone is success: a redirect would send alerts to where nobody configured. */
function outcome(status: number, retryAfter: string | undefined): DeliveryResult {
  if (status >= 200 && status < 300) return { ok: true };
  const seconds = retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  return { ok: false, reason: `answered ${status}`, ...(seconds === undefined ? {} : { retryAfter: seconds * 1_000 }) };
}

export function signature(secret: string, id: string, timestamp: string, body: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
