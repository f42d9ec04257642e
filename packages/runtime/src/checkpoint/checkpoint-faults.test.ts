import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CorruptCheckpointError } from '../common/errors.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import {
  bytesOf,
  expectedContent,
  JOB_ID,
  readContent,
  type SubtaskContent,
  temporaryDirectory,
  writeCheckpoint,
} from '../testing/checkpoint-fixtures.js';
import { type FaultTime, FaultyFileSystem } from '../testing/faulty-file-system.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';

// Each operation of writing, and of discarding, fails once: afterwards there is a whole checkpoint or none.

const content: readonly SubtaskContent[] = [
  { uid: 'source', subtask: 0, sections: [{ name: 'offsets', kind: 'operator', chunks: [bytesOf(1, 24)] }] },
  { uid: 'count', subtask: 0, sections: [{ name: 'n', kind: 'keyed', chunks: [1, 2, 3, 4, 5, 6].map((seed) => bytesOf(seed, 60_000)) }] },
];

let root: { path: string; remove(): Promise<void> };
let fs: FaultyFileSystem;
let storage: FileSystemCheckpointStorage;
/** Reads what is really there. */
let plain: FileSystemCheckpointStorage;
const node = new NodeFileSystem();

beforeEach(async () => {
  root = await temporaryDirectory();
  reset();
  plain = newStorage(node);
});
afterEach(() => root.remove());

function newStorage(over: FaultyFileSystem | NodeFileSystem): FileSystemCheckpointStorage {
  return new FileSystemCheckpointStorage(over, join(root.path, 'checkpoints'), join(root.path, 'savepoints'), Math.random);
}

function reset(): void {
  fs = new FaultyFileSystem(node);
  storage = newStorage(fs);
}

/** The checkpoints that a recovery would find. */
async function valid(): Promise<number[]> {
  const found: number[] = [];
  for (const { id, directory } of await plain.list(JOB_ID)) {
    try {
      const read = await readContent(node, plain, directory);
      expect(read.join() === expectedContent(content).join()).toBe(true);
      found.push(id);
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptCheckpointError);
      expect((error as Error).message).toContain('is missing');
    }
  }
  return found;
}

const faults: [string, FaultTime][] = [
  ['EIO', 'before'],
  ['ENOSPC', 'half'],
  ['EIO', 'after'],
];

describe.each(faults)('%s, %s', (code, time) => {
  test('writing a checkpoint: every operation in turn', { timeout: 60_000 }, async () => {
    await writeCheckpoint(node, plain, 1, content);
    let id = 2;
    for (let failAt = 1; ; failAt++, id++) {
      reset();
      Object.assign(fs, { failAt, code, time });
      const outcome = await writeCheckpoint(fs, storage, id, content).catch((error: unknown) => error);
      if (!fs.fired) break;
      const what = fs.log[failAt - 1];
      expect(outcome, what).toBeInstanceOf(Error);
      expect((outcome as { code?: string }).code, what).toBe(code);
      expect(await valid(), what).toEqual([1]);
      const directory = join(root.path, 'checkpoints', JOB_ID, `chk-${id}`);
      const left = await node.readdir(directory);
      expect(
        left.filter((name) => name.endsWith('.tmp') || name === '_metadata'),
        what,
      ).toEqual([]);
      // A file whose rename failed is not left under its final name either.
      const [operation, , renamedTo] = what?.split(' ') ?? [];
      if (operation === 'rename') expect(left).not.toContain(basename(renamedTo as string));
      // What the coordinator does then, and what it tries next.
      await storage.discard(directory);
      await writeCheckpoint(fs, storage, ++id, content);
      expect(await valid(), what).toEqual([id, 1]);
      await storage.discard(join(root.path, 'checkpoints', JOB_ID, `chk-${id}`));
      expect(readdirSync(join(root.path, 'checkpoints', JOB_ID))).toEqual(['chk-1']);
    }
    expect(fs.operations).toBeGreaterThan(15);
    expect(await valid()).toEqual([id, 1]);
  });

  test('discarding one: it is whole or none at every step, and goes at the second try', async () => {
    for (let failAt = 1; ; failAt++) {
      reset();
      const { directory } = await writeCheckpoint(node, plain, failAt, content);
      Object.assign(fs, { failAt, code, time });
      const failure = await storage.discard(directory).catch((error: unknown) => error);
      if (!fs.fired) break;
      expect((failure as { code?: string }).code).toBe(code);
      const [stored] = await plain.list(JOB_ID);
      // As long as there is metadata, all that it names is there.
      if (stored?.hasMetadata) expect(await valid()).toEqual([failAt]);
      await storage.discard(directory);
      expect(readdirSync(join(root.path, 'checkpoints', JOB_ID))).toEqual([]);
    }
    expect(fs.operations).toBeGreaterThanOrEqual(3);
  });
});

test('a disk that stays dead while the metadata is published says that the checkpoint is in doubt', async () => {
  await writeCheckpoint(node, plain, 1, content);
  await writeCheckpoint(fs, storage, 2, content);
  // The sync after the metadata's rename.
  const failAt = fs.operations;
  reset();
  Object.assign(fs, { failAt, sticky: true });
  await expect(writeCheckpoint(fs, storage, 3, content)).rejects.toMatchObject({ code: 'CHECKPOINT_IN_DOUBT' });
});
