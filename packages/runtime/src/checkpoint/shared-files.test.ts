import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CorruptCheckpointError } from '../common/errors.js';
import type { FileSystem } from '../common/file-system.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { bytesOf, JOB_ID, noTurn, snapshotSection, temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { type FaultTime, FaultyFileSystem } from '../testing/faulty-file-system.js';
import type { CheckpointMetadata, SharedStateHandle } from './checkpoint-storage.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { operatorStateWriter } from './operator-state-file.js';

// Files that several checkpoints refer to: each is there as long as a checkpoint names it, whatever fails, and not for long after.

let root: { path: string; remove(): Promise<void> };
const node = new NodeFileSystem();

beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => root.remove());

const storageOver = (fs: FileSystem) =>
  new FileSystemCheckpointStorage(fs, join(root.path, 'checkpoints'), join(root.path, 'savepoints'), Math.random);
const sharedDirectory = () => join(root.path, 'checkpoints', JOB_ID, 'shared');

/** A checkpoint whose state is the files `before` and, unless it adds nothing, one of its own. */
async function checkpoint(
  fs: FileSystem,
  storage: FileSystemCheckpointStorage,
  id: number,
  before: readonly SharedStateHandle[],
  adds = true,
): Promise<readonly SharedStateHandle[]> {
  const directory = await storage.createLocation(JOB_ID, id);
  const identity = { jobId: JOB_ID, checkpointId: id, operatorUid: 'count', subtask: 0, attempt: 0 };
  const handle = await operatorStateWriter(fs, Math.random)(directory, identity, [], noTurn, {
    begin: () => ({
      files: before,
      sections: adds ? [snapshotSection({ name: 'n', kind: 'keyed-changes', chunks: [bytesOf(id, 90_000)] })] : [],
      written: (file) => (file === undefined ? before : [...before, file]),
    }),
  });
  const metadata: CheckpointMetadata = {
    ...{ jobId: JOB_ID, jobName: 'a job', lineage: JOB_ID, checkpointId: id, isSavepoint: false, unaligned: true },
    ...{ triggerTimestamp: id, bundleHash: 'b0', vertices: [] },
    operators: [{ uid: 'count', name: 'count', parallelism: 1, maxParallelism: 128, handles: handle === undefined ? [] : [handle] }],
  };
  await storage.writeMetadata(directory, metadata);
  return handle?.shared ?? [];
}

/** What the coordinator does once a checkpoint is complete, with `retained` of them kept. */
async function makeRoom(storage: FileSystemCheckpointStorage, retained: number): Promise<void> {
  const complete = (await storage.list(JOB_ID)).filter(({ hasMetadata }) => hasMetadata);
  for (const { directory } of complete.slice(retained)) await storage.discard(directory);
  await storage.sweep(JOB_ID, new Set());
}

/** The checkpoints there, newest first, each read from end to end with all that it names. */
async function whole(): Promise<number[]> {
  const storage = storageOver(node);
  const complete = (await storage.list(JOB_ID)).filter(({ hasMetadata }) => hasMetadata);
  for (const { directory } of complete) await storage.verify(directory, await storage.readMetadata(directory));
  return complete.map(({ id }) => id);
}

test('goes with the last checkpoint that names it', async () => {
  const storage = storageOver(node);
  const first = await checkpoint(node, storage, 1, []);
  const second = await checkpoint(node, storage, 2, first);
  const third = await checkpoint(node, storage, 3, second, false);
  expect(third).toEqual(second);
  await makeRoom(storage, 2);
  expect(await whole()).toEqual([3, 2]);
  expect(readdirSync(sharedDirectory()).sort()).toEqual(second.map(({ file }) => file).sort());
  const anew = await checkpoint(node, storage, 4, []);
  await makeRoom(storage, 2);
  expect(readdirSync(sharedDirectory())).toHaveLength(3);
  await checkpoint(node, storage, 5, anew);
  await makeRoom(storage, 2);
  expect(await whole()).toEqual([5, 4]);
  expect(readdirSync(sharedDirectory())).toHaveLength(2);
});

test('of a checkpoint that never came about is removed with the next', async () => {
  const storage = storageOver(node);
  await checkpoint(node, storage, 1, []);
  const directory = await storage.createLocation(JOB_ID, 2);
  await operatorStateWriter(node, Math.random)(
    directory,
    { jobId: JOB_ID, checkpointId: 2, operatorUid: 'count', subtask: 0, attempt: 0 },
    [],
    noTurn,
    {
      begin: () => ({
        files: [],
        sections: [snapshotSection({ name: 'n', kind: 'keyed-changes', chunks: [bytesOf(2, 10)] })],
        written: (file) => (file === undefined ? [] : [file]),
      }),
    },
  );
  await storage.discard(directory);
  expect(readdirSync(sharedDirectory())).toHaveLength(2);
  await makeRoom(storage, 3);
  expect(readdirSync(sharedDirectory())).toHaveLength(1);
  expect(await whole()).toEqual([1]);
});

test('that is gone, or another, keeps what names it from becoming a checkpoint', async () => {
  const storage = storageOver(node);
  const first = await checkpoint(node, storage, 1, []);
  await rm(join(sharedDirectory(), first[0]!.file));
  await expect(checkpoint(node, storage, 2, first)).rejects.toThrow(CorruptCheckpointError);
  expect((await storage.list(JOB_ID)).find(({ id }) => id === 2)?.hasMetadata).toBe(false);
  const one = storage.list(JOB_ID).then((all) => all.find(({ id }) => id === 1)!.directory);
  await expect(storage.verify(await one, await storage.readMetadata(await one))).rejects.toThrow('is missing');
});

test('is kept as long as it cannot be told what a damaged checkpoint names', async () => {
  const storage = storageOver(node);
  await checkpoint(node, storage, 1, []);
  await node.create(join(root.path, 'checkpoints', JOB_ID, 'chk-1', '_metadata')).then((file) => file.close());
  const later = storageOver(node);
  await checkpoint(node, later, 2, []);
  await expect(later.sweep(JOB_ID, new Set())).rejects.toThrow(CorruptCheckpointError);
  expect(readdirSync(sharedDirectory())).toHaveLength(2);
});

const faults: [string, FaultTime][] = [
  ['EIO', 'before'],
  ['ENOSPC', 'half'],
  ['EIO', 'after'],
];

describe.each(faults)('%s, %s', (code, time) => {
  test('at every step, of writing and of making room, each checkpoint there is whole, and nothing is left in the end', async () => {
    let id = 0;
    for (let failAt = 1; ; failAt++) {
      const sound = storageOver(node);
      const first = await checkpoint(node, sound, ++id, []);
      const second = await checkpoint(node, sound, ++id, first);
      const fs = new FaultyFileSystem(node);
      Object.assign(fs, { failAt, code, time });
      const storage = storageOver(fs);
      const before = await whole();
      await (async () => {
        await checkpoint(fs, storage, id + 1, second);
        await makeRoom(storage, 1);
      })().catch(() => {});
      id++;
      const after = await whole();
      expect([...new Set([...after, ...before])].sort((a, b) => b - a)[0], fs.log[failAt - 1]).toBe(Math.max(...before, ...after));
      // The newest that was there is never lost but to one newer.
      expect(Math.max(...after), fs.log[failAt - 1]).toBeGreaterThanOrEqual(Math.max(...before));
      if (!fs.fired) break;
      // The next process begins over what there is.
      const again = storageOver(node);
      await checkpoint(node, again, ++id, []);
      await makeRoom(again, 1);
      expect(await whole()).toEqual([id]);
      expect(readdirSync(sharedDirectory())).toHaveLength(1);
    }
    expect(await whole()).toHaveLength(1);
    expect(readdirSync(sharedDirectory())).toHaveLength(3);
  });
});
