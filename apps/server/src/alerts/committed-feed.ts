import { Coalesced } from '../coalesced.js';
import type { AlertLog, CommittedAlert } from './alert.js';

const CHUNK = 1_000;

/** Follows the log of committed alerts: each one is handed over once, in order. */
export class CommittedFeed {
  readonly #log: AlertLog;
  readonly #accept: (alert: CommittedAlert) => void;
  readonly #reading = new Coalesced(() => this.#read());
  #after: number | undefined;

  /** Begins a little before what is committed at the first poll. */
  constructor(log: AlertLog, accept: (alert: CommittedAlert) => void) {
    this.#log = log;
    this.#accept = accept;
  }

  /** Resolves once everything that was committed before the call has been handed over. */
  poll(): Promise<void> {
    return this.#reading.request();
  }

  async #read(): Promise<void> {
    this.#after ??= Math.max(0, (await this.#log.last()) - CHUNK);
    for (;;) {
      const alerts = await this.#log.read({ after: this.#after, limit: CHUNK });
      for (const alert of alerts) {
        this.#after = alert.seq;
        this.#accept(alert);
      }
      if (alerts.length < CHUNK) return;
    }
  }
}
