import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointMetadata, CheckpointStorage, OperatorStateHandle } from '../checkpoint/checkpoint-storage.js';
import { operatorStateReader, operatorStateWriter } from '../checkpoint/operator-state-file.js';
import { randomHex } from '../common/durable-files.js';
import type { FileSystem } from '../common/file-system.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import type { SectionKind, SnapshotSection } from '../state/state-backend.js';

/** Checkpoints with made-up content, for tests of how they are stored. */

export const JOB_ID = 'a7f3c9d2e4b6a8c0d1e3f5a7b9c1d3e5';

export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const fs = new NodeFileSystem();
  const path = join(tmpdir(), `weir-test-${randomHex(Math.random, 16)}`);
  await fs.mkdir(path);
  return { path, remove: () => fs.remove(path) };
}

/** Numbers of [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface SectionContent {
  readonly name: string;
  readonly kind: SectionKind;
  readonly chunks: readonly Uint8Array[];
}

export interface SubtaskContent {
  readonly uid: string;
  readonly subtask: number;
  readonly sections: readonly SectionContent[];
}

export function bytesOf(seed: number, length: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random() * 256);
}

/** The reused buffer proves that a writer takes each chunk before it asks for the next. */
export function snapshotSection({ name, kind, chunks }: SectionContent): SnapshotSection {
  const buffer = new Uint8Array(Math.max(0, ...chunks.map(({ length }) => length)));
  let next = 0;
  return {
    name,
    kind,
    schema: kind === 'keyed' ? { state: 'value', type: { kind: 'record', fields: [{ name: 'n', type: { kind: 'int32' } }] } } : null,
    count: chunks.length,
    nextChunk() {
      const chunk = chunks[next++];
      buffer.fill(0xee);
      if (chunk === undefined) return null;
      buffer.set(chunk);
      return buffer.subarray(0, chunk.length);
    },
  };
}

export const noTurn = async (): Promise<void> => {};

export interface WrittenCheckpoint {
  readonly directory: string;
  readonly metadata: CheckpointMetadata;
}

/** Everything that a coordinator and its tasks do for one checkpoint. */
export async function writeCheckpoint(
  fs: FileSystem,
  storage: CheckpointStorage,
  checkpointId: number,
  content: readonly SubtaskContent[],
  { random = Math.random, isSavepoint = false }: { random?: () => number; isSavepoint?: boolean } = {},
): Promise<WrittenCheckpoint> {
  const directory = isSavepoint ? await storage.createSavepointLocation(JOB_ID) : await storage.createLocation(JOB_ID, checkpointId);
  const write = operatorStateWriter(fs, random);
  const handles = await Promise.allSettled(
    content.map(({ uid, subtask, sections }) =>
      write(directory, { jobId: JOB_ID, checkpointId, operatorUid: uid, subtask, attempt: 3 }, sections.map(snapshotSection), noTurn),
    ),
  );
  const byUid = new Map<string, OperatorStateHandle[]>();
  for (const [index, result] of handles.entries()) {
    if (result.status === 'rejected') throw result.reason;
    const { uid } = content[index] as SubtaskContent;
    byUid.set(uid, [...(byUid.get(uid) ?? []), ...(result.value === undefined ? [] : [result.value])]);
  }
  const metadata: CheckpointMetadata = {
    jobId: JOB_ID,
    jobName: 'a job',
    lineage: JOB_ID,
    checkpointId,
    isSavepoint,
    unaligned: true,
    triggerTimestamp: 1_700_000_000_000.25 + checkpointId,
    bundleHash: 'b0',
    operators: Array.from(byUid, ([uid, handles]) => ({ uid, name: `operator ${uid}`, parallelism: 3, maxParallelism: 128, handles })),
    vertices: [{ id: '00ff', parallelism: 3, uids: [...byUid.keys()] }],
  };
  await storage.writeMetadata(directory, metadata);
  return { directory, metadata };
}

/** All content as a restore would read it, comparable with `expectedContent`. */
export async function readContent(fs: FileSystem, storage: CheckpointStorage, directory: string): Promise<readonly string[]> {
  const metadata = await storage.readMetadata(directory);
  await storage.verify(directory, metadata);
  const content: string[] = [];
  for (const { uid, handles } of metadata.operators) {
    for (const handle of handles) content.push(...(await readFileContent(fs, directory, metadata.checkpointId, uid, handle)));
  }
  return content;
}

export async function readFileContent(
  fs: FileSystem,
  directory: string,
  checkpointId: number,
  uid: string,
  handle: OperatorStateHandle,
): Promise<string[]> {
  const opened = await operatorStateReader(fs)(
    directory,
    { jobId: JOB_ID, checkpointId, operatorUid: uid, subtask: handle.subtask },
    handle,
  );
  try {
    const content: string[] = [];
    for (const section of opened.sections) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of section.chunks()) chunks.push(chunk);
      content.push(describe(uid, handle.subtask, section.name, section.kind, chunks));
    }
    return content;
  } finally {
    await opened.close();
  }
}

/** By operator in order of appearance, as metadata groups them. */
export function expectedContent(content: readonly SubtaskContent[]): readonly string[] {
  const uids = [...new Set(content.map(({ uid }) => uid))];
  const ordered = uids.flatMap((wanted) => content.filter(({ uid }) => uid === wanted));
  return ordered.flatMap(({ uid, subtask, sections }) =>
    sections.map(({ name, kind, chunks }) => describe(uid, subtask, name, kind, chunks)),
  );
}

function describe(uid: string, subtask: number, name: string, kind: string, chunks: readonly Uint8Array[]): string {
  return `${uid}/${subtask}/${kind}/${name}: ${Buffer.concat(chunks).toString('base64')}`;
}
