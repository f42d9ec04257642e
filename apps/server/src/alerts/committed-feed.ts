import type { AlertLog, CommittedAlert } from './alert.js';

const CHUNK = 1_000;

/** Follows the log of committed alerts: each one is handed over once, in order. */
export class CommittedFeed {
  readonly #log: AlertLog;
  readonly #accept: (alert: CommittedAlert) => void;
  #after: number | undefined;
  #polling: Promise<void> | undefined;
  #again = false;

  /** Begins after `after`; unless told, with what is committed from the first poll on and a little before. */
  constructor(log: AlertLog, accept: (alert: CommittedAlert) => void, after?: number) {
    this.#log = log;
    this.#accept = accept;
    this.#after = after;
  }

  /** Resolves once everything that was committed before the call has been handed over. */
  async poll(): Promise<void> {
    // One under way may have looked before the last commit: it looks again.
    this.#again = true;
    this.#polling ??= this.#run().finally(() => {
      this.#polling = undefined;
    });
    await this.#polling;
  }

  async #run(): Promise<void> {
    this.#after ??= Math.max(0, (await this.#log.last()) - CHUNK);
    while (this.#again) {
      this.#again = false;
      for (;;) {
        const alerts = await this.#log.read({ after: this.#after, limit: CHUNK });
        for (const alert of alerts) {
          this.#after = alert.seq;
          this.#accept(alert);
        }
        if (alerts.length < CHUNK) break;
      }
    }
  }
}
