import type { Collector, RuntimeContext } from './functions.js';
import type { TypeInformation } from './types.js';

/**
 * A source by Flink's FLIP-27, without a separate enumerator: each subtask has a reader that is polled by the task's thread.
 *
 * Order of calls on a reader: `start` once, with the state it restores; then `pollNext` again and again, `snapshotState` between two polls;
 * `close` at the end (not after a crash). All of it from the TaskManager's thread; nothing of it may block.
 */
export interface Source<T, S = unknown> {
  readonly boundedness: 'BOUNDED' | 'CONTINUOUS_UNBOUNDED';
  /** Type of the elements of the reader's state (an operator list state; dealt out round robin at another parallelism). */
  readonly stateType: TypeInformation<S>;
  createReader(context: SourceReaderContext): SourceReader<T, S>;
}

export type SourceReaderContext = Pick<
  RuntimeContext,
  | 'jobId'
  | 'lineage'
  | 'operatorUid'
  | 'taskName'
  | 'indexOfThisSubtask'
  | 'numberOfParallelSubtasks'
  | 'maxNumberOfParallelSubtasks'
  | 'attemptNumber'
  | 'taskManagerId'
  | 'restoredCheckpointId'
  | 'counter'
  | 'publish'
>;

export const InputStatus = {
  /** Poll again as soon as there is room. */
  MORE_AVAILABLE: 0,
  /** Poll again when `isAvailable()` resolves. */
  NOTHING_AVAILABLE: 1,
  /** There will never be more. */
  END_OF_INPUT: 2,
} as const;
export type InputStatus = (typeof InputStatus)[keyof typeof InputStatus];

export interface SourceReader<T, S> {
  /** `restored` is undefined for a first start, else what belongs to this subtask (may be empty). */
  start(restored: readonly S[] | undefined): void | Promise<void>;
  /**
   * Hands over some records, a batch of a few hundred at most, and stops early once `output.hasRoom()` is false.
   * Records handed over and state must agree at its return.
   */
  pollNext(output: ReaderOutput<T>): InputStatus;
  isAvailable(): Promise<void>;
  snapshotState(checkpointId: number): readonly S[];
  notifyCheckpointComplete?(checkpointId: number): void;
  close?(): void | Promise<void>;
}

export interface ReaderOutput<T> extends Collector<T> {
  collect(value: T): void;
  /** False once the next record might have to wait: a reader should return then. */
  hasRoom(): boolean;
}

/**
 * A source as a generator: the simplest form. Each `yield` is one record; state is read between two yields.
 * Without `snapshotState` it has none, and a recovery starts it from the beginning.
 */
export interface SourceFunction<T> {
  run(context: SourceReaderContext, restored: unknown): AsyncIterable<T> | Iterable<T>;
  snapshotState?(): unknown;
  cancel?(): void;
}
