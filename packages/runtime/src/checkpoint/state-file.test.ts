import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CorruptCheckpointError } from '../common/errors.js';
import type { WritableFile } from '../common/file-system.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { bytesOf, noTurn, snapshotSection, temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { FOOTER_SIZE } from './state-file.js';
import { openStateFile, type StateFile } from './state-file-reader.js';
import { writeStateFile } from './state-file-writer.js';

const identity = { kind: 'operator-state', jobId: 'job', checkpointId: 7, operatorUid: 'count', subtask: 1, attempt: 2 } as const;
const fs = new NodeFileSystem();
let root: { path: string; remove(): Promise<void> };
let path: string;

beforeAll(async () => {
  root = await temporaryDirectory();
  path = join(root.path, 'state');
});
afterAll(() => root.remove());

async function write(sizes: readonly number[], turn = noTurn) {
  const chunks = sizes.map((size, index) => bytesOf(index, size));
  const file = await fs.create(path);
  const writes: number[] = [];
  const counted: WritableFile = {
    write(bytes) {
      writes.push(bytes.length);
      return file.write(bytes);
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
  const written = await writeStateFile(counted, identity, [snapshotSection({ name: 's', kind: 'operator', chunks })], turn);
  await file.close();
  return { ...written, chunks, writes };
}

async function read(section = 0): Promise<Uint8Array[]> {
  const opened = await openStateFile(fs, path, { identity });
  const chunks: Uint8Array[] = [];
  for await (const chunk of (opened.sections[section] as StateFile['sections'][0]).chunks()) chunks.push(chunk);
  await opened.close();
  return chunks;
}

/** `toEqual` takes seconds over megabytes. */
function same(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((bytes, index) => Buffer.from(bytes).equals(b[index] as Uint8Array));
}

describe('round trip', () => {
  const sizes = [
    [],
    [0],
    [1],
    [0, 5, 0],
    [65_535, 65_536],
    [1, 65_536, 1],
    [8, 65_528, 65_528, 65_528, 65_528],
    Array.from({ length: 9_000 }, () => 100),
  ];
  test('writes are under way while the next is filled, and may end in any order', async () => {
    const chunks = Array.from({ length: 40 }, (_, index) => bytesOf(index, 60_000));
    const file = await fs.create(path);
    const waiting: (() => void)[] = [];
    let most = 0;
    let through = false;
    const release = (): void => {
      for (const resolve of waiting.splice(0).reverse()) resolve();
    };
    const slow: WritableFile = {
      async write(bytes) {
        const ended = file.write(bytes);
        // Each ends only after those that came after it, until none comes any more.
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          most = Math.max(most, waiting.length);
          if (waiting.length >= 3 || through) release();
        });
        await ended;
      },
      sync: () => file.sync(),
      close: () => file.close(),
    };
    const section = snapshotSection({ name: 's', kind: 'operator', chunks });
    const nextChunk = () => {
      const chunk = section.nextChunk();
      if (chunk === null) {
        through = true;
        release();
      }
      return chunk;
    };
    await writeStateFile(slow, identity, [{ ...section, nextChunk }], () => undefined);
    await file.close();
    expect(most).toBe(3);
    expect(same(await read(), chunks)).toBe(true);
  });

  test('a write that fails fails the file once no other is under way', async () => {
    const chunks = Array.from({ length: 40 }, (_, index) => bytesOf(index, 60_000));
    let begun = 0;
    let ended = 0;
    const failing: WritableFile = {
      async write() {
        const number = ++begun;
        await new Promise((resolve) => setImmediate(resolve));
        ended++;
        if (number === 2) throw new Error('the disk is full');
      },
      sync: async () => {},
      close: async () => {},
    };
    const section = snapshotSection({ name: 's', kind: 'operator', chunks });
    await expect(writeStateFile(failing, identity, [section], () => undefined)).rejects.toThrow('the disk is full');
    expect(ended).toBe(begun);
    expect(begun).toBeLessThan(8);
  });

  test.each(sizes.map((each) => [each]))('chunks of %j', async (each) => {
    const { chunks, size, checksum } = await write(each);
    expect(
      same(
        await read(),
        chunks.filter(({ length }) => length > 0),
      ),
    ).toBe(true);
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(size);
    expect(crc32(bytes)).toBe(checksum);
  });

  test('chunks longer than a block come back cut, in order', async () => {
    const { chunks } = await write([300_000, 3, 131_073]);
    const back = await read();
    expect(Buffer.concat(back).equals(Buffer.concat(chunks))).toBe(true);
    expect(Math.max(...back.map(({ length }) => length))).toBe(65_536);
  });

  test('chunks keep their content after later ones were read, and start aligned', async () => {
    const { chunks } = await write(Array.from({ length: 40 }, (_, index) => 65_000 - index));
    const back = await read();
    expect(same(back, chunks)).toBe(true);
    expect(back.every(({ byteOffset, buffer, byteLength }) => byteOffset === 0 && buffer.byteLength === byteLength)).toBe(true);
  });

  test('two sections read by turns do not disturb each other', async () => {
    const sections = [0, 100].map((seed) => ({
      name: `${seed}`,
      kind: 'keyed' as const,
      chunks: Array.from({ length: 9 }, (_, i) => bytesOf(seed + i, 60_000)),
    }));
    const file = await fs.create(path);
    await writeStateFile(file, identity, sections.map(snapshotSection), noTurn);
    await file.close();
    const opened = await openStateFile(fs, path, { identity });
    const [a, b] = opened.sections.map((section) => section.chunks()[Symbol.asyncIterator]());
    for (let index = 0; index < 9; index++) {
      const pair = await Promise.all([a?.next(), b?.next()]);
      expect(
        same(
          pair.map((each) => each?.value),
          sections.map(({ chunks }) => chunks[index] as Uint8Array),
        ),
      ).toBe(true);
    }
    await opened.close();
  });
});

test('a small file takes one write, a large one writes of up to 256 KiB', async () => {
  expect((await write([100, 100, 100])).writes).toHaveLength(1);
  const { writes, size } = await write(Array.from({ length: 64 }, () => 65_000));
  expect(Math.max(...writes)).toBeLessThanOrEqual(262_144);
  expect(writes.length).toBeLessThanOrEqual(Math.ceil(size / 190_000));
});

test('gives the turn back between chunks', async () => {
  let turns = 0;
  await write([10, 10, 10, 10], async () => void turns++);
  expect(turns).toBeGreaterThanOrEqual(3);
});

/** The file as version 1 has it, whose index is plain JSON. */
async function asVersion1(): Promise<Buffer> {
  const { sections } = await openStateFile(fs, path, { identity });
  const json = Buffer.from(JSON.stringify(sections.map(({ chunks: _, ...entry }) => entry)));
  const bytes = readFileSync(path);
  const footer = Buffer.from(bytes.subarray(bytes.length - FOOTER_SIZE));
  const before = Buffer.from(bytes.subarray(0, Number(footer.readBigUInt64LE(8))));
  before.writeUInt32LE(1, 8);
  const identityEnd = 16 + before.readUInt32LE(12);
  before.writeUInt32LE(crc32(before.subarray(0, identityEnd)), identityEnd);
  footer.writeBigUInt64LE(BigInt(before.length + json.length + FOOTER_SIZE), 0);
  footer.writeUInt32LE(json.length, 16);
  footer.writeUInt32LE(crc32(json), 20);
  footer.writeUInt32LE(crc32(footer.subarray(0, 28)), 28);
  return Buffer.concat([before, json, footer]);
}

test('reads version 1, which version 2 takes fewer bytes than', async () => {
  const { chunks, size } = await write([10, 20]);
  const old = await asVersion1();
  expect(size).toBeLessThan(old.length);
  writeFileSync(path, old);
  expect(same(await read(), chunks)).toBe(true);
});

test('an index that cannot be decompressed is damage', async () => {
  await write([10]);
  const bytes = readFileSync(path);
  const footer = bytes.subarray(bytes.length - FOOTER_SIZE);
  const start = Number(footer.readBigUInt64LE(8));
  const index = bytes.subarray(start, start + footer.readUInt32LE(16)).fill(0xff, 2);
  footer.writeUInt32LE(crc32(index), 20);
  footer.writeUInt32LE(crc32(footer.subarray(0, 28)), 28);
  writeFileSync(path, bytes);
  await expect(openStateFile(fs, path, { identity })).rejects.toThrow(/cannot be decompressed/);
});

describe('lengths that lie, under checksums that are right', () => {
  /** Calls `change` with a copy of the file, seals footer and index again, and returns what opening it says. */
  async function opened(change: (bytes: Buffer, footer: Buffer) => void, seal = true): Promise<string> {
    await write([1_000, 1_000]);
    const bytes = await asVersion1();
    const footer = bytes.subarray(bytes.length - FOOTER_SIZE);
    change(bytes, footer);
    if (seal) footer.writeUInt32LE(crc32(footer.subarray(0, 28)), 28);
    writeFileSync(path, bytes);
    const before = process.memoryUsage().arrayBuffers;
    const error = await openStateFile(fs, path, { identity }).catch((thrown: unknown) => thrown);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(error).toBeInstanceOf(CorruptCheckpointError);
    return (error as Error).message;
  }

  for (const huge of [0x7fff_ffff, 0xffff_ffff, 0x8000_0000, 16 * 1024 * 1024]) {
    test(`${huge} bytes`, async () => {
      expect(await opened((bytes) => bytes.writeUInt32LE(huge, 12))).toMatch(/header/);
      expect(await opened((_, footer) => footer.writeUInt32LE(huge, 16))).toContain('claims an index of');
      expect(await opened((_, footer) => footer.writeBigUInt64LE(BigInt(huge), 8))).toContain('claims an index of');
      expect(await opened((_, footer) => footer.writeBigUInt64LE(BigInt(huge) << 30n, 0))).toContain('truncated at');
      expect(await opened((_, footer) => footer.writeUInt32LE(huge, 24))).toContain('blocks');
      const first = (bytes: Buffer) => 16 + bytes.readUInt32LE(12) + 4;
      expect(await opened((bytes) => bytes.writeUInt32LE(huge, first(bytes) + 4))).toContain(`block 0 claims ${huge} bytes`);
    });
  }

  test('a block of no bytes, and sections that claim more or less than there is', async () => {
    const first = (bytes: Buffer) => 16 + bytes.readUInt32LE(12) + 4;
    expect(await opened((bytes) => bytes.writeUInt32LE(0, first(bytes) + 4))).toContain('block 0 claims 0 bytes');
    const inIndex = (from: string, to: string, blocks?: number) => (bytes: Buffer, footer: Buffer) => {
      if (blocks !== undefined) footer.writeUInt32LE(blocks, 24);
      const start = Number(footer.readBigUInt64LE(8));
      const index = bytes.subarray(start, start + footer.readUInt32LE(16));
      const at = index.indexOf(from);
      expect(at).toBeGreaterThanOrEqual(0);
      index.write(to, at);
      footer.writeUInt32LE(crc32(index), 20);
    };
    expect(await opened(inIndex('"size":2000', '"size":9999'))).toContain('section s is not the one');
    expect(await opened(inIndex('"blocks":2', '"blocks":1'))).toContain('blocks');
    expect(await opened(inIndex('"blocks":2', '"blocks":1', 1))).toMatch(/section s is not/);
    expect(await opened(inIndex('"blocks":2', '"blocks":9', 9))).toContain('beyond the last');
    expect(await opened(inIndex('"kind":"operator"', '"kind":"operat0r"'))).toContain('sections[0].kind is none of');
    expect(await opened(inIndex('[{', 'x{'))).toContain('index cannot be');
    expect(await opened(inIndex('{', '('))).toContain('not JSON');
  });

  test('blocks that belong to no section', async () => {
    expect(
      await opened((bytes, footer) => {
        const start = Number(footer.readBigUInt64LE(8));
        const index = bytes.subarray(start, start + footer.readUInt32LE(16)).fill(' ');
        index.write('[]');
        footer.writeUInt32LE(crc32(index), 20);
        footer.writeUInt32LE(0, 24);
      }),
    ).toContain('2016 bytes belong to no section');
  });

  test('two blocks of a section that changed places', async () => {
    expect(
      await opened((bytes) => {
        const first = 16 + bytes.readUInt32LE(12) + 4;
        const a = Buffer.from(bytes.subarray(first, first + 1_008));
        bytes.copyWithin(first, first + 1_008, first + 2_016);
        bytes.set(a, first + 1_008);
      }),
    ).toContain('checksum of block 0');
  });
});

test('refuses to write what it would not read', async () => {
  const file = await fs.create(path);
  for (const wrong of [{ subtask: -1 }, { subtask: 40_000 }, { jobId: '../job' }, { operatorUid: '' }, { checkpointId: 1.5 }]) {
    await expect(writeStateFile(file, { ...identity, ...wrong }, [], noTurn)).rejects.toThrow(/field/);
  }
  await file.close();
});
