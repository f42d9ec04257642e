import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isPlainName, publish, type RandomSource, randomHex, writeWholeFile } from '../common/durable-files.js';
import { CorruptCheckpointError } from '../common/errors.js';
import type { FileSystem } from '../common/file-system.js';
import type { OpenOperatorState, OperatorStateIdentity, WriteOperatorState } from './checkpoint-storage.js';
import { METADATA_FILE } from './metadata.js';
import { openStateFile, openStateFileInPart } from './state-file-reader.js';
import { writeStateFile } from './state-file-writer.js';

/**
 * The writer of subtask files. The content is synced before the rename, the name is not: `writeMetadata` syncs the directory once for all
 * files of the checkpoint, before the metadata that names them appears.
 */
export function operatorStateWriter(fs: FileSystem, random: RandomSource): WriteOperatorState {
  return async (directory, identity, sections, turn) => {
    if (sections.length === 0) return undefined;
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

/** Unique to the attempt (a thread that is being ended may still be writing) and, by 64 random bits, to the call. */
function uniqueName({ operatorUid, subtask, attempt }: OperatorStateIdentity, random: RandomSource): string {
  const readable = operatorUid
    .replaceAll(/[^A-Za-z0-9_-]/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 60);
  return `${readable === '' ? 'operator' : readable}-${subtask}-${attempt}-${randomHex(random, 16)}`;
}
