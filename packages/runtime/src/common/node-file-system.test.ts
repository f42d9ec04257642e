import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { ensureDirectory, isPlainName, randomHex } from './durable-files.js';
import { NodeFileSystem } from './node-file-system.js';

const fs = new NodeFileSystem();
let root: { path: string; remove(): Promise<void> };
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => root.remove());

test('writes append, reads come from any position and stop at the end', async () => {
  const path = join(root.path, 'file');
  const written = await fs.create(path);
  await written.write(Buffer.from('abc'));
  await written.write(Buffer.from('defg'));
  await written.sync();
  await written.close();
  const file = await fs.open(path);
  expect(file.size).toBe(7);
  const target = new Uint8Array(4);
  expect(await file.read(target, 2)).toBe(4);
  expect(Buffer.from(target).toString()).toBe('cdef');
  expect(await file.read(target, 5)).toBe(2);
  expect(await file.read(target, 7)).toBe(0);
  await file.close();
  await (await fs.create(path)).close();
  expect((await fs.stat(path))?.size).toBe(0);
});

test('writes that do not wait for one another stand in the order of their calls', async () => {
  const path = join(root.path, 'file');
  const pieces = Array.from({ length: 40 }, (_, n) => Buffer.alloc(n % 3 === 0 ? 200_000 : 10, n + 1));
  const written = await fs.create(path);
  await Promise.all(pieces.map((piece) => written.write(piece)));
  await written.close();
  expect(Buffer.concat(pieces).equals(await fs.readFile(path))).toBe(true);
});

test('what is not there is undefined, empty or nothing; other failures are Node’s', async () => {
  const missing = join(root.path, 'missing', 'deeper');
  expect(await fs.stat(missing)).toBeUndefined();
  expect(await fs.readdir(missing)).toEqual([]);
  await fs.remove(missing);
  await expect(fs.open(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(fs.create(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(fs.readFile(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(fs.syncDirectory(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  writeFileSync(join(root.path, 'file'), '');
  expect(await fs.stat(join(root.path, 'file', 'in it'))).toBeUndefined();
  await expect(fs.mkdir(join(root.path, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
});

test('directories are made with their parents, and removed whole', async () => {
  const deep = join(root.path, 'a', 'b', 'c');
  await ensureDirectory(fs, deep);
  await ensureDirectory(fs, deep);
  await fs.syncDirectory(deep);
  writeFileSync(join(deep, 'file'), 'x');
  expect(await fs.stat(deep)).toMatchObject({ isDirectory: true });
  await fs.rename(join(deep, 'file'), join(root.path, 'moved'));
  expect((await fs.readdir(root.path)).sort()).toEqual(['a', 'moved']);
  await fs.remove(join(root.path, 'a'));
  expect(await fs.readdir(root.path)).toEqual(['moved']);
});

test('names: plain ones alone, random ones of the length asked for', () => {
  for (const name of ['a', 'chk-1', 'A.b_c-9']) expect(isPlainName(name), name).toBe(true);
  for (const name of ['', '.', '..', '.a', 'a/b', 'a\\b', '-a', 'a.', 'a b', 'a\n', 'é', 'a'.repeat(201)])
    expect(isPlainName(name), name).toBe(false);
  expect(randomHex(Math.random, 16)).toMatch(/^[0-9a-f]{16}$/);
  expect(randomHex(() => 0, 12)).toBe('000000000000');
});
