import type { EngineEvent, EngineSnapshot } from '@weir/protocol';
import { type Alert, type AlertLog, readAlert } from '../alerts/alert.js';
import { Coalesced } from '../coalesced.js';
import { AlarmWatch } from './alarm-watch.js';
import type { Backoff } from './backoff.js';
import type { CursorFile } from './cursor-file.js';
import type { Deliver } from './delivery.js';
import { DeliveryLedger } from './delivery-ledger.js';
import { DeliveryQueue } from './delivery-queue.js';

const CHUNK = 200;

export interface WebhookOptions {
  readonly deliver: Deliver;
  readonly log: AlertLog;
  readonly cursor: CursorFile;
  readonly snapshot: () => EngineSnapshot;
  readonly backoff?: Backoff;
  readonly random?: () => number;
  /** A line for the terminal when deliveries begin to fail and when they work again. */
  readonly report?: (line: string) => void;
}

/**
 * Alerts to a webhook, at least once each, by their stable ids; and alarms, as soon as they are raised, for as long as this process lives.
 *
 * An alert goes out as soon as it is raised, before it is committed, and once per success however often a replay raises it again. What was raised
 * unseen (beyond the published rate, or before the process was killed) is found in the log of committed alerts. Nothing here is waited for by the stream.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #ledger: DeliveryLedger;
  /** Alerts that do not fit are found again in the log once they are committed. */
  readonly #alerts: DeliveryQueue;
  /** Apart, so that none waits behind a thousand alerts. */
  readonly #alarms: DeliveryQueue;
  readonly #watch: AlarmWatch;
  readonly #scanning = new Coalesced(() => this.#scanLog());

  private constructor(options: WebhookOptions, ledger: DeliveryLedger) {
    this.#options = options;
    this.#ledger = ledger;
    this.#alerts = new DeliveryQueue({
      ...options,
      onDelivered: ({ id }) => {
        ledger.delivered(id);
        this.#scan();
      },
    });
    this.#alarms = new DeliveryQueue({ ...options, onDelivered: () => undefined });
    this.#watch = new AlarmWatch({ snapshot: options.snapshot, onAlarm: (message) => this.#alarms.offer(message) });
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
    this.#watch.accept(event);
    if (event.type === 'published' && event.topic === 'alert') {
      const alert = readAlert(event.payload);
      if (alert) this.#offer(alert);
    } else if (event.type === 'committed') {
      this.#scan();
    }
  }

  /** Ends what is under way and remembers what was delivered. */
  async close(): Promise<void> {
    this.#alerts.close();
    this.#alarms.close();
    await this.#scanning.idle();
    this.#ledger.close();
  }

  /** False if it has to be found in the log later. */
  #offer({ id, userId, count, timestamp, message }: Alert): boolean {
    if (this.#alerts.closed) return false;
    if (this.#alerts.has(id) || this.#ledger.has(id)) return true;
    return this.#alerts.offer({ id, type: 'alert', data: { id, userId, count, timestamp, message } });
  }

  /** Looks through what is committed beyond the ledger's horizon. */
  #scan(): void {
    // The log cannot be read just now: the next commit looks again.
    this.#scanning.request().catch((error: unknown) => {
      this.#options.report?.(`the webhook cannot read the alerts: ${error instanceof Error ? error.message : error}`);
    });
  }

  async #scanLog(): Promise<void> {
    while (!this.#alerts.closed) {
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
