import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isPlainName, publish, type RandomSource, randomHex, writeWholeFile } from '../common/durable-files.js';
import { CorruptCheckpointError } from '../common/errors.js';
import type { FileSystem } from '../common/file-system.js';
import type { IncrementalSnapshot, SnapshotSection } from '../state/state-backend.js';
import type { OpenOperatorState, OperatorStateIdentity, SharedStateHandle, WriteOperatorState, WritingPace } from './checkpoint-storage.js';
import { METADATA_FILE } from './metadata.js';
import { openStateFile, openStateFileInPart } from './state-file-reader.js';
import { writeStateFile } from './state-file-writer.js';

export const SHARED_DIRECTORY = 'shared';

/**
 * The writer of subtask files. The content is synced before the rename, the name is not: `writeMetadata` syncs the directory once for all
 * files of the checkpoint, before the metadata that names them appears.
 */
export function operatorStateWriter(fs: FileSystem, random: RandomSource): WriteOperatorState {
  const write = async (directory: string, identity: OperatorStateIdentity, sections: readonly SnapshotSection[], turn: WritingPace) => {
    const file = uniqueName(identity, random);
    const temporary = join(directory, `${file}.tmp`);
    const { jobId, checkpointId, operatorUid, subtask, attempt } = identity;
    const header = { kind: 'operator-state', jobId, checkpointId, operatorUid, subtask, attempt } as const;
    const written = await writeWholeFile(fs, temporary, (target) => writeStateFile(target, header, sections, turn));
    try {
      await publish(fs, temporary, join(directory, file));
    } catch (error) {
      // On some file systems a rename has happened although it failed.
      await fs.remove(join(directory, file)).catch(() => {});
      throw error;
    }
    return { subtask, file, size: written.size, checksum: written.checksum, attempt, sections: written.sections };
  };
  return async (directory, identity, sections, turn, incremental) => {
    const shared = incremental === undefined ? [] : await writeShared(directory, identity, turn, incremental);
    if (sections.length === 0 && shared.length === 0) return undefined;
    const handle = await write(directory, identity, sections, turn);
    return shared.length === 0 ? handle : { ...handle, shared };
  };

  async function writeShared(
    directory: string,
    identity: OperatorStateIdentity,
    turn: WritingPace,
    incremental: IncrementalSnapshot,
  ): Promise<readonly SharedStateHandle[]> {
    const begun = incremental.begin(directory);
    if (begun.sections.length === 0) return begun.written(undefined);
    const shared = sharedDirectoryOf(directory);
    await fs.mkdir(shared);
    const handle = await write(shared, identity, begun.sections, turn);
    return begun.written({ ...handle, checkpointId: identity.checkpointId });
  }
}

/** Where files lie that checkpoints of one job have in common, given the directory of one. */
export function sharedDirectoryOf(checkpointDirectory: string): string {
  return join(dirname(checkpointDirectory), SHARED_DIRECTORY);
}

/** `inPart`: for one small section; the file is not read through first. */
export function operatorStateReader(fs: FileSystem, { inPart = false } = {}): OpenOperatorState {
  const openFile = inPart ? openStateFileInPart : openStateFile;
  return async (directory, identity, handle) => {
    // A handle may come by message, unchecked: never follow a path out of the directory.
    if (!isPlainName(handle.file)) {
      throw new CorruptCheckpointError(
        join(directory, METADATA_FILE),
        `names a file ${JSON.stringify(handle.file)}, which is not a plain name`,
      );
    }
    const { jobId, checkpointId, operatorUid, subtask } = identity;
    const path = join(directory, handle.file);
    const opened = await openFile(fs, path, {
      identity: { kind: 'operator-state', jobId, checkpointId, operatorUid, subtask, attempt: handle.attempt },
      size: handle.size,
      checksum: handle.checksum,
    });
    const found = opened.sections.map(({ name, kind, schema, count, size }) => ({ name, kind, schema, count, size }));
    if (!isDeepStrictEqual(found, handle.sections)) {
      await opened.close();
      throw new CorruptCheckpointError(path, 'has other sections than _metadata says');
    }
    return opened;
  };
}

/** Opens one of a checkpoint's shared files. */
export function openShared(
  open: OpenOperatorState,
  directory: string,
  { jobId, operatorUid }: { readonly jobId: string; readonly operatorUid: string },
  { checkpointId, ...handle }: SharedStateHandle,
): ReturnType<OpenOperatorState> {
  return open(sharedDirectoryOf(directory), { jobId, checkpointId, operatorUid, subtask: handle.subtask }, handle);
}

/** Unique to the attempt (a thread that is being ended may still be writing) and, by 64 random bits, to the call. */
function uniqueName({ operatorUid, subtask, attempt }: OperatorStateIdentity, random: RandomSource): string {
  const readable = operatorUid
    .replaceAll(/[^A-Za-z0-9_-]/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 60);
  return `${readable === '' ? 'operator' : readable}-${subtask}-${attempt}-${randomHex(random, 16)}`;
}
