import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Key } from '../api/functions.js';
import { ListStateDescriptor, ValueStateDescriptor } from '../api/state.js';
import { int32, json, string, type TypeInformation } from '../api/types.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { keyHash } from '../graph/java-hash.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { HashMapKeyedStateBackend } from '../state/hashmap-keyed-state-backend.js';
import { encodedKeySize, encodeKey } from '../state/key-codec.js';
import { KeyContext } from '../state/key-context.js';
import { DefaultOperatorStateBackend } from '../state/operator-state-backend.js';
import type { SnapshotSection } from '../state/state-backend.js';
import { JOB_ID, noTurn, temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { listCheckpoints } from './checkpoint-listing.js';
import { readCheckpoint, resolveCheckpointPath, SOURCE_READER_STATE } from './checkpoint-reader.js';
import type { OperatorMetadata, OperatorStateHandle } from './checkpoint-storage.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { operatorStateWriter } from './operator-state-file.js';

// Checkpoints with real state in them, read as `weir checkpoint list` and `show` do.

const fs = new NodeFileSystem();
let root: { path: string; remove(): Promise<void> };
let storage: FileSystemCheckpointStorage;
let directory: string;

function keyedSections(entries: readonly (readonly [Key, string, TypeInformation<unknown>, unknown])[]): readonly SnapshotSection[] {
  const keyContext = new KeyContext();
  const backend = new HashMapKeyedStateBackend({
    operatorUid: 'count',
    keyContext,
    maxParallelism: 128,
    keyGroupRange: { start: 0, end: 127 },
  });
  for (const [key, name, type, value] of entries) {
    const segment = MemorySegment.allocate(encodedKeySize(key) + 8);
    keyContext.set(segment, 0, encodeKey(key, segment, 0), keyHash(key));
    backend.getValueState(new ValueStateDescriptor(name, type)).update(value);
  }
  return backend.snapshot().sections;
}

function listSections(lists: Readonly<Record<string, readonly unknown[]>>): readonly SnapshotSection[] {
  const backend = new DefaultOperatorStateBackend('source');
  for (const [name, elements] of Object.entries(lists)) backend.getListState(new ListStateDescriptor(name, json())).update(elements);
  return backend.snapshot().sections;
}

async function write(
  checkpointId: number,
  operators: Readonly<Record<string, readonly (readonly SnapshotSection[])[]>>,
  isSavepoint = false,
): Promise<string> {
  const location = isSavepoint ? await storage.createSavepointLocation(JOB_ID) : await storage.createLocation(JOB_ID, checkpointId);
  const written: OperatorMetadata[] = [];
  for (const [uid, subtasks] of Object.entries(operators)) {
    const handles: OperatorStateHandle[] = [];
    for (const [subtask, sections] of subtasks.entries()) {
      const identity = { jobId: JOB_ID, checkpointId, operatorUid: uid, subtask, attempt: 0 };
      const handle = await operatorStateWriter(fs, Math.random)(location, identity, sections, noTurn);
      if (handle !== undefined) handles.push(handle);
    }
    written.push({ uid, name: `the ${uid}`, parallelism: subtasks.length, maxParallelism: 128, handles });
  }
  await storage.writeMetadata(location, {
    jobId: JOB_ID,
    jobName: 'job',
    lineage: JOB_ID,
    checkpointId,
    isSavepoint,
    unaligned: false,
    triggerTimestamp: 1_700_000_000_000 + checkpointId,
    bundleHash: '',
    operators: written,
    vertices: [],
  });
  return location;
}

beforeAll(async () => {
  root = await temporaryDirectory();
  storage = new FileSystemCheckpointStorage(fs, join(root.path, 'checkpoints'), join(root.path, 'savepoints'), Math.random);
  directory = await write(4, {
    source: [
      listSections({ [SOURCE_READER_STATE]: [{ offset: 17 }], other: ['x'] }),
      [],
      listSections({ [SOURCE_READER_STATE]: [{ offset: 5 }] }),
    ],
    count: [
      keyedSections([
        ['user3', 'abnormalCount', int32(), 3],
        ['user1', 'abnormalCount', int32(), 2],
        ['user1', 'last', string(), 'login'],
      ]),
      keyedSections([['user2', 'abnormalCount', int32(), 0]]),
    ],
    odd: [
      keyedSections([
        [1, 'v', json(), new Map([['a', 1n]])],
        ['1', 'v', json(), new Date(0)],
        [true, 'v', json(), new Set([1, 2])],
        ['__proto__', 'v', json(), { __proto__: null, a: Number.NaN }],
      ]),
    ],
    stateless: [[], []],
  });
});
afterAll(() => root.remove());

describe('show', () => {
  test('keyed state by key, over all subtasks and states', async () => {
    const reader = await readCheckpoint(directory);
    expect(reader.uidsWith('keyed')).toEqual(['count', 'odd']);
    const state = await reader.keyedState('count');
    expect(JSON.stringify(state)).toBe(
      '{"user1":{"abnormalCount":2,"last":"login"},"user2":{"abnormalCount":0},"user3":{"abnormalCount":3}}',
    );
    expect(await reader.keyedState('stateless')).toEqual({});
    await expect(reader.keyedState('nobody')).rejects.toThrow('no operator with uid nobody');
  });

  test('keys and values of every kind, as JSON can say them', async () => {
    const reader = await readCheckpoint(directory);
    const state = await reader.keyedState('odd');
    expect(Object.keys(state).filter((name) => name.startsWith('1'))).toHaveLength(2);
    const values = Object.entries(state).map(([name, states]) => `${name.slice(0, 1)} ${JSON.stringify(states)}`);
    expect(values.sort()).toEqual(['1 {"v":"1970-01-01T00:00:00.000Z"}', '1 {"v":[["a","1"]]}', '_ {"v":{"a":"NaN"}}', 't {"v":[1,2]}']);
  });

  test('operator state, offsets and sizes', async () => {
    const reader = await readCheckpoint(directory);
    expect(await reader.operatorState('source')).toEqual([
      { name: SOURCE_READER_STATE, subtask: 0, elements: [{ offset: 17 }] },
      { name: 'other', subtask: 0, elements: ['x'] },
      { name: SOURCE_READER_STATE, subtask: 2, elements: [{ offset: 5 }] },
    ]);
    expect(await reader.offsets()).toEqual({ source: [{ offset: 17 }, { offset: 5 }] });
    const [source, counted, , stateless] = reader.sizes();
    expect(source).toMatchObject({ uid: 'source', name: 'the source', files: 2 });
    expect(source?.byKind.operator).toBeGreaterThan(0);
    expect(counted?.size).toBeGreaterThan(counted?.byKind.keyed as number);
    expect(stateless).toEqual({ uid: 'stateless', name: 'the stateless', files: 0, size: 0, byKind: {} });
  });

  test('entries one by one, for what is too large to hold', async () => {
    const reader = await readCheckpoint(directory);
    const entries: unknown[] = [];
    for await (const entry of reader.keyedEntries('count')) entries.push(entry);
    expect(entries).toHaveLength(4);
    expect(entries).toContainEqual({ subtask: 1, stateName: 'abnormalCount', keyGroup: 2, key: 'user2', value: 0 });
  });
});

describe('paths', () => {
  test('a directory, its _metadata, relative or as a URL, a savepoint', async () => {
    const savepoint = await write(9, {}, true);
    for (const path of [
      directory,
      join(directory, '_metadata'),
      `${directory}/`,
      pathToFileURL(directory).href,
      `file:${directory}`,
      `file:${directory}/_metadata`,
    ]) {
      expect(await resolveCheckpointPath(path)).toBe(directory);
    }
    expect((await readCheckpoint(pathToFileURL(savepoint).href)).metadata).toMatchObject({ isSavepoint: true, checkpointId: 9 });
  });

  test('what is none says what to give instead', async () => {
    await expect(resolveCheckpointPath(join(root.path, 'nothing'))).rejects.toThrow('there is no checkpoint at');
    await expect(resolveCheckpointPath(join(root.path, 'checkpoints', JOB_ID))).rejects.toThrow(/give one of those in it, such as .*chk-4/);
    await expect(resolveCheckpointPath(root.path)).rejects.toThrow('it was never completed');
    const [file] = readdirSync(directory).filter((name) => name !== '_metadata');
    await expect(resolveCheckpointPath(join(directory, file as string))).rejects.toThrow("give the checkpoint's directory");
  });
});

test('list says of every checkpoint whether it can be restored, and why not', async () => {
  const damaged = await write(5, { count: [keyedSections([['a', 'v', int32(), 1]])] });
  const state = readdirSync(damaged).find((name) => name.startsWith('count')) as string;
  rmSync(join(damaged, state));
  const unreadable = await write(6, {});
  writeFileSync(join(unreadable, '_metadata'), 'x');
  const incomplete = await storage.createLocation(JOB_ID, 7);
  utimesSync(incomplete, 1_000, 1_000);
  mkdirSync(join(root.path, 'checkpoints', 'another'));
  writeFileSync(join(root.path, 'checkpoints', 'a file'), '');
  const jobs = await listCheckpoints(join(root.path, 'checkpoints'));
  expect(jobs.map(({ jobId }) => jobId)).toEqual([JOB_ID]);
  const listed = jobs[0]?.checkpoints ?? [];
  expect(listed.map(({ id, status }) => [id, status])).toEqual([
    [7, 'incomplete'],
    [6, 'damaged'],
    [5, 'damaged'],
    [4, 'valid'],
  ]);
  expect(listed.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('never completed'),
    expect.stringContaining(join(unreadable, '_metadata')),
    `${join(damaged, state)}: is missing`,
    undefined,
  ]);
  expect(listed[3]).toMatchObject({ path: directory, time: 1_700_000_000_004 });
  expect(listed[3]?.size).toBeGreaterThan(500);
  expect(listed[0]).toMatchObject({ time: 1_000_000, size: 0 });
  const quick = await listCheckpoints(join(root.path, 'checkpoints'), { verify: false });
  expect(quick[0]?.checkpoints.map(({ status }) => status)).toEqual(['incomplete', 'damaged', 'valid', 'valid']);
  expect(await listCheckpoints(join(root.path, 'nowhere'))).toEqual([]);
});
