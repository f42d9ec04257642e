// Data plane: one object per record, nothing else.

import { InputStatus, type ReaderOutput, type SourceReader, type SourceReaderContext } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import type { SourceClock } from '../source-clock.js';
import { eventsOfSplit, LoadEvents } from './load-event.js';
import type { LoadSourceOptions, LoadSplit } from './load-source.js';

const BATCH = 512;
/** A reader that was held up catches up with at most this much of its rate, ms. */
const LONGEST_CATCH_UP = 1_000;
/** With a rate, events come in bursts this far apart, ms. A slow one needs no timer a millisecond: 5 ms are finer than anyone sees. */
const burstEvery = (rate: number): number => (rate >= 1_000 ? 1 : 5);

interface Split {
  readonly split: number;
  readonly splits: number;
  readonly start: number;
  readonly end: number;
  readonly events: LoadEvents;
  next: number;
}

export class LoadReader implements SourceReader<UserEvent, LoadSplit> {
  readonly #options: LoadSourceOptions;
  readonly #context: SourceReaderContext;
  readonly #clock: SourceClock;
  #splits: Split[] = [];
  /** The split whose turn it is. */
  #turn = 0;
  #perMs = Number.POSITIVE_INFINITY;
  /** Events that may be handed over now, as of `#creditAt`; only with a rate. */
  #credit = 0;
  #creditAt = 0;
  #sleep: { readonly done: Promise<void>; readonly cancel: () => void } | undefined;

  constructor(options: LoadSourceOptions, context: SourceReaderContext, clock: SourceClock) {
    this.#options = options;
    this.#context = context;
    this.#clock = clock;
  }

  start(restored: readonly LoadSplit[] | undefined): void {
    const now = this.#clock.now();
    const { indexOfThisSubtask, numberOfParallelSubtasks } = this.#context;
    const first = {
      split: indexOfThisSubtask,
      splits: numberOfParallelSubtasks,
      start: this.#options.startTime ?? Math.floor(now),
      next: 0,
    };
    this.#splits = (restored ?? [first]).map(({ split, splits, start, next }) => ({
      split,
      splits,
      start,
      end: eventsOfSplit(this.#options.count, split, splits),
      events: new LoadEvents(this.#options, split, splits, start),
      next,
    }));
    // This reader's share of the rate is that of its splits, so that the sum is right at another parallelism too.
    if (this.#options.rate > 0) this.#perMs = this.#splits.reduce((sum, { splits }) => sum + this.#options.rate / splits / 1000, 0);
    this.#creditAt = now;
  }

  pollNext(output: ReaderOutput<UserEvent>): InputStatus {
    const split = this.#unfinished();
    if (split === undefined) return this.#options.count === undefined ? InputStatus.NOTHING_AVAILABLE : InputStatus.END_OF_INPUT;
    const limit = Math.min(split.end - split.next, BATCH, this.#allowed());
    if (limit === 0) return InputStatus.NOTHING_AVAILABLE;
    const { events } = split;
    const from = split.next;
    let n = from;
    for (const end = from + limit; n < end && output.hasRoom(); n++) output.collect(events.event(n));
    split.next = n;
    this.#credit -= n - from;
    this.#turn++;
    return InputStatus.MORE_AVAILABLE;
  }

  #unfinished(): Split | undefined {
    for (let i = 0; i < this.#splits.length; i++) {
      const split = this.#splits[(this.#turn + i) % this.#splits.length];
      if (split.next < split.end) return split;
    }
    return undefined;
  }

  #allowed(): number {
    if (this.#options.rate === 0) return BATCH;
    const now = this.#clock.now();
    const most = Math.max(1, this.#perMs * LONGEST_CATCH_UP);
    this.#credit = Math.min(most, this.#credit + (now - this.#creditAt) * this.#perMs);
    this.#creditAt = now;
    return Math.floor(this.#credit);
  }

  isAvailable(): Promise<void> {
    if (this.#splits.length === 0) return new Promise(() => {});
    this.#sleep?.cancel();
    this.#sleep = this.#clock.sleep(Math.max(burstEvery(this.#options.rate), (1 - this.#credit) / this.#perMs));
    return this.#sleep.done;
  }

  snapshotState(): readonly LoadSplit[] {
    return this.#splits.map(({ split, splits, start, next }) => ({ split, splits, start, next }));
  }

  close(): void {
    this.#sleep?.cancel();
  }
}
