import { basename, dirname, isAbsolute, join } from 'node:path';
import type { LedgerInfo } from '@weir/protocol';
import { ensureDirectory, isMissing, isPlainName, publish, type RandomSource, randomHex, writeWholeFile } from '../common/durable-files.js';
import { CorruptCheckpointError, InvalidConfigurationError, WeirError } from '../common/errors.js';
import { localPath } from '../common/external-path.js';
import type { FileSystem } from '../common/file-system.js';
import type { CheckpointMetadata, CheckpointStorage, OpenOperatorState, StoredCheckpoint } from './checkpoint-storage.js';
import { readLedger } from './ledger.js';
import { METADATA_FILE, readMetadataIn, sharedFilesOf, writeMetadataTo } from './metadata.js';
import { openShared, operatorStateReader, SHARED_DIRECTORY, sharedDirectoryOf } from './operator-state-file.js';

/**
 * It cannot be told whether a checkpoint exists: its metadata was renamed into place, the disk then failed, and taking it back failed too.
 * To abort it would be wrong (a recovery may find it), to complete it as well (it may be gone): the job has to recover from what is on disk.
 */
export class CheckpointInDoubtError extends WeirError {
  constructor(directory: string, cause: unknown) {
    super('CHECKPOINT_IN_DOUBT', `${directory}: the disk failed while the checkpoint was being published, and it could not be taken back`, {
      cause,
    });
  }
}

/** Files read at a time by `verify`. */
const VERIFY_CONCURRENCY = 4;

export class FileSystemCheckpointStorage implements CheckpointStorage {
  readonly #fs: FileSystem;
  readonly #checkpointRoot: string;
  readonly #savepointRoot: string;
  readonly #random: RandomSource;
  readonly #openState: OpenOperatorState;
  readonly #durableJobs = new Set<string>();
  /** Shared files that a completed checkpoint names, by its directory. */
  readonly #sharedBy = new Map<string, readonly string[]>();

  constructor(fs: FileSystem, checkpointRoot: string, savepointRoot: string, random: RandomSource) {
    this.#fs = fs;
    this.#checkpointRoot = checkpointRoot;
    this.#savepointRoot = savepointRoot;
    this.#random = random;
    this.#openState = operatorStateReader(fs);
  }

  async createLocation(jobId: string, checkpointId: number): Promise<string> {
    if (!Number.isSafeInteger(checkpointId) || checkpointId < 0) throw new RangeError(`checkpoint id ${checkpointId}`);
    const jobDirectory = this.#jobDirectory(jobId);
    const directory = join(jobDirectory, `chk-${checkpointId}`);
    if (await this.#exists(join(directory, METADATA_FILE))) {
      throw new WeirError('CHECKPOINT_EXISTS', `${directory} holds a completed checkpoint already; checkpoint ids must only ever grow`);
    }
    // Left by an attempt that was ended before it could write its metadata.
    await this.#fs.remove(directory);
    if (!this.#durableJobs.has(jobId)) {
      await ensureDirectory(this.#fs, jobDirectory);
      // It may be there since a process that ended before it was synced.
      await this.#fs.syncDirectory(this.#checkpointRoot);
      this.#durableJobs.add(jobId);
    }
    await this.#fs.mkdir(directory);
    return directory;
  }

  async createSavepointLocation(
    jobId: string,
    targetDirectory?: string,
    announce: (directory: string) => Promise<void> = async () => {},
  ): Promise<string> {
    if (!isPlainName(jobId)) throw new RangeError(`job id ${jobId}`);
    const parent = targetDirectory === undefined ? this.#savepointRoot : localPath(targetDirectory);
    if (!isAbsolute(parent)) throw new InvalidConfigurationError(`the savepoint directory ${parent} is not an absolute path`);
    const directory = join(parent, `savepoint-${jobId.slice(0, 6)}-${randomHex(this.#random, 12)}`);
    if (await this.#exists(directory)) throw new WeirError('CHECKPOINT_EXISTS', `${directory} exists already`);
    await announce(directory);
    await ensureDirectory(this.#fs, directory);
    return directory;
  }

  /**
   * Two syncs of the directory do for the whole checkpoint. The one before the rename makes durable the names of all files that subtasks
   * have put there (each synced its content before its own rename), so that metadata never names what a loss of power took away; that of
   * the parent does it for the directory itself. The one after the rename makes the metadata's own name durable: from then on it exists.
   */
  async writeMetadata(directory: string, metadata: CheckpointMetadata): Promise<number> {
    const path = join(directory, METADATA_FILE);
    await this.#secureShared(directory, metadata);
    const temporary = `${path}-${randomHex(this.#random, 16)}.tmp`;
    // Side by side: each is many steps, and only the rename has to come after all of them.
    const [existing, written, ...synced] = await Promise.allSettled([
      this.#exists(path),
      writeWholeFile(this.#fs, temporary, (file) => writeMetadataTo(file, metadata)),
      this.#fs.syncDirectory(dirname(directory)),
      this.#fs.syncDirectory(directory),
    ]);
    const failed = [existing, written, ...synced].find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined || existing.status === 'rejected' || existing.value || written.status === 'rejected') {
      await this.#fs.remove(temporary).catch(() => {});
      throw failed?.reason ?? new WeirError('CHECKPOINT_EXISTS', `${directory} holds a completed checkpoint already`);
    }
    try {
      await publish(this.#fs, temporary, path);
      await this.#fs.syncDirectory(directory);
    } catch (error) {
      // Whoever asked is told that there is no such checkpoint, so a recovery must not find it later.
      await this.#unpublish(directory, error);
      throw error;
    }
    return written.value;
  }

  async readMetadata(directory: string): Promise<CheckpointMetadata> {
    const metadata = await readMetadataIn(this.#fs, directory);
    const parent = dirname(directory);
    if (dirname(parent) === this.#checkpointRoot && basename(parent) !== metadata.jobId) {
      throw new CorruptCheckpointError(join(directory, METADATA_FILE), `belongs to job ${metadata.jobId}, not to ${basename(parent)}`);
    }
    return metadata;
  }

  async verify(directory: string, metadata: CheckpointMetadata): Promise<void> {
    const { jobId, checkpointId } = metadata;
    const own = metadata.operators.flatMap(({ uid, handles }) =>
      handles.map((handle) => () => this.#openState(directory, { jobId, checkpointId, operatorUid: uid, subtask: handle.subtask }, handle)),
    );
    const shared = sharedFilesOf(metadata).map(
      ({ uid, handle }) =>
        () =>
          openShared(this.#openState, directory, { jobId, operatorUid: uid }, handle),
    );
    const files = [...own, ...shared];
    for (let at = 0; at < files.length; at += VERIFY_CONCURRENCY) {
      // Opening reads it from end to end.
      const results = await Promise.allSettled(files.slice(at, at + VERIFY_CONCURRENCY).map(async (open) => (await open()).close()));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
  }

  readLedger(directory: string, metadata: CheckpointMetadata): Promise<LedgerInfo | undefined> {
    return readLedger(operatorStateReader(this.#fs, { inPart: true }), directory, metadata);
  }

  async list(jobId: string): Promise<readonly StoredCheckpoint[]> {
    const jobDirectory = this.#jobDirectory(jobId);
    const found: StoredCheckpoint[] = [];
    for (const name of await this.#fs.readdir(jobDirectory)) {
      const id = /^chk-(0|[1-9]\d{0,15})$/.exec(name)?.[1];
      if (id === undefined) continue;
      const directory = join(jobDirectory, name);
      const metadata = await this.#fs.stat(join(directory, METADATA_FILE));
      found.push({ id: Number(id), directory, hasMetadata: metadata !== undefined, mtimeMs: metadata?.mtimeMs ?? 0 });
    }
    return found.sort((a, b) => b.id - a.id);
  }

  async discard(directory: string): Promise<void> {
    // The one recursive removal of the engine: it must not follow a mistake out of the checkpoints.
    if (!isAbsolute(directory) || !/^(chk-\d+|savepoint-[A-Za-z0-9._-]+)$/.test(basename(directory))) {
      throw new RangeError(`${directory} is not the directory of a checkpoint or savepoint`);
    }
    const path = join(directory, METADATA_FILE);
    try {
      await this.#fs.rename(path, `${path}-discarded.tmp`);
      await this.#fs.syncDirectory(directory);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    await this.#fs.remove(directory);
  }

  /**
   * Only what has no `_metadata` at all. A damaged one is left: content is synced before its name appears, so it was a checkpoint once, and
   * its loss must be seen and decided on, not tidied away.
   */
  async sweep(jobId: string, keep: ReadonlySet<string>): Promise<void> {
    const stored = await this.list(jobId);
    for (const { directory, hasMetadata } of stored) {
      if (!hasMetadata && !keep.has(directory)) await this.discard(directory);
    }
    await this.#sweepShared(
      jobId,
      stored.filter(({ hasMetadata }) => hasMetadata).map(({ directory }) => directory),
    );
  }

  /** Nothing is removed as long as it cannot be told what a checkpoint needs: that of a damaged one may be put back from a copy. */
  async #sweepShared(jobId: string, checkpoints: readonly string[]): Promise<void> {
    const shared = join(this.#jobDirectory(jobId), SHARED_DIRECTORY);
    const files = await this.#fs.readdir(shared);
    if (files.length === 0) return;
    const needed = new Set<string>();
    for (const directory of checkpoints) {
      const names = this.#sharedBy.get(directory) ?? sharedFilesOf(await this.readMetadata(directory)).map(({ handle }) => handle.file);
      this.#sharedBy.set(directory, names);
      for (const name of names) needed.add(name);
    }
    for (const directory of [...this.#sharedBy.keys()]) if (!checkpoints.includes(directory)) this.#sharedBy.delete(directory);
    for (const file of files) if (!needed.has(file)) await this.#fs.remove(join(shared, file));
  }

  /** A task may have built on files of a checkpoint that has made room since: that must not become a checkpoint. Makes the names of new ones durable. */
  async #secureShared(directory: string, metadata: CheckpointMetadata): Promise<void> {
    const shared = sharedDirectoryOf(directory);
    const files = sharedFilesOf(metadata);
    if (files.length === 0) return;
    for (const { handle } of files) {
      const found = await this.#fs.stat(join(shared, handle.file));
      if (found?.size !== handle.size)
        throw new CorruptCheckpointError(join(shared, handle.file), 'is not there any more as it was written');
    }
    await this.#fs.syncDirectory(shared);
  }

  async #unpublish(directory: string, cause: unknown): Promise<void> {
    try {
      await this.#fs.remove(join(directory, METADATA_FILE));
      await this.#fs.syncDirectory(directory);
    } catch {
      throw new CheckpointInDoubtError(directory, cause);
    }
  }

  async #exists(path: string): Promise<boolean> {
    return (await this.#fs.stat(path)) !== undefined;
  }

  #jobDirectory(jobId: string): string {
    if (!isPlainName(jobId)) throw new RangeError(`job id ${jobId}`);
    return join(this.#checkpointRoot, jobId);
  }
}
