import { InputStatus, type ReaderOutput, type SourceReader, type SourceReaderContext } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import type { SourceClock } from '../source-clock.js';
import { dueAt, handOverAt, lagAfterRestore, type Schedule, withInterval } from './pace.js';
import { isAbnormalEvent } from './random-user-event.js';
import type { RandomUserEventSourceOptions, RandomUserEventSplit } from './random-user-event-source.js';

const BATCH = 256;

interface Split {
  readonly split: number;
  readonly splits: number;
  readonly schedule: Schedule;
  next: number;
  /** Of the last snapshot, or of this attempt's start. */
  snapshotAt: number;
  sincePrevious: number;
}

export class RandomUserEventReader implements SourceReader<UserEvent, RandomUserEventSplit> {
  readonly #options: RandomUserEventSourceOptions;
  readonly #context: SourceReaderContext;
  readonly #clock: SourceClock;
  #splits: Split[] = [];
  #sleep: { readonly done: Promise<void>; readonly cancel: () => void } | undefined;

  constructor(options: RandomUserEventSourceOptions, context: SourceReaderContext, clock: SourceClock) {
    this.#options = options;
    this.#context = context;
    this.#clock = clock;
  }

  start(restored: readonly RandomUserEventSplit[] | undefined): void {
    const now = Math.floor(this.#clock.now());
    if (restored === undefined) {
      const { indexOfThisSubtask: split, numberOfParallelSubtasks: splits } = this.#context;
      const schedule = { start: this.#options.startTime ?? now, interval: this.#options.intervalMs, lag: 0 };
      this.#splits = [{ split, splits, schedule, next: 0, snapshotAt: now, sincePrevious: 0 }];
    } else {
      this.#splits = restored.map((state) => this.#restore(state, now));
    }
  }

  #restore(state: RandomUserEventSplit, now: number): Split {
    const { split, splits, next, sincePrevious } = state;
    const sameRun = state.jobId === this.#context.jobId && state.processId === this.#clock.processId;
    let schedule: Schedule = { start: state.start, interval: state.interval, lag: state.lag };
    if (schedule.interval !== this.#options.intervalMs) schedule = withInterval(schedule, next, this.#options.intervalMs);
    const lag = lagAfterRestore(schedule, next, { snapshotAt: state.snapshotAt, sincePrevious }, now, sameRun);
    return { split, splits, schedule: { ...schedule, lag }, next, snapshotAt: now, sincePrevious };
  }

  pollNext(output: ReaderOutput<UserEvent>): InputStatus {
    const now = this.#clock.now();
    let left = BATCH;
    for (;;) {
      const split = this.#nextDue();
      if (split === undefined || handOverAt(split.schedule, split.next) > now) return InputStatus.NOTHING_AVAILABLE;
      if (left-- === 0 || !output.hasRoom()) return InputStatus.MORE_AVAILABLE;
      this.#handOver(split, output);
    }
  }

  #handOver(split: Split, output: ReaderOutput<UserEvent>): void {
    const n = split.next++;
    const event: UserEvent = {
      userId: `user${split.split + 1}`,
      isAbnormal: isAbnormalEvent(this.#options, split.split, n),
      timestamp: dueAt(split.schedule, n),
      sequence: n * split.splits + split.split,
    };
    output.collect(event);
    if (this.#options.logEvents) this.#context.publish('source', event);
  }

  /** In the order they are due, so that a catch-up mixes the users as the live stream did. */
  #nextDue(): Split | undefined {
    let first: Split | undefined;
    for (const split of this.#splits) {
      if (first === undefined || handOverAt(split.schedule, split.next) < handOverAt(first.schedule, first.next)) first = split;
    }
    return first;
  }

  isAvailable(): Promise<void> {
    const split = this.#nextDue();
    // More subtasks than users: this one has nothing, ever. It still takes part in checkpoints.
    if (split === undefined) return new Promise(() => {});
    this.#sleep?.cancel();
    this.#sleep = this.#clock.sleep(handOverAt(split.schedule, split.next) - this.#clock.now());
    return this.#sleep.done;
  }

  snapshotState(): readonly RandomUserEventSplit[] {
    const now = Math.floor(this.#clock.now());
    return this.#splits.map((split) => {
      split.sincePrevious = Math.max(0, now - split.snapshotAt);
      split.snapshotAt = now;
      const { start, interval, lag } = split.schedule;
      return {
        split: split.split,
        splits: split.splits,
        start,
        interval,
        lag: Math.round(lag),
        next: split.next,
        snapshotAt: now,
        sincePrevious: split.sincePrevious,
        jobId: this.#context.jobId,
        processId: this.#clock.processId,
      };
    });
  }

  close(): void {
    this.#sleep?.cancel();
  }
}
