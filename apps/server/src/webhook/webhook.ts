import type { EngineEvent } from '@weir/protocol';
import { type Alert, type AlertLog, readAlert } from '../alerts/alert.js';
import { Coalesced } from '../coalesced.js';
import { type Backoff, defaultBackoff, pauseAfter } from './backoff.js';
import type { CursorFile } from './cursor-file.js';
import type { Deliver } from './delivery.js';
import { DeliveryLedger } from './delivery-ledger.js';

/** At once; more would only make a slow receiver slower. */
const CONCURRENCY = 4;
/** Alerts that wait, for a turn or for a retry. What does not fit is found again in the log once it is committed. */
const WAITING_MOST = 1_000;
const CHUNK = 200;

export interface WebhookOptions {
  readonly deliver: Deliver;
  readonly log: AlertLog;
  readonly cursor: CursorFile;
  readonly backoff?: Backoff;
  readonly random?: () => number;
  /** A line for the terminal when deliveries begin to fail and when they work again. */
  readonly report?: (line: string) => void;
}

/**
 * Alerts to a webhook, at least once each, by their stable ids.
 *
 * An alert goes out as soon as it is raised, before it is committed, and once per success however often a replay raises it again. What was raised
 * unseen (beyond the published rate, or before the process was killed) is found in the log of committed alerts. Nothing here is waited for by the stream.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  readonly #ledger: DeliveryLedger;
  /** Ready to be sent, oldest first. */
  readonly #ready: Alert[] = [];
  /** Ready, under way or waiting for a retry, with its failures so far. */
  readonly #known = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stop = new AbortController();
  #sending = 0;
  readonly #scanning = new Coalesced(() => this.#scanLog());
  #failing = false;

  private constructor(options: WebhookOptions, ledger: DeliveryLedger) {
    this.#options = options;
    this.#backoff = options.backoff ?? defaultBackoff;
    this.#random = options.random ?? Math.random;
    this.#ledger = ledger;
  }

  /** Goes on where the last process left off. A receiver that is new gets what comes, not the past. */
  static async start(options: WebhookOptions): Promise<Webhook> {
    const delivered = options.cursor.read() ?? { cursor: await options.log.last(), beyond: [] };
    const webhook = new Webhook(options, new DeliveryLedger(delivered, options.cursor));
    webhook.#ledger.save();
    webhook.#scan();
    return webhook;
  }

  accept(event: EngineEvent): void {
    if (event.type === 'published' && event.topic === 'alert') {
      const alert = readAlert(event.payload);
      if (alert) this.#offer(alert);
    } else if (event.type === 'committed') {
      this.#scan();
    }
  }

  /** Ends what is under way and remembers what was delivered. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#scanning.idle();
    this.#ledger.close();
  }

  /** False if it has to be found in the log later. */
  #offer(alert: Alert): boolean {
    if (this.#stop.signal.aborted) return false;
    if (this.#known.has(alert.id) || this.#ledger.has(alert.id)) return true;
    if (this.#known.size >= WAITING_MOST) return false;
    this.#known.set(alert.id, 0);
    this.#ready.push(alert);
    this.#next();
    return true;
  }

  #next(): void {
    while (this.#sending < CONCURRENCY && this.#ready.length > 0 && !this.#stop.signal.aborted) {
      const alert = this.#ready.shift() as Alert;
      this.#sending++;
      void this.#send(alert).finally(() => {
        this.#sending--;
        this.#next();
      });
    }
  }

  async #send(alert: Alert): Promise<void> {
    const { id, userId, count, timestamp, message } = alert;
    const result = await this.#options.deliver({ id, userId, count, timestamp, message }, this.#stop.signal);
    if (result.ok) {
      this.#known.delete(id);
      this.#ledger.delivered(id);
      if (this.#failing) this.#options.report?.('the webhook takes alerts again');
      this.#failing = false;
      this.#scan();
      return;
    }
    if (this.#stop.signal.aborted) return;
    if (!this.#failing) this.#options.report?.(`the webhook does not take alerts: ${result.reason}; they are tried again`);
    this.#failing = true;
    const failures = (this.#known.get(id) ?? 0) + 1;
    this.#known.set(id, failures);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#ready.push(alert);
        this.#next();
      },
      pauseAfter(failures, this.#backoff, this.#random, result.retryAfter),
    );
    this.#timers.add(timer);
  }

  /** Looks through what is committed beyond the ledger's horizon. */
  #scan(): void {
    // The log cannot be read just now: the next commit looks again.
    this.#scanning.request().catch((error: unknown) => {
      this.#options.report?.(`the webhook cannot read the alerts: ${error instanceof Error ? error.message : error}`);
    });
  }

  async #scanLog(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // Beyond the bound the scan rests until deliveries make room; each of them looks again.
      if (!this.#ledger.hasRoom()) return;
      const alerts = await this.#options.log.read({ after: this.#ledger.horizon, limit: CHUNK });
      for (const alert of alerts) {
        if (!this.#offer(alert)) return;
        this.#ledger.committed(alert.seq, alert.id);
      }
      if (alerts.length < CHUNK) return;
    }
  }
}
