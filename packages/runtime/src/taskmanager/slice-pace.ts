// Data plane: a comparison per record.
import type { Backpressure } from '../network/channel-reader.js';

/** Most records between two looks at the clock. */
const MOST_UNCLOCKED = 64;
/** Between two looks, ms: fewer records lie between them where one takes long. */
const CLOCK_PACE_MS = 0.5;

/** Counts a task's records, and ends its slice once its time is up, without a look at the clock for each record. */
export class SlicePace {
  readonly #backpressure: Backpressure;
  /** Whoever adds to it calls `look` once it has reached `nextLook`. */
  recordsIn = 0;
  nextLook = 0;
  #deadline = 0;
  #clockAt = 0;
  #unclocked = 1;

  constructor(backpressure: Backpressure) {
    this.#backpressure = backpressure;
  }

  /** A slice begins; `deadline` in time of `performance.now()`. */
  start(deadline: number): void {
    this.#deadline = deadline;
    this.#clockAt = performance.now();
    this.nextLook = this.recordsIn + this.#unclocked;
  }

  /** Ends the slice after the record at hand once its time is up. */
  look(): void {
    const now = performance.now();
    const elapsed = now - this.#clockAt;
    this.#clockAt = now;
    this.#unclocked =
      elapsed < CLOCK_PACE_MS
        ? Math.min(MOST_UNCLOCKED, this.#unclocked * 2)
        : Math.max(1, Math.floor((this.#unclocked * CLOCK_PACE_MS) / elapsed));
    this.nextLook = this.recordsIn + this.#unclocked;
    if (now >= this.#deadline) this.#backpressure.blocked = true;
  }
}
