import { InputStatus, type ReaderOutput, type SourceReader, type SourceReaderContext } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import type { SourceClock } from '../source-clock.js';
import { DurableSchedule } from './durable-schedule.js';
import { dueAt, handOverAt, lagAfterRestore, type Schedule, type SnapshotTimes, withInterval } from './pace.js';
import { isAbnormalEvent } from './random-user-event.js';
import type { RandomUserEventSourceOptions, RandomUserEventSplit } from './random-user-event-source.js';
import type { SpeedFiles } from './speed-files.js';

const BATCH = 256;
/** While every split waits for a write of its schedule, which ends the sleep: ms. */
const UNTIL_WRITTEN = 60_000;

interface Split {
  readonly split: number;
  readonly splits: number;
  /** Undefined where the speed cannot be changed. */
  durable: DurableSchedule | undefined;
  schedule: Schedule;
  next: number;
  /** Of the last snapshot, or of this attempt's start. */
  snapshotAt: number;
  sincePrevious: number;
}

export class RandomUserEventReader implements SourceReader<UserEvent, RandomUserEventSplit> {
  readonly #options: RandomUserEventSourceOptions;
  readonly #context: SourceReaderContext;
  readonly #clock: SourceClock;
  readonly #files: SpeedFiles | undefined;
  #splits: Split[] = [];
  #sleep: { readonly done: Promise<void>; readonly cancel: () => void } | undefined;
  #unwatch: (() => void) | undefined;

  /** `files`: where a change of speed is found and kept; without them there is none. */
  constructor(options: RandomUserEventSourceOptions, context: SourceReaderContext, clock: SourceClock, files?: SpeedFiles) {
    this.#options = options;
    this.#context = context;
    this.#clock = clock;
    this.#files = files;
  }

  async start(restored: readonly RandomUserEventSplit[] | undefined): Promise<void> {
    const now = Math.floor(this.#clock.now());
    if (restored === undefined) {
      const { indexOfThisSubtask: split, numberOfParallelSubtasks: splits } = this.#context;
      const schedule = { start: this.#options.startTime ?? now, interval: this.#options.intervalMs, lag: 0 };
      this.#splits = [{ split, splits, durable: undefined, schedule, next: 0, snapshotAt: now, sincePrevious: 0 }];
      await this.#openFiles();
      for (const each of this.#splits) {
        // Begun again before its first checkpoint.
        const { stored } = each.durable ?? {};
        if (stored !== undefined) this.#goOn(each, { ...stored, snapshotAt: stored.start, sincePrevious: 0 }, now);
      }
    } else {
      this.#splits = restored.map(({ split, splits, start, interval, lag, next, sincePrevious }) => {
        const schedule = { start, interval, lag };
        return { split, splits, durable: undefined, schedule, next, snapshotAt: now, sincePrevious };
      });
      await this.#openFiles();
      for (const [i, state] of restored.entries()) this.#goOn(this.#splits[i], state, now);
    }
    if (this.#files === undefined) return;
    // The first claim, and a speed that was wanted while nothing ran.
    await this.#readWanted();
    await Promise.all(this.#splits.map(({ durable }) => durable?.settled()));
    this.#unwatch = this.#files.watch(() => void this.#readWanted().catch(() => undefined));
  }

  async #openFiles(): Promise<void> {
    const files = this.#files;
    if (files === undefined) return;
    await Promise.all(
      this.#splits.map(async (split) => {
        split.durable = await DurableSchedule.open({
          files,
          split: split.split,
          base: split.schedule,
          next: split.next,
          writer: { jobId: this.#context.jobId, processId: this.#clock.processId },
          onSettled: () => this.#settled(split),
        });
        split.schedule = split.durable.schedule;
      }),
    );
  }

  #goOn(split: Split, state: SnapshotTimes & Pick<RandomUserEventSplit, 'jobId' | 'processId'>, now: number): void {
    const { next, durable } = split;
    const sameRun = state.jobId === this.#context.jobId && state.processId === this.#clock.processId;
    if (durable === undefined && split.schedule.interval !== this.#options.intervalMs)
      split.schedule = withInterval(split.schedule, next, this.#options.intervalMs);
    const lag = lagAfterRestore(split.schedule, next, state, now, sameRun);
    split.schedule = { ...split.schedule, lag };
    if (durable !== undefined) durable.schedule = split.schedule;
  }

  async #readWanted(): Promise<void> {
    const speed = (await this.#files?.readWanted()) ?? 1;
    for (const split of this.#splits) {
      split.durable?.want(this.#options.intervalMs / speed);
      this.#advance(split);
    }
  }

  #advance({ durable, schedule, next }: Split): void {
    const now = this.#clock.now();
    durable?.advance(next, now - schedule.lag, now);
  }

  #settled(split: Split): void {
    if (split.durable !== undefined) split.schedule = split.durable.schedule;
    this.#sleep?.cancel();
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
    this.#advance(split);
  }

  /** In the order they are due, so that a catch-up mixes the users as the live stream did. Those that wait for a write of their schedule are passed over. */
  #nextDue(): Split | undefined {
    let first: Split | undefined;
    for (const split of this.#splits) {
      if (split.durable !== undefined && split.next >= split.durable.limit) continue;
      if (first === undefined || handOverAt(split.schedule, split.next) < handOverAt(first.schedule, first.next)) first = split;
    }
    return first;
  }

  isAvailable(): Promise<void> {
    // More subtasks than users: this one has nothing, ever. It still takes part in checkpoints.
    if (this.#splits.length === 0) return new Promise(() => {});
    const split = this.#nextDue();
    this.#sleep?.cancel();
    this.#sleep = this.#clock.sleep(split === undefined ? UNTIL_WRITTEN : handOverAt(split.schedule, split.next) - this.#clock.now());
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

  /** Its writes are through before another attempt may read them. */
  async close(): Promise<void> {
    this.#unwatch?.();
    this.#sleep?.cancel();
    await Promise.all(this.#splits.map(({ durable }) => durable?.settled()));
  }
}
