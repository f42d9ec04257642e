/** `@weir/runtime/storage`: checkpoints and jobs on disk, read without a running engine. */

export { type ListedCheckpoint, type ListedJob, listCheckpoints } from './checkpoint/checkpoint-listing.js';
export {
  CheckpointReader,
  type KeyedEntry,
  type KeyedStateByKey,
  type OperatorSize,
  type OperatorStateElements,
  readCheckpoint,
  resolveCheckpointPath,
} from './checkpoint/checkpoint-reader.js';
export type {
  CheckpointMetadata,
  OperatorMetadata,
  OperatorStateHandle,
  SectionInfo,
  StoredCheckpoint,
} from './checkpoint/checkpoint-storage.js';
export { CheckpointInDoubtError, FileSystemCheckpointStorage } from './checkpoint/file-system-checkpoint-storage.js';
export { CorruptCheckpointError } from './common/errors.js';
export type { FileSystem, ReadableFile, WritableFile } from './common/file-system.js';
export { NodeFileSystem } from './common/node-file-system.js';
export type { Journal, JournalEntry } from './jobmanager/job-journal.js';
export {
  DamagedJobError,
  FileJobStore,
  type JobListing,
  type JobRecord,
  type JobResult,
  type StoredJobRecord,
} from './jobmanager/job-store.js';
