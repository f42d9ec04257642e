import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CorruptCheckpointError } from '../common/errors.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import type { SnapshotSection } from '../state/state-backend.js';
import { JOB_ID, noTurn, temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import type { CheckpointMetadata, OperatorStateHandle } from './checkpoint-storage.js';
import { type ExchangeRecords, exchangeRecordsSection } from './exchange-records.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { operatorStateWriter } from './operator-state-file.js';

const fs = new NodeFileSystem();
const ID = 7;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let storage: FileSystemCheckpointStorage;

beforeEach(async () => {
  directory = await temporaryDirectory();
  storage = new FileSystemCheckpointStorage(fs, directory.path, directory.path, Math.random);
});
afterEach(() => directory.remove());

const count = (edge: string, end: 'sent' | 'received', records: number, since = 0): ExchangeRecords => ({ edge, end, records, since });

function bytes(name: string, kind: SnapshotSection['kind'], size: number, records: number): SnapshotSection {
  let left = size;
  const nextChunk = (): Uint8Array | null => {
    const chunk = new Uint8Array(Math.min(left, 60_000));
    left -= chunk.length;
    return chunk.length === 0 ? null : chunk;
  };
  return { name, kind, schema: null, count: records, nextChunk };
}

/** Of a job source → process → sink, two subtasks each. */
async function checkpoint(sections: Readonly<Record<string, readonly SnapshotSection[]>>): Promise<CheckpointMetadata> {
  const handles = new Map<string, OperatorStateHandle[]>([
    ['source', []],
    ['process', []],
    ['sink', []],
  ]);
  for (const [task, content] of Object.entries(sections)) {
    const [uid = '', subtask] = task.split('-');
    const identity = { jobId: JOB_ID, checkpointId: ID, operatorUid: uid, subtask: Number(subtask), attempt: 0 };
    const handle = await operatorStateWriter(fs, Math.random)(directory.path, identity, content, noTurn);
    if (handle !== undefined) handles.get(uid)?.push(handle);
  }
  return {
    jobId: JOB_ID,
    jobName: 'a job',
    lineage: JOB_ID,
    checkpointId: ID,
    isSavepoint: false,
    unaligned: true,
    triggerTimestamp: 0,
    bundleHash: '',
    operators: [...handles].map(([uid, each]) => ({ uid, name: uid, parallelism: 2, maxParallelism: 128, handles: each })),
    vertices: [...handles.keys()].map((uid) => ({ id: `v-${uid}`, parallelism: 2, uids: [uid] })),
  };
}

const ofThis = (...counts: ExchangeRecords[]) => exchangeRecordsSection(ID, counts);

it('what was sent and neither received nor is in flight is lost, what is more is doubled, each exchange by itself', async () => {
  const metadata = await checkpoint({
    'source-0': [ofThis(count('source->process', 'sent', 60)), bytes('source->process@1', 'output-channel', 10, 2)],
    'source-1': [ofThis(count('source->process', 'sent', 40))],
    'process-0': [
      ofThis(count('source->process', 'received', 50), count('process->sink', 'sent', 5)),
      bytes('source->process@0', 'input-channel', 10, 3),
    ],
    'process-1': [ofThis(count('source->process', 'received', 41), count('process->sink', 'sent', 6))],
    'sink-0': [ofThis(count('process->sink', 'received', 13))],
  });
  expect(await storage.readLedger(directory.path, metadata)).toEqual({
    checkpointId: ID,
    made: 100,
    processed: 91,
    inFlight: 5,
    lost: 4,
    doubled: 2,
    exchanges: [
      { sourceVertexId: 'v-source', targetVertexId: 'v-process', sent: 100, received: 91, inFlight: 5, lost: 4, doubled: 0 },
      { sourceVertexId: 'v-process', targetVertexId: 'v-sink', sent: 11, received: 13, inFlight: 0, lost: 0, doubled: 2 },
    ],
  });
});

it('says since when is counted, where that is not the beginning', async () => {
  const metadata = await checkpoint({
    'source-0': [ofThis(count('source->process', 'sent', 3, 5))],
    'process-0': [ofThis(count('source->process', 'received', 9, 5), count('source->process', 'sent', 6, 5))],
  });
  expect(await storage.readLedger(directory.path, metadata)).toMatchObject({ since: 5, made: 9, processed: 9, lost: 0, doubled: 0 });
});

it('counts that a Weir which did not know them carried along say nothing', async () => {
  const stale = exchangeRecordsSection(ID - 2, [count('source->process', 'sent', 3)]);
  expect(await storage.readLedger(directory.path, await checkpoint({ 'source-0': [stale] }))).toBeUndefined();
});

it('is found behind a large state without reading that, and is checked', async () => {
  const metadata = await checkpoint({
    'source-0': [bytes('big', 'committable', 3_000_000, 1), ofThis(count('source->process', 'sent', 3))],
    'process-0': [ofThis(count('source->process', 'received', 3))],
  });
  expect(await storage.readLedger(directory.path, metadata)).toMatchObject({ made: 3, processed: 3 });
  const handle = metadata.operators[0]?.handles[0] as OperatorStateHandle;
  const file = join(directory.path, handle.file);
  const whole = await readFile(file);
  const damaged = (at: number) => {
    const copy = Buffer.from(whole);
    copy[at] = (copy[at] as number) ^ 1;
    return writeFile(file, copy);
  };
  await damaged(1_000_000);
  expect(await storage.readLedger(directory.path, metadata)).toMatchObject({ made: 3, processed: 3 });
  await damaged(whole.indexOf('WOS1', 3_000_000));
  await expect(storage.readLedger(directory.path, metadata)).rejects.toThrow(CorruptCheckpointError);
});
