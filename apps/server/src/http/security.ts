import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { RestError } from './rest-error.js';

/**
 * Who may ask. The server has no users: on this machine whoever can reach it may steer it, but not through a browser that shows another page
 * (Host names what was asked for, so a name that was rebound to 127.0.0.1 is seen; Origin names the page). Beyond this machine a token is needed.
 */
export interface SecurityOptions {
  readonly host: string;
  /** The port that it listens on, known once it does. */
  readonly port: () => number;
  readonly token?: string;
}

export interface Access {
  /** Set where the token came as `?token=`: it is kept as a cookie then, so that it need not stay in the address. */
  readonly setCookie?: string;
}

const COOKIE = 'weir_token';
/** They say no more than that the process lives and the job runs, and a probe should need no secret. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Throws 401 or 403 for a request that must not be served. Used for HTTP requests and, later, for Socket.IO handshakes alike. */
export function checkAccess(request: { readonly url: string; readonly headers: IncomingHttpHeaders }, options: SecurityOptions): Access {
  const url = new URL(request.url, 'http://unused');
  const { headers } = request;
  checkOrigin(headers);
  if (options.token === undefined) {
    checkHost(headers.host, options);
    return {};
  }
  if (OPEN_PATHS.has(url.pathname)) return {};
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined && equal(bearer.trim(), options.token)) return {};
  const cookie = readCookie(headers.cookie);
  if (cookie !== undefined && equal(cookie, cookieValue(options.token))) return {};
  const query = url.searchParams.get('token');
  if (query !== null && equal(query, options.token)) {
    return { setCookie: `${COOKIE}=${cookieValue(options.token)}; Path=/; HttpOnly; SameSite=Strict` };
  }
  throw new RestError(401, 'A token is needed: send it as "Authorization: Bearer …", or once as ?token=….');
}

/** Without Origin it is no page of a browser that writes, or a plain visit: served. */
function checkOrigin(headers: IncomingHttpHeaders): void {
  const { origin, host } = headers;
  if (origin === undefined) return;
  // Either scheme: a proxy in front may speak TLS.
  if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return;
  throw new RestError(403, `Requests from the page at ${origin} are refused: only this server's own page may ask.`);
}

function checkHost(host: string | undefined, options: SecurityOptions): void {
  const match = /^(\[[0-9a-f:.]+\]|[^:]+)(?::(\d+))?$/i.exec(host ?? '');
  const known = match !== null && (isLoopback(match[1]) || match[1].toLowerCase() === options.host.toLowerCase());
  if (!known || Number(match[2] ?? 80) !== options.port()) {
    throw new RestError(
      403,
      `The Host header "${host ?? ''}" is not this server's: ask for it by 127.0.0.1 or localhost, or set WEIR_TOKEN.`,
    );
  }
}

/** The cookie proves that its bearer had the token without being it. */
function cookieValue(token: string): string {
  return createHash('sha256').update(`weir-cookie:${token}`).digest('base64url');
}

function readCookie(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === COOKIE) return value;
  }
  return undefined;
}

/** In a time that tells nothing of where the two differ; hashed first, so that lengths tell nothing either. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
