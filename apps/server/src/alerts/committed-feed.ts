import { Coalesced } from '../coalesced.js';
import type { AlertLog, CommittedAlert } from './alert.js';

/** Alerts looked at in one go: between two, others have their turn. */
const CHUNK = 10_000;

export interface CommittedFeedOptions {
  /** The newest are handed over whatever they are: so many of what was committed at once. */
  readonly newest: number;
  /** Whether somebody waits for the commit of this alert. */
  readonly isAwaited: (id: string) => boolean;
  /** Each once, in order. */
  readonly accept: (alert: CommittedAlert) => void;
}

/**
 * Follows the log of committed alerts. Of many that are committed at once only those are read that somebody waits for, or will look at: a job may commit hundreds of
 * thousands in a second, and the log has them all.
 */
export class CommittedFeed {
  readonly #log: AlertLog;
  readonly #options: CommittedFeedOptions;
  readonly #reading = new Coalesced(() => this.#read());
  #after: number | undefined;

  /** Begins a little before what is committed at the first poll. */
  constructor(log: AlertLog, options: CommittedFeedOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** Resolves once everything that was committed before the call has been handed over or passed over. */
  poll(): Promise<void> {
    return this.#reading.request();
  }

  async #read(): Promise<void> {
    const { newest, isAwaited, accept } = this.#options;
    const last = await this.#log.last();
    this.#after ??= Math.max(0, last - newest);
    while (this.#after < last) {
      const reached: number = await this.#log.pick({
        after: this.#after,
        limit: Math.min(CHUNK, last - this.#after),
        wanted: (id, seq) => seq > last - newest || isAwaited(id),
        accept: (alert) => {
          this.#after = alert.seq;
          accept(alert);
        },
      });
      this.#after = reached;
    }
  }
}
