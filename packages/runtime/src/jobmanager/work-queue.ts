import type { Clock } from '../common/clock.js';

type Work = () => Promise<void>;

/**
 * The work of a JobMaster: one piece after the other, none of which may fail unnoticed.
 *
 * The epoch grows with whatever makes earlier work pointless: a piece that waits for long does so by `waitFor`, and gives up if the epoch is
 * another afterwards.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #interrupts = new Set<() => void>();
  #epoch = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Ends every wait of the epochs before. */
  nextEpoch(): number {
    for (const interrupt of this.#interrupts) interrupt();
    return ++this.#epoch;
  }

  do(work: Work): void {
    this.#last = this.#last.then(work).catch(this.#onError);
  }

  /** Resolves with what `wait` begins, or as soon as the epoch is another. */
  async waitFor(epoch: number, wait: () => Promise<void>): Promise<void> {
    if (epoch !== this.#epoch) return;
    let interrupt: () => void = () => {};
    const interrupted = new Promise<void>((resolve) => {
      interrupt = resolve;
    });
    this.#interrupts.add(interrupt);
    await Promise.race([wait(), interrupted]);
    this.#interrupts.delete(interrupt);
  }

  /** `ms` milliseconds of the clock. */
  delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.schedule(ms, resolve));
  }
}
