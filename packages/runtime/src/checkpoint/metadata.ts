import { basename, join } from 'node:path';
import { type Check, CheckError, finite, flag, listOf, optional, shape, text } from '../common/check.js';
import { CorruptCheckpointError } from '../common/errors.js';
import type { FileSystem, WritableFile } from '../common/file-system.js';
import type { CheckpointMetadata, OperatorMetadata, OperatorStateHandle, SharedStateHandle } from './checkpoint-storage.js';
import { fileName, jobId, MAX_SECTIONS, natural, operatorUid, parallelism, sectionInfo, subtaskIndex, uint32 } from './checks.js';
import { SHARED_FILES_VERSION } from './state-file.js';
import { openStateFile } from './state-file-reader.js';
import { writeStateFile } from './state-file-writer.js';

/** `_metadata`: the container of the state files with one section, a JSON document. */
export const METADATA_FILE = '_metadata';

const SECTION = 'metadata';
/** A thousand subtasks with a hundred channels each stay well below; beyond it a length is taken for damage. */
const MAX_DOCUMENT_SIZE = 32 * 1024 * 1024;

const file = {
  subtask: subtaskIndex,
  file: fileName,
  size: natural,
  checksum: uint32,
  attempt: natural,
  sections: listOf(sectionInfo, MAX_SECTIONS),
};

const shared: Check<SharedStateHandle> = shape<SharedStateHandle>({ ...file, checkpointId: natural });

const handle: Check<OperatorStateHandle> = shape<OperatorStateHandle>({ ...file, shared: optional(listOf(shared, 10_000)) });

const operator: Check<OperatorMetadata> = shape<OperatorMetadata>({
  uid: operatorUid,
  name: text(10_000),
  parallelism,
  maxParallelism: parallelism,
  handles: listOf(handle, 32_768),
});

const vertex: Check<CheckpointMetadata['vertices'][number]> = shape<CheckpointMetadata['vertices'][number]>({
  id: text(200),
  parallelism,
  uids: listOf(operatorUid, 10_000),
});

const fields = shape<CheckpointMetadata>({
  jobId,
  jobName: text(10_000),
  lineage: text(200),
  checkpointId: natural,
  isSavepoint: flag,
  unaligned: flag,
  triggerTimestamp: finite,
  bundleHash: text(200),
  operators: listOf(operator, 10_000),
  vertices: listOf(vertex, 10_000),
});

/** Every field by itself, then what must hold between them. */
const checkMetadata: Check<CheckpointMetadata> = (value, at) => {
  const metadata = fields(value, at);
  const uids = new Set<string>();
  const files = new Set<string>();
  for (const { uid, parallelism, maxParallelism, handles } of metadata.operators) {
    if (uids.has(uid)) throw new CheckError(`operator ${uid} is in it twice`);
    uids.add(uid);
    if (parallelism > maxParallelism)
      throw new CheckError(`operator ${uid} has parallelism ${parallelism}, beyond its maximum ${maxParallelism}`);
    const subtasks = new Set<number>();
    for (const { subtask, file } of handles) {
      if (subtask >= parallelism) throw new CheckError(`operator ${uid} has state of subtask ${subtask} with parallelism ${parallelism}`);
      if (subtasks.has(subtask)) throw new CheckError(`operator ${uid} has two files of subtask ${subtask}`);
      if (files.has(file)) throw new CheckError(`file ${file} is in it twice`);
      subtasks.add(subtask);
      files.add(file);
    }
  }
  return metadata;
};

/** The shared files of a checkpoint, each with the operator that it is of. */
export function sharedFilesOf(metadata: CheckpointMetadata): readonly { readonly uid: string; readonly handle: SharedStateHandle }[] {
  return metadata.operators.flatMap(({ uid, handles }) =>
    handles.flatMap(({ shared }) => (shared ?? []).map((handle) => ({ uid, handle }))),
  );
}

/** Fills `file`, an empty one; resolves to its size. Throws before the first byte if the metadata would not be accepted when read. */
export async function writeMetadataTo(file: WritableFile, metadata: CheckpointMetadata): Promise<number> {
  const document = Buffer.from(JSON.stringify(checkMetadata(metadata, '')));
  if (document.length > MAX_DOCUMENT_SIZE)
    throw new CheckError(`is ${document.length} bytes, more than the ${MAX_DOCUMENT_SIZE} of a _metadata`);
  const chunks = [document];
  const section = { name: SECTION, kind: 'operator', schema: null, count: 1, nextChunk: () => chunks.pop() ?? null } as const;
  const { jobId, checkpointId } = metadata;
  const identity = { kind: 'metadata', jobId, checkpointId } as const;
  // A Weir that knows no shared files would restore a checkpoint without them.
  const version = sharedFilesOf(metadata).length > 0 ? SHARED_FILES_VERSION : undefined;
  return (await writeStateFile(file, identity, [section], () => undefined, version)).size;
}

/** Reads the metadata in `directory`; a directory named chk-N has to hold checkpoint N. */
export async function readMetadataIn(fs: FileSystem, directory: string): Promise<CheckpointMetadata> {
  const path = join(directory, METADATA_FILE);
  const metadata = await readMetadataFile(fs, path);
  const name = basename(directory);
  if (/^chk-\d+$/.test(name) && name !== `chk-${metadata.checkpointId}`) {
    throw new CorruptCheckpointError(path, `belongs to checkpoint ${metadata.checkpointId}, not to ${name}`);
  }
  return metadata;
}

async function readMetadataFile(fs: FileSystem, path: string): Promise<CheckpointMetadata> {
  const opened = await openStateFile(fs, path, { identity: { kind: 'metadata' } });
  try {
    const [section] = opened.sections;
    if (section === undefined || opened.sections.length > 1 || section.name !== SECTION) {
      throw new CorruptCheckpointError(path, 'holds something else than metadata');
    }
    if (section.size > MAX_DOCUMENT_SIZE) throw new CorruptCheckpointError(path, `claims a document of ${section.size} bytes`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of section.chunks()) chunks.push(chunk);
    const metadata = decodeDocument(path, Buffer.concat(chunks));
    const { jobId, checkpointId } = opened.identity;
    if (metadata.jobId !== jobId || metadata.checkpointId !== checkpointId) {
      throw new CorruptCheckpointError(path, 'contradicts itself: header and content name different checkpoints');
    }
    return metadata;
  } finally {
    await opened.close();
  }
}

function decodeDocument(path: string, document: Buffer): CheckpointMetadata {
  try {
    return checkMetadata(JSON.parse(document.toString('utf8')), '');
  } catch (error) {
    if (error instanceof CheckError) throw new CorruptCheckpointError(path, `is damaged: ${error.message}`);
    if (error instanceof SyntaxError) throw new CorruptCheckpointError(path, 'is damaged: its content is not JSON');
    throw error;
  }
}
