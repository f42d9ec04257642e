import { dueAt, firstDueAfter, type Schedule, withChange } from './pace.js';
import type { DurablePace, SpeedFiles } from './speed-files.js';

/** A split lays claim to the events of so much time before it hands them over, ms: it writes this seldom, and a change after a failure waits this long at most. */
const CLAIM = 20_000;
/** After a write that failed, ms. */
const RETRY = 1_000;

/**
 * The schedule of one split, in which a change of speed takes effect at an event number that is on disk before the event is out.
 *
 * An event may be handed over only below `limit`. What was handed over by attempts before is unknown, but it is below the horizon that they had made durable: so a
 * change holds from the horizon found at the start on, or from the next event on once that is beyond it. While a change is being written, no event that it speaks of
 * is handed over. If a write fails (a full disk) the events go on unclaimed at the speed they had, and changes wait until writing works again.
 */
export class DurableSchedule {
  schedule: Schedule;
  /** What was on disk when this attempt began; undefined for a job line's first. */
  readonly stored: DurablePace | undefined;
  readonly #files: SpeedFiles;
  readonly #split: number;
  readonly #writer: Writer;
  readonly #onSettled: () => void;
  #horizon: number;
  /** Below it anything may have been handed over by an attempt before. */
  readonly #floor: number;
  #wanted = Number.NaN;
  /** The first event of a change that is being written. */
  #gate = Number.POSITIVE_INFINITY;
  #unclaimed = false;
  #retryAt = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;

  private constructor(options: DurableScheduleOptions, stored: DurablePace | undefined) {
    const { files, split, base, next, writer, onSettled } = options;
    this.#files = files;
    this.#split = split;
    this.#writer = writer;
    this.#onSettled = onSettled;
    this.stored = stored;
    this.schedule =
      stored === undefined ? base : { start: stored.start, interval: stored.interval, lag: base.lag, changes: stored.changes };
    // A job from before there was a file may have handed over more than it begins with.
    this.#horizon = stored?.horizon ?? (next === 0 ? 0 : claimed(base, next));
    this.#floor = this.#horizon;
  }

  static async open(options: DurableScheduleOptions): Promise<DurableSchedule> {
    return new DurableSchedule(options, await options.files.readSplit(options.split));
  }

  /** Events below it may be handed over now. */
  get limit(): number {
    return this.#unclaimed ? this.#gate : Math.min(this.#horizon, this.#gate);
  }

  want(interval: number): void {
    this.#wanted = interval;
  }

  /** Writes what has to be written, if anything: a change that is wanted, a claim to further events. `time`: of the schedule; `now`: of the clock. */
  advance(next: number, time: number, now: number): void {
    if (this.#writing !== undefined || now < this.#retryAt) return;
    const { changes = [], interval } = this.schedule;
    const isChange = !Number.isNaN(this.#wanted) && this.#wanted !== (changes.at(-1)?.interval ?? interval);
    if (!isChange && dueAt(this.schedule, this.#horizon) - dueAt(this.schedule, next) >= CLAIM / 2) return;
    const from = Math.max(next, this.#floor);
    const schedule = isChange
      ? withChange(this.schedule, from, this.#wanted, from === next ? time : Number.POSITIVE_INFINITY)
      : this.schedule;
    if (isChange) this.#gate = from;
    // With a change the claim is made anew: what a faster pace had claimed would keep a slow one from the next change for hours. While it is written
    // nothing is handed over from `from` on, and what attempts before may have handed over is below the floor.
    const horizon = Math.max(isChange ? this.#floor : this.#horizon, claimed(schedule, next));
    this.#writing = this.#files
      .writeSplit(this.#split, {
        start: schedule.start,
        interval: schedule.interval,
        ...this.#writer,
        horizon,
        changes: schedule.changes ?? [],
      })
      .then(
        () => {
          this.schedule = { ...schedule, lag: this.schedule.lag };
          this.#horizon = horizon;
          this.#unclaimed = false;
        },
        () => {
          this.#unclaimed = true;
          this.#retryAt = now + RETRY;
        },
      )
      .finally(() => {
        this.#gate = Number.POSITIVE_INFINITY;
        this.#writing = undefined;
        this.#onSettled();
      });
  }

  /** Resolves once nothing is being written; never rejects. */
  async settled(): Promise<void> {
    await this.#writing;
  }
}

/** Of an attempt. */
type Writer = Pick<DurablePace, 'jobId' | 'processId'>;

export interface DurableScheduleOptions {
  readonly files: SpeedFiles;
  readonly split: number;
  /** Until the first change, for a job line that has nothing on disk yet. */
  readonly base: Schedule;
  /** The event that this attempt begins with. */
  readonly next: number;
  readonly writer: Writer;
  /** A write has ended: the limit or the schedule may be another. */
  readonly onSettled: () => void;
}

/** The end of what is claimed: the events of so much time from `next` on, one at least. */
function claimed(schedule: Schedule, next: number): number {
  return Math.max(next + 1, firstDueAfter(schedule, dueAt(schedule, next) + CLAIM));
}
