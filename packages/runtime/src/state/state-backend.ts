import type { ListState, ListStateDescriptor, ValueState, ValueStateDescriptor } from '../api/state.js';
import type { TypeSchema } from '../api/types.js';
import type { SharedStateHandle } from '../checkpoint/checkpoint-storage.js';
import type { KeyGroupRange } from '../graph/key-groups.js';
import type { KeyContext } from './key-context.js';

/**
 * Where an operator's subtask keeps its state. One of each per operator and subtask; all calls from the task's thread.
 *
 * Life: constructed → `restore` (zero or more times, before the first access) → accesses and snapshots → `dispose`.
 * A snapshot has two parts, as in Flink: `snapshot()` is the synchronous one, takes microseconds and fixes the content; the chunks are then pulled by the
 * checkpoint writer between slices of processing, while the stream goes on (what is about to change before its turn is put into the snapshot first).
 * One snapshot may be under way at a time with the old one released before the next.
 */
export interface KeyedStateBackend {
  readonly keyGroupRange: KeyGroupRange;
  /** State of the key that `keyContext` points at when it is used. Throws `StateError` if the name is taken by another type. */
  getValueState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  /**
   * A hint: the keys of the next records have these hashes (`count` of them). What `value()` and `update()` will read is fetched from memory side by side, which makes
   * them two to four times as fast where state is larger than the processor's cache. Changes nothing.
   */
  touch(hashes: Int32Array, count: number): void;
  snapshot(request: SnapshotRequest): StateSnapshot;
  /** After a checkpoint that has been acknowledged: it is complete, later ones may build on it. */
  notifyCheckpointComplete?(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
  /** After `restore` of exactly these shared files, and before the first access: they may be built on. `directory` is where the job's checkpoints are. */
  continueChain?(directory: string, files: readonly SharedStateHandle[]): void;
  /**
   * Takes over the entries whose key group lies in this backend's range; others are passed over, so that any old subtask's section may be given.
   * May come before the state is registered: the descriptor is checked against `section.schema` then (`IncompatibleStateError`).
   */
  restore(section: RestoredSection): Promise<void>;
  /** Number of keys with an entry in the state of that name. */
  size(stateName: string): number;
  /** Bytes held in memory. */
  readonly memoryUsed: number;
  dispose(): void;
}

/** Operator list state, small by nature: written whole. */
export interface OperatorStateBackend {
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  snapshot(): StateSnapshot;
  restore(section: RestoredSection): Promise<void>;
}

/** One named piece of a snapshot; becomes a section of the operator's state file. */
export interface SnapshotSection {
  readonly name: string;
  readonly kind: SectionKind;
  readonly schema: StateSchema | null;
  /** Elements in it, known at the latest when all chunks have been pulled (for `weir checkpoint show`); of in-flight data, records that end in it. */
  readonly count: number;
  /**
   * The content in chunks of 64 KiB or so, in order; each call does a bounded amount of work (well under a millisecond) in the task's thread.
   * Null at the end. A chunk belongs to the caller until its next call.
   */
  nextChunk(): Uint8Array | null;
}

export interface SnapshotRequest {
  readonly checkpointId: number;
  /** To be whole in itself: nothing of it may lie in files of other checkpoints. */
  readonly savepoint: boolean;
}

export interface StateSnapshot {
  readonly sections: readonly SnapshotSection[];
  /** Of a backend that writes only what has changed: what goes into files that later checkpoints refer to, too. */
  readonly incremental?: IncrementalSnapshot | undefined;
  /** The state may change freely again, also if the chunks were not pulled to the end (the checkpoint was aborted). Idempotent. */
  release(): void;
}

export interface IncrementalSnapshot {
  /** Once, when it is known where the checkpoint is written, and so that the one before has ended. */
  begin(location: string): {
    /** Files of earlier checkpoints that the state is made of. */
    readonly files: readonly SharedStateHandle[];
    /** What a new file has to hold; with none, none is needed. */
    readonly sections: readonly SnapshotSection[];
    /** Gives all files of the state, in order. */
    written(file: SharedStateHandle | undefined): readonly SharedStateHandle[];
  };
}

/**
 * keyed: entries of one keyed state · keyed-changes: entries of one keyed state that were put or removed, to be applied in order of files and sections · operator: elements of one list state · committable: a sink's prepared part ·
 * input-channel: in-flight bytes of one input channel · output-channel: bytes that a subtask had emitted beyond its channel's room.
 */
export type SectionKind = 'keyed' | 'keyed-changes' | 'operator' | 'committable' | 'input-channel' | 'output-channel';

/** Stands in each checkpoint, so that a restore can say what changed. */
export interface StateSchema {
  readonly state: 'value' | 'list';
  readonly type: TypeSchema;
}

export interface RestoredSection {
  readonly name: string;
  readonly kind: SectionKind;
  readonly schema: StateSchema | null;
  /** Checked against its checksums before a chunk is handed out. */
  chunks(): AsyncIterable<Uint8Array>;
}

export interface KeyedStateBackendOptions {
  readonly operatorUid: string;
  readonly keyContext: KeyContext;
  readonly maxParallelism: number;
  readonly keyGroupRange: KeyGroupRange;
}
