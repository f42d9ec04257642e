import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NodeFileSystem } from '../common/node-file-system.js';
import {
  bytesOf,
  expectedContent,
  JOB_ID,
  noTurn,
  readContent,
  type SubtaskContent,
  snapshotSection,
  temporaryDirectory,
  writeCheckpoint,
} from '../testing/checkpoint-fixtures.js';
import { FaultyFileSystem } from '../testing/faulty-file-system.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { operatorStateWriter } from './operator-state-file.js';

const content: readonly SubtaskContent[] = [0, 1, 2].flatMap((subtask) =>
  ['source', 'count', 'sink'].map((uid) => ({
    uid,
    subtask,
    sections: [{ name: 'n', kind: 'keyed' as const, chunks: [bytesOf(subtask, 500)] }],
  })),
);

let root: { path: string; remove(): Promise<void> };
let fs: FaultyFileSystem;
let storage: FileSystemCheckpointStorage;

beforeEach(async () => {
  root = await temporaryDirectory();
  fs = new FaultyFileSystem(new NodeFileSystem());
  storage = new FileSystemCheckpointStorage(fs, join(root.path, 'checkpoints'), join(root.path, 'savepoints'), Math.random);
});
afterEach(() => root.remove());

const jobDirectory = () => join(root.path, 'checkpoints', JOB_ID);

describe('writing', () => {
  test('puts a checkpoint where Flink does, under names unique to the attempt', async () => {
    const { directory } = await writeCheckpoint(fs, storage, 4, content);
    expect(directory).toBe(join(jobDirectory(), 'chk-4'));
    const names = readdirSync(directory);
    expect(names).toHaveLength(10);
    expect(names.filter((name) => /^(source|count|sink)-[012]-3-[0-9a-f]{16}$/.test(name))).toHaveLength(9);
    expect(await readContent(fs, storage, directory)).toEqual(expectedContent(content));
  });

  test('every name is durable before the metadata appears, the content of every file before its name', async () => {
    const { directory, metadata } = await writeCheckpoint(fs, storage, 4, content);
    const at = (operation: string) => {
      const index = fs.log.lastIndexOf(operation);
      expect(index, operation).toBeGreaterThanOrEqual(0);
      return index;
    };
    const published = fs.log.findIndex((line) => line.startsWith('rename') && line.endsWith('/_metadata'));
    const synced = fs.log.indexOf(`syncDirectory ${directory}`);
    for (const { file } of metadata.operators.flatMap(({ handles }) => handles)) {
      const path = join(directory, file);
      expect(at(`write ${path}.tmp`)).toBeLessThan(at(`sync ${path}.tmp`));
      expect(at(`sync ${path}.tmp`)).toBeLessThan(at(`rename ${path}.tmp ${path}`));
      expect(at(`rename ${path}.tmp ${path}`)).toBeLessThan(synced);
    }
    expect(synced).toBeLessThan(published);
    expect(at(`syncDirectory ${jobDirectory()}`)).toBeGreaterThan(at(`mkdir ${directory}`));
    expect(at(`syncDirectory ${jobDirectory()}`)).toBeLessThan(published);
    expect(fs.log.lastIndexOf(`syncDirectory ${directory}`)).toBeGreaterThan(published);
    const temporary = fs.log[published]?.split(' ')[1];
    expect(at(`sync ${temporary}`)).toBeLessThan(published);
  });

  test('takes few operations for a small state', async () => {
    await writeCheckpoint(fs, storage, 1, content);
    const before = fs.operations;
    await writeCheckpoint(fs, storage, 2, content);
    // create, write, sync, close, rename of ten files; and fewer than ten for the directory.
    expect(fs.operations - before).toBeLessThan(60);
  });

  test('leaves no file where there is nothing to write', async () => {
    const directory = await storage.createLocation(JOB_ID, 1);
    const identity = { jobId: JOB_ID, checkpointId: 1, operatorUid: 'a', subtask: 0, attempt: 0 };
    expect(await operatorStateWriter(fs, Math.random)(directory, identity, [], noTurn)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('a snapshot or a turn that fails leaves nothing behind', async () => {
    const directory = await storage.createLocation(JOB_ID, 1);
    const identity = { jobId: JOB_ID, checkpointId: 1, operatorUid: 'a', subtask: 0, attempt: 0 };
    const write = operatorStateWriter(fs, Math.random);
    const section = () => snapshotSection({ name: 'n', kind: 'keyed', chunks: [bytesOf(1, 65_536), bytesOf(1, 65_536)] });
    const failing = {
      ...section(),
      nextChunk: () => {
        throw new Error('no snapshot');
      },
    };
    await expect(write(directory, identity, [section(), failing], noTurn)).rejects.toThrow('no snapshot');
    await expect(write(directory, identity, [section()], () => Promise.reject(new Error('aborted')))).rejects.toThrow('aborted');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('many files at once do not mix', async () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      uid: `operator ${index}`,
      subtask: index % 3,
      sections: [
        { name: 'n', kind: 'keyed' as const, chunks: [bytesOf(index, 70_000), bytesOf(index + 100, 200_000), bytesOf(index + 200, 10)] },
      ],
    }));
    const { directory } = await writeCheckpoint(fs, storage, 1, many);
    expect((await readContent(fs, storage, directory)).join() === expectedContent(many).join()).toBe(true);
  });

  test('a writer that comes too late does not bring a discarded directory back', async () => {
    const directory = await storage.createLocation(JOB_ID, 1);
    await storage.discard(directory);
    const identity = { jobId: JOB_ID, checkpointId: 1, operatorUid: 'a', subtask: 0, attempt: 0 };
    const section = snapshotSection({ name: 'n', kind: 'keyed', chunks: [bytesOf(1, 5)] });
    await expect(operatorStateWriter(fs, Math.random)(directory, identity, [section], noTurn)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(existsSync(directory)).toBe(false);
  });
});

describe('locations', () => {
  test('a completed checkpoint is never written over; what never became one gives way', async () => {
    const { directory, metadata } = await writeCheckpoint(fs, storage, 4, content);
    await expect(storage.createLocation(JOB_ID, 4)).rejects.toMatchObject({ code: 'CHECKPOINT_EXISTS' });
    await expect(storage.writeMetadata(directory, metadata)).rejects.toMatchObject({ code: 'CHECKPOINT_EXISTS' });
    expect(await readContent(fs, storage, directory)).toEqual(expectedContent(content));
    const unfinished = await storage.createLocation(JOB_ID, 5);
    writeFileSync(join(unfinished, 'left over'), 'x');
    expect(await storage.createLocation(JOB_ID, 5)).toBe(unfinished);
    expect(readdirSync(unfinished)).toEqual([]);
  });

  test('savepoints go to the savepoint directory or where they are asked for, path or URL', async () => {
    const own = await storage.createSavepointLocation(JOB_ID);
    expect(dirname(own)).toBe(join(root.path, 'savepoints'));
    expect(basename(own)).toMatch(/^savepoint-a7f3c9-[0-9a-f]{12}$/);
    const target = join(root.path, 'my savepoints', 'of today');
    expect(dirname(await storage.createSavepointLocation(JOB_ID, target))).toBe(target);
    expect(dirname(await storage.createSavepointLocation(JOB_ID, pathToFileURL(target).href))).toBe(target);
    expect(readdirSync(target)).toHaveLength(2);
    await expect(storage.createSavepointLocation(JOB_ID, 'here')).rejects.toThrow('not an absolute path');
  });

  test('ids that are no names are refused', async () => {
    for (const id of ['', '..', 'a/b', '../x']) {
      await expect(storage.createLocation(id, 1)).rejects.toThrow(RangeError);
      await expect(storage.list(id)).rejects.toThrow(RangeError);
    }
    await expect(storage.createLocation(JOB_ID, 1.5)).rejects.toThrow(RangeError);
  });
});

describe('list, sweep and discard', () => {
  test('list is newest first by number and knows what has no metadata', async () => {
    for (const id of [2, 10, 9]) await writeCheckpoint(fs, storage, id, content);
    await storage.createLocation(JOB_ID, 11);
    for (const odd of ['chk-x', 'chk-01', 'shared', 'chk-']) mkdirSync(join(jobDirectory(), odd));
    const listed = await storage.list(JOB_ID);
    expect(listed.map(({ id, hasMetadata }) => [id, hasMetadata])).toEqual([
      [11, false],
      [10, true],
      [9, true],
      [2, true],
    ]);
    expect(listed[1]?.mtimeMs).toBeGreaterThan(0);
    expect(await storage.list('0123')).toEqual([]);
  });

  test('sweep takes what never was a checkpoint, except what is kept', async () => {
    await writeCheckpoint(fs, storage, 1, content);
    const damaged = await writeCheckpoint(fs, storage, 2, content);
    writeFileSync(join(damaged.directory, '_metadata'), 'damaged');
    const unfinished = await storage.createLocation(JOB_ID, 3);
    writeFileSync(join(unfinished, 'source-0-1-aa'), 'x');
    const underWay = await storage.createLocation(JOB_ID, 4);
    writeFileSync(join(underWay, 'source-0-1-aa.tmp'), 'x');
    await storage.sweep(JOB_ID, new Set([underWay]));
    expect((await storage.list(JOB_ID)).map(({ id }) => id)).toEqual([4, 2, 1]);
    expect(readdirSync(underWay)).toEqual(['source-0-1-aa.tmp']);
    expect(readFileSync(join(damaged.directory, '_metadata'), 'utf8')).toBe('damaged');
    await storage.sweep('0123', new Set());
  });

  test('discard removes everything, twice if need be, and nothing that is no checkpoint', async () => {
    const { directory } = await writeCheckpoint(fs, storage, 1, content);
    await storage.discard(directory);
    expect(existsSync(directory)).toBe(false);
    await storage.discard(directory);
    const savepoint = await writeCheckpoint(fs, storage, 2, content, { isSavepoint: true });
    await storage.discard(savepoint.directory);
    expect(existsSync(savepoint.directory)).toBe(false);
    for (const wrong of [root.path, '/', jobDirectory(), `${jobDirectory()}/chk-1/..`, 'chk-1']) {
      await expect(storage.discard(wrong)).rejects.toThrow(RangeError);
    }
  });
});
