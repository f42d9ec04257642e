import { int64, record, type Source, type SourceReader, type SourceReaderContext, type TypeOf } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import { type SourceClock, SystemSourceClock } from '../source-clock.js';
import { LoadReader } from './load-reader.js';

export interface LoadSourceOptions {
  /** Different users, `user1` … */
  readonly keys: number;
  /** How often each comes: all alike unless told, or the k-th about 1/k as often as the first. */
  readonly skew?: 'uniform' | 'zipf';
  /** Events a second over all subtasks; 0 for as fast as they are taken. */
  readonly rate: number;
  /** 0 … 1 */
  readonly abnormalRate: number;
  readonly seed: number;
  /** Events over all subtasks; without end unless given. */
  readonly count?: number;
  /** Time stamp of event 0, ms since the epoch; the first start unless given. */
  readonly startTime?: number;
}

export const loadSplit = record({ split: int64(), splits: int64(), start: int64(), next: int64() });
export type LoadSplit = TypeOf<typeof loadSplit>;

/** As many events as are wanted over as many keys as are wanted. Each is a pure function of seed, split and n: see `LoadEvents`. */
export class LoadSource implements Source<UserEvent, LoadSplit> {
  readonly boundedness: 'BOUNDED' | 'CONTINUOUS_UNBOUNDED';
  readonly stateType = loadSplit;
  readonly #options: LoadSourceOptions;
  readonly #clock: () => SourceClock;

  constructor(options: LoadSourceOptions, clock: () => SourceClock = () => new SystemSourceClock()) {
    this.#options = options;
    this.#clock = clock;
    this.boundedness = options.count === undefined ? 'CONTINUOUS_UNBOUNDED' : 'BOUNDED';
  }

  createReader(context: SourceReaderContext): SourceReader<UserEvent, LoadSplit> {
    return new LoadReader(this.#options, context, this.#clock());
  }
}
