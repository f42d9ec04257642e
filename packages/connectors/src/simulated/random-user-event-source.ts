import { int64, record, type Source, type SourceReader, type SourceReaderContext, string, type TypeOf } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import { type SourceClock, SystemSourceClock } from '../source-clock.js';
import { RandomUserEventReader } from './random-user-event-reader.js';
import { NodeSpeedFiles, type SpeedFiles, speedDirectoryOf } from './speed-files.js';

export interface RandomUserEventSourceOptions {
  /** Between two events of one user, ms. */
  readonly intervalMs: number;
  /** 0 … 1 */
  readonly abnormalRate: number;
  readonly seed: number;
  /** When event 0 is due, ms since the epoch; the first start unless given. */
  readonly startTime?: number;
  /** Publishes each event as a log line, topic `source`. Only for a low rate. */
  readonly logEvents?: boolean;
  /** Where a wanted speed is looked for, and what came of it is kept, by job line (`wantedSpeedPath`); without it the speed cannot be changed. */
  readonly speedDirectory?: string;
}

/** One user's events. All are handed to one reader; at another parallelism a reader has several, or none. */
export const randomUserEventSplit = record({
  split: int64(),
  splits: int64(),
  start: int64(),
  interval: int64(),
  lag: int64(),
  next: int64(),
  snapshotAt: int64(),
  sincePrevious: int64(),
  jobId: string(),
  processId: string(),
});
export type RandomUserEventSplit = TypeOf<typeof randomUserEventSplit>;

/** User k's events (k = 1 … parallelism of the first start), one each interval, each abnormal with a given probability. */
export class RandomUserEventSource implements Source<UserEvent, RandomUserEventSplit> {
  readonly boundedness = 'CONTINUOUS_UNBOUNDED';
  readonly stateType = randomUserEventSplit;
  readonly #options: RandomUserEventSourceOptions;
  readonly #clock: () => SourceClock;
  readonly #files: (directory: string) => SpeedFiles;

  constructor(
    options: RandomUserEventSourceOptions,
    clock: () => SourceClock = () => new SystemSourceClock(),
    files: (directory: string) => SpeedFiles = (directory) => new NodeSpeedFiles(directory),
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#files = files;
  }

  createReader(context: SourceReaderContext): SourceReader<UserEvent, RandomUserEventSplit> {
    const { speedDirectory } = this.#options;
    const files = speedDirectory === undefined ? undefined : this.#files(speedDirectoryOf(speedDirectory, context.lineage));
    return new RandomUserEventReader(this.#options, context, this.#clock(), files);
  }
}
