import type { RuntimeContext } from './functions.js';

/**
 * A sink that commits with the checkpoint, in two phases.
 *
 * Each subtask has a writer (in its TaskManager's thread). At a checkpoint `prepareCommit` hands over what it wrote since the last one,
 * as bytes; they become part of the checkpoint. Once the checkpoint is complete, and before any later one is triggered, the one committer
 * of the sink (in the JobManager's thread) is given the parts of all subtasks in order of subtask. After a failure the parts of the restored
 * checkpoint are given to it again: it must keep, with the data, up to which checkpoint of which job lineage it has committed, and take each at most once.
 */
export interface Sink<T> {
  createWriter(context: RuntimeContext): SinkWriter<T>;
  createCommitter?(context: CommitterContext): Committer;
}

export interface SinkWriter<T> {
  /** A returned promise is waited for before the next element; other tasks go on meanwhile. */
  write(value: T): void | Promise<void>;
  /** First phase. Empty for nothing to commit. */
  prepareCommit?(checkpointId: number): readonly Uint8Array[];
  /** The checkpoint and its commit are durable. */
  notifyCheckpointComplete?(checkpointId: number): void;
  /** All input has been written. */
  finish?(): void;
  close?(): void | Promise<void>;
}

export interface CommitterContext {
  readonly jobId: string;
  readonly lineage: string;
  readonly operatorUid: string;
}

export interface Committer {
  /** Before anything else. Resolves to the last checkpoint of this lineage whose commit is known to be durable, 0 for none. */
  open(): Promise<number>;
  /** Records of this lineage that are committed, as the same durable knowledge has it: right after `open` and after each commit. */
  committedRecords(): number;
  /**
   * Second phase. `checkpointId` only ever grows within a lineage, but one may come twice; resolves to the number of records committed
   * by this call (0 if it had been committed before) once that is durable.
   */
  commit(checkpointId: number, parts: readonly CommitPart[]): Promise<number>;
  close(): Promise<void>;
}

export interface CommitPart {
  readonly subtask: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}
