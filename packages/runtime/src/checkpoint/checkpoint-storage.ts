import type { LedgerInfo } from '@weir/protocol';
import type { IncrementalSnapshot, RestoredSection, SectionKind, SnapshotSection, StateSchema } from '../state/state-backend.js';

/**
 * Checkpoints as files: `{root}/{job-id}/chk-{id}/`, savepoints `{savepoints}/savepoint-{first 6 of the job id}-{random}/`.
 *
 * Each holds one file per subtask and operator and `_metadata`, written last. Writing: a name unique to the attempt → fsync → rename →
 * fsync of the directory. A directory without a valid `_metadata` was never a checkpoint. Each file carries magic, format version, who wrote it for what
 * (job, checkpoint, operator, subtask, attempt) and a checksum per block; `_metadata` binds each file by name, size and checksum.
 * TaskManagers write subtask files and read them back; everything else is the JobManager's.
 *
 * Files that several checkpoints of a job refer to are in `{root}/{job-id}/shared/`. They never change; one is there as long as a completed checkpoint names it.
 */
export interface CheckpointStorage {
  /** Makes the directory for a checkpoint that is about to be triggered; returns its absolute path. */
  createLocation(jobId: string, checkpointId: number): Promise<string>;
  /** `announce` is told which directory it will be before anything of it is on disk. */
  createSavepointLocation(jobId: string, targetDirectory?: string, announce?: (directory: string) => Promise<void>): Promise<string>;
  /** Writes `_metadata` durably; the checkpoint exists from the moment this resolves. Resolves to the bytes written. */
  writeMetadata(directory: string, metadata: CheckpointMetadata): Promise<number>;
  /** Throws `CorruptCheckpointError` naming file and fault. Checks `_metadata` itself, not the files it names: `verify` does. */
  readMetadata(directory: string): Promise<CheckpointMetadata>;
  /** Reads every file that the metadata names from end to end; throws the first `CorruptCheckpointError`. */
  verify(directory: string, metadata: CheckpointMetadata): Promise<void>;
  /** What the checkpoint says of the records between the vertices; undefined if it has no counts. Throws `CorruptCheckpointError`. */
  readLedger(directory: string, metadata: CheckpointMetadata): Promise<LedgerInfo | undefined>;
  /** Newest first, of one job: every chk-N directory, whether `_metadata` is there or not. */
  list(jobId: string): Promise<readonly StoredCheckpoint[]>;
  /** Removes the whole directory. Metadata goes first, so that a half-removed one is no checkpoint. */
  discard(directory: string): Promise<void>;
  /** Removes directories of this job that never became checkpoints, except those named, and shared files that no checkpoint names. Not while one is being taken. */
  sweep(jobId: string, keep: ReadonlySet<string>): Promise<void>;
}

export interface StoredCheckpoint {
  readonly id: number;
  readonly directory: string;
  readonly hasMetadata: boolean;
  /** Of `_metadata`, where there is one. */
  readonly mtimeMs: number;
}

export interface OperatorStateIdentity {
  readonly jobId: string;
  readonly checkpointId: number;
  readonly operatorUid: string;
  readonly subtask: number;
  /** Execution attempt of the job that wrote it: file names of two attempts never meet. */
  readonly attempt: number;
}

/** What a task hands to the coordinator in its acknowledgement, and what stands in `_metadata`. */
export interface OperatorStateHandle {
  readonly subtask: number;
  /** A plain name within the checkpoint's directory. */
  readonly file: string;
  readonly size: number;
  /** crc32 over the whole file. */
  readonly checksum: number;
  readonly attempt: number;
  readonly sections: readonly SectionInfo[];
  /** Further files that the state is made of, in order; absent where there are none. */
  readonly shared?: readonly SharedStateHandle[] | undefined;
}

/** A file in the job's shared directory, and who wrote it for what. */
export interface SharedStateHandle extends Omit<OperatorStateHandle, 'shared'> {
  readonly checkpointId: number;
}

export interface SectionInfo {
  readonly name: string;
  readonly kind: SectionKind;
  readonly schema: StateSchema | null;
  readonly count: number;
  /** Payload bytes. */
  readonly size: number;
}

export interface CheckpointMetadata {
  readonly jobId: string;
  readonly jobName: string;
  readonly lineage: string;
  readonly checkpointId: number;
  readonly isSavepoint: boolean;
  readonly unaligned: boolean;
  readonly triggerTimestamp: number;
  /** Hash of the job bundle that ran. */
  readonly bundleHash: string;
  readonly operators: readonly OperatorMetadata[];
  /** Of the vertices, so that in-flight data can be told apart: vertex id, parallelism, uids of its chain in order. */
  readonly vertices: readonly { readonly id: string; readonly parallelism: number; readonly uids: readonly string[] }[];
}

export interface OperatorMetadata {
  readonly uid: string;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** Those subtasks that had anything to write. */
  readonly handles: readonly OperatorStateHandle[];
}

/** Asked between two pieces of work: undefined if there is time for the next, else what to wait for, so that the stream has its turn. */
export type WritingPace = () => Promise<void> | undefined;

/**
 * Writes one operator's sections to one file, durably. `turn` is asked between chunks, so that the caller's loop goes on.
 * Resolves to undefined, leaving no file, if there is nothing of it. A failure removes what was written and rejects with Node's error.
 */
export type WriteOperatorState = (
  directory: string,
  identity: OperatorStateIdentity,
  sections: readonly SnapshotSection[],
  turn: WritingPace,
  incremental?: IncrementalSnapshot,
) => Promise<OperatorStateHandle | undefined>;

/** Opens a subtask's file; checks that it is the one that the handle means. Sections are read lazily, each block checked before it is handed out. */
export type OpenOperatorState = (
  directory: string,
  identity: Omit<OperatorStateIdentity, 'attempt'>,
  handle: OperatorStateHandle,
) => Promise<{ readonly sections: readonly RestoredSection[]; close(): Promise<void> }>;
