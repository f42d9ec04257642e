import { basename, dirname, join } from 'node:path';
import { CorruptCheckpointError } from '../common/errors.js';
import type { FileSystem } from '../common/file-system.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import type { CheckpointMetadata, StoredCheckpoint } from './checkpoint-storage.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { sharedFilesOf } from './metadata.js';

export interface ListedJob {
  readonly jobId: string;
  /** Newest first. */
  readonly checkpoints: readonly ListedCheckpoint[];
}

export interface ListedCheckpoint {
  readonly id: number;
  readonly path: string;
  /** Bytes of all its files, those it has in common with others too. */
  readonly size: number;
  /** When it was triggered; when its directory was last changed, if the metadata cannot be read. */
  readonly time: number;
  /** incomplete: no `_metadata`, so it never was a checkpoint (or one is just being taken). damaged: it was, and cannot be restored. */
  readonly status: 'valid' | 'incomplete' | 'damaged';
  /** Why not valid. */
  readonly reason?: string;
  /** As far as it could be read. */
  readonly metadata?: CheckpointMetadata;
}

/** All checkpoints below a checkpoint root, by job in order of id. Each is read from end to end, unless `verify` is false: metadata alone then. */
export async function listCheckpoints(
  root: string,
  { fs = new NodeFileSystem(), verify = true }: { readonly fs?: FileSystem; readonly verify?: boolean } = {},
): Promise<readonly ListedJob[]> {
  const storage = new FileSystemCheckpointStorage(fs, root, root, Math.random);
  const jobs: ListedJob[] = [];
  for (const jobId of (await fs.readdir(root)).sort()) {
    // Anything else that a person keeps there.
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(jobId)) continue;
    const checkpoints: ListedCheckpoint[] = [];
    for (const stored of await storage.list(jobId)) checkpoints.push(await inspect(fs, storage, stored, verify));
    if (checkpoints.length > 0) jobs.push({ jobId, checkpoints });
  }
  return jobs;
}

async function inspect(
  fs: FileSystem,
  storage: FileSystemCheckpointStorage,
  { id, directory, hasMetadata }: StoredCheckpoint,
  verify: boolean,
): Promise<ListedCheckpoint> {
  const { size, time } = await measure(fs, directory);
  const seen = { id, path: directory, size, time };
  if (!hasMetadata) return { ...seen, status: 'incomplete', reason: 'it has no _metadata: it was never completed' };
  let metadata: CheckpointMetadata | undefined;
  try {
    metadata = await storage.readMetadata(directory);
    seen.size += sharedFilesOf(metadata).reduce((sum, { handle }) => sum + handle.size, 0);
    if (verify) await storage.verify(directory, metadata);
    return { ...seen, time: metadata.triggerTimestamp, status: 'valid', metadata };
  } catch (error) {
    // A disk that cannot be read makes it just as unusable; the others are still listed.
    const reason =
      error instanceof CorruptCheckpointError ? error.message : `${basename(dirname(directory))}/${basename(directory)}: ${String(error)}`;
    return {
      ...seen,
      time: metadata?.triggerTimestamp ?? time,
      status: 'damaged',
      reason,
      ...(metadata === undefined ? {} : { metadata }),
    };
  }
}

async function measure(fs: FileSystem, directory: string): Promise<{ size: number; time: number }> {
  let size = 0;
  for (const name of await fs.readdir(directory)) size += (await fs.stat(join(directory, name)))?.size ?? 0;
  return { size, time: (await fs.stat(directory))?.mtimeMs ?? 0 };
}
