import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CorruptCheckpointError } from '../common/errors.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import {
  bytesOf,
  expectedContent,
  readContent,
  readFileContent,
  type SubtaskContent,
  seededRandom,
  temporaryDirectory,
  type WrittenCheckpoint,
  writeCheckpoint,
} from '../testing/checkpoint-fixtures.js';
import type { OperatorStateHandle } from './checkpoint-storage.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';

// What a restore must never do: hand out anything but what was written. Each damage is done to real files.

const content: readonly SubtaskContent[] = [
  { uid: 'source', subtask: 0, sections: [{ name: 'offsets', kind: 'operator', chunks: [bytesOf(1, 24)] }] },
  { uid: 'source', subtask: 2, sections: [{ name: 'offsets', kind: 'operator', chunks: [bytesOf(2, 24)] }] },
  {
    uid: 'count/ünï ☃',
    subtask: 0,
    sections: [
      { name: 'small', kind: 'keyed', chunks: [bytesOf(3, 40), bytesOf(4, 1)] },
      { name: 'empty', kind: 'keyed', chunks: [] },
      { name: 'in 0', kind: 'input-channel', chunks: [bytesOf(5, 33)] },
    ],
  },
  {
    uid: 'count/ünï ☃',
    subtask: 1,
    // Around the borders of blocks and of the 256 KiB in which files are read and written.
    sections: [
      { name: 'one block', kind: 'keyed', chunks: [bytesOf(6, 65_536)] },
      { name: 'cut', kind: 'keyed', chunks: [bytesOf(7, 65_537), bytesOf(8, 65_535), bytesOf(9, 200_000)] },
      { name: 'last', kind: 'output-channel', chunks: [bytesOf(10, 7)] },
    ],
  },
  { uid: 'sink', subtask: 1, sections: [{ name: 'parts', kind: 'committable', chunks: [bytesOf(11, 24)] }] },
];

const fs = new NodeFileSystem();
let root: { path: string; remove(): Promise<void> };
let storage: FileSystemCheckpointStorage;
let checkpoint: WrittenCheckpoint;
/** The same job's next checkpoint, of the same sizes. */
let next: WrittenCheckpoint;

beforeAll(async () => {
  root = await temporaryDirectory();
  storage = new FileSystemCheckpointStorage(fs, join(root.path, 'checkpoints'), join(root.path, 'savepoints'), Math.random);
  checkpoint = await writeCheckpoint(fs, storage, 4, content);
  next = await writeCheckpoint(fs, storage, 5, content);
});
afterAll(() => root.remove());

/** The handles are those of the acknowledgement, so that a damaged file is found even by a task that never saw the metadata. */
const stateFiles = () => checkpoint.metadata.operators.flatMap(({ uid, handles }) => handles.map((handle) => ({ uid, handle })));
const pathOf = (handle: OperatorStateHandle) => join(checkpoint.directory, handle.file);

async function withDamage(path: string, damaged: Uint8Array, body: () => Promise<void>): Promise<void> {
  const original = readFileSync(path);
  writeFileSync(path, damaged);
  try {
    await body();
  } finally {
    writeFileSync(path, original);
  }
}

async function expectCorrupt(read: () => Promise<unknown>, ...paths: string[]): Promise<string> {
  const error = await read().then(
    () => new Error('was read as if nothing were wrong'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CorruptCheckpointError)) throw error;
  expect(paths).toContain(error.path);
  expect(error.message.startsWith(error.path)).toBe(true);
  return error.message.slice(error.path.length);
}

function flipped(bytes: Uint8Array, position: number, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[position] = (copy[position] ?? 0) ^ (1 << bit);
  return copy;
}

/** In place: a large file is not written whole for each of its bytes. */
function writeByte(path: string, bytes: Uint8Array, position: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, position, 1, position);
  closeSync(file);
}

/** Every position of a small file; of a large one its two ends and the borders of its blocks whole, and a stride through the rest. */
function positions(size: number): number[] {
  if (size < 8_192) return Array.from({ length: size }, (_, position) => position);
  const chosen = new Set<number>();
  for (let position = 0; position < size; position += 1_999) chosen.add(position);
  for (let border = 0; border <= size; border += 65_536) for (let by = -16; by < 240; by++) chosen.add(border + by);
  for (let fromEnd = 1; fromEnd < 900; fromEnd++) chosen.add(size - fromEnd);
  return [...chosen].filter((position) => position >= 0 && position < size);
}

async function damageEverywhere(path: string, read: () => Promise<unknown>, cutStride: number): Promise<number> {
  const original = readFileSync(path);
  const random = seededRandom(original.length);
  let tried = 0;
  for (const [index, position] of positions(original.length).entries()) {
    const damaged = flipped(original, position, Math.floor(random() * 8));
    writeByte(path, damaged, position);
    await expectCorrupt(read, path);
    writeByte(path, original, position);
    tried++;
    if (index % cutStride !== 0) continue;
    await withDamage(path, original.subarray(0, position), async () => void (await expectCorrupt(read, path)));
  }
  for (const appended of [1, 7, 40, 65_536]) {
    for (const tail of [new Uint8Array(appended), original.subarray(-appended)]) {
      await withDamage(path, Buffer.concat([original, tail]), async () => void (await expectCorrupt(read, path)));
    }
  }
  for (let start = 0; start < original.length; start += original.length >> 4) {
    for (const length of [1, 4, 64, 4_096]) {
      const zeroed = Buffer.from(original).fill(0, start, Math.min(start + length, original.length));
      if (zeroed.equals(original)) continue;
      await withDamage(path, zeroed, async () => void (await expectCorrupt(read, path)));
    }
  }
  return tried;
}

describe('a checkpoint with a damaged file', () => {
  test('is read as it was written while nothing is damaged', async () => {
    expect(await readContent(fs, storage, checkpoint.directory)).toEqual(expectedContent(content));
  });

  test('state files: a bit flipped, cut short, added to, zeroed', { timeout: 120_000 }, async () => {
    for (const { uid, handle } of stateFiles()) {
      const read = () => readFileContent(fs, checkpoint.directory, 4, uid, handle);
      const tried = await damageEverywhere(pathOf(handle), read, handle.size > 8_192 ? 7 : 1);
      expect(tried).toBeGreaterThan(200);
      // `verify` finds the same.
      const original = readFileSync(pathOf(handle));
      await withDamage(pathOf(handle), flipped(original, original.length >> 1, 3), async () => {
        await expectCorrupt(() => storage.verify(checkpoint.directory, checkpoint.metadata), pathOf(handle));
      });
    }
  });

  test('_metadata: a bit flipped, cut short, added to, zeroed', { timeout: 120_000 }, async () => {
    await damageEverywhere(join(checkpoint.directory, '_metadata'), () => storage.readMetadata(checkpoint.directory), 1);
  });

  test('says in words what is wrong', async () => {
    const [{ uid, handle }] = stateFiles() as [{ uid: string; handle: OperatorStateHandle }];
    const path = pathOf(handle);
    const original = readFileSync(path);
    const words = async (damaged: Uint8Array) => {
      let message = '';
      await withDamage(path, damaged, async () => {
        message = await expectCorrupt(() => readFileContent(fs, checkpoint.directory, 4, uid, handle), path);
      });
      return message;
    };
    expect(await words(new Uint8Array())).toContain(`truncated at 0 of ${handle.size} bytes`);
    for (const length of [15, 16, 60, 160]) {
      expect(await words(original.subarray(0, length))).toContain(`truncated at ${length} of ${handle.size} bytes`);
    }
    expect(await words(original.subarray(0, -1))).toContain(`truncated at ${handle.size - 1} of ${handle.size} bytes`);
    expect(await words(Buffer.concat([original, original]))).toContain(`is ${handle.size * 2} bytes long, _metadata says ${handle.size}`);
    expect(await words(Buffer.from('hello, this is something else'))).toContain('is not a file of a Weir checkpoint');
    expect(await words(flipped(original, 8, 2))).toContain('has format version 6; this version of Weir reads 1 to 3');
    const payload = original.indexOf(bytesOf(1, 24));
    expect(await words(flipped(original, payload, 1))).toContain('checksum of block 0');
    expect(await words(flipped(original, 20, 1))).toContain('checksum of the header');
  });
});

describe('a checkpoint with the wrong files', () => {
  const swap = (a: string, b: string) => {
    renameSync(a, `${a}.aside`);
    renameSync(b, a);
    renameSync(`${a}.aside`, b);
  };

  test('two of its own changed places', async () => {
    const files = stateFiles();
    for (const [index, a] of files.entries()) {
      for (const b of files.slice(index + 1)) {
        swap(pathOf(a.handle), pathOf(b.handle));
        for (const { uid, handle } of [a, b]) {
          const message = await expectCorrupt(() => readFileContent(fs, checkpoint.directory, 4, uid, handle), pathOf(handle));
          expect(message).toMatch(/belongs to (operator|subtask)/);
        }
        await expectCorrupt(() => readContent(fs, storage, checkpoint.directory), pathOf(a.handle), pathOf(b.handle));
        swap(pathOf(a.handle), pathOf(b.handle));
      }
    }
  });

  test('one is missing', async () => {
    for (const { handle } of stateFiles()) {
      const original = readFileSync(pathOf(handle));
      rmSync(pathOf(handle));
      expect(await expectCorrupt(() => readContent(fs, storage, checkpoint.directory), pathOf(handle))).toContain('is missing');
      writeFileSync(pathOf(handle), original);
    }
    const path = join(checkpoint.directory, '_metadata');
    renameSync(path, `${path}.aside`);
    expect(await expectCorrupt(() => storage.readMetadata(checkpoint.directory), path)).toContain('is missing');
    renameSync(`${path}.aside`, path);
  });

  test('one comes from another checkpoint, with the same operator, subtask and size', async () => {
    const others = next.metadata.operators.flatMap(({ handles }) => handles);
    for (const [index, { uid, handle }] of stateFiles().entries()) {
      const other = others[index] as OperatorStateHandle;
      expect(other.size).toBe(handle.size);
      await withDamage(pathOf(handle), readFileSync(join(next.directory, other.file)), async () => {
        const message = await expectCorrupt(() => readFileContent(fs, checkpoint.directory, 4, uid, handle), pathOf(handle));
        expect(message).toContain('belongs to checkpoint 5, not 4');
      });
    }
  });

  test('one is whole and of the right operator, but not the one that was acknowledged', async () => {
    const [first] = content as [SubtaskContent];
    const changed = { ...first, sections: [{ ...first.sections[0], chunks: [bytesOf(99, 24)] }] } as SubtaskContent;
    const twin = new FileSystemCheckpointStorage(fs, join(root.path, 'twin'), join(root.path, 'savepoints'), Math.random);
    const written = await writeCheckpoint(fs, twin, 4, [changed]);
    const [{ uid, handle }] = stateFiles() as [{ uid: string; handle: OperatorStateHandle }];
    const other = written.metadata.operators[0]?.handles[0] as OperatorStateHandle;
    await withDamage(pathOf(handle), readFileSync(join(written.directory, other.file)), async () => {
      expect(await expectCorrupt(() => readFileContent(fs, checkpoint.directory, 4, uid, handle), pathOf(handle))).toContain(
        'checksum is another',
      );
    });
  });

  test('its _metadata is that of another checkpoint, another job, or a state file', async () => {
    const path = join(checkpoint.directory, '_metadata');
    await withDamage(path, readFileSync(join(next.directory, '_metadata')), async () => {
      expect(await expectCorrupt(() => storage.readMetadata(checkpoint.directory), path)).toContain(
        'belongs to checkpoint 5, not to chk-4',
      );
    });
    const [{ handle }] = stateFiles() as [{ uid: string; handle: OperatorStateHandle }];
    await withDamage(path, readFileSync(pathOf(handle)), async () => {
      expect(await expectCorrupt(() => storage.readMetadata(checkpoint.directory), path)).toContain(
        'belongs to files of kind operator-state',
      );
    });
    const moved = join(root.path, 'checkpoints', 'ffffffffffffffffffffffffffffffff');
    await fs.mkdir(join(moved, 'chk-4'));
    writeFileSync(join(moved, 'chk-4', '_metadata'), readFileSync(path));
    expect(await expectCorrupt(() => storage.readMetadata(join(moved, 'chk-4')), join(moved, 'chk-4', '_metadata'))).toContain(
      'belongs to job',
    );
  });

  test('its _metadata says something else of the sections than the file', async () => {
    const [{ uid, handle }] = stateFiles() as [{ uid: string; handle: OperatorStateHandle }];
    const [section] = handle.sections;
    for (const change of [{ kind: 'keyed' as const }, { name: 'other' }, { size: 25 }, { count: 2 }]) {
      const sections = [{ ...section, ...change }] as OperatorStateHandle['sections'];
      const message = await expectCorrupt(() => readFileContent(fs, checkpoint.directory, 4, uid, { ...handle, sections }), pathOf(handle));
      expect(message).toContain('other sections than _metadata says');
    }
  });

  test('its _metadata is that of another savepoint', async () => {
    const a = await writeCheckpoint(fs, storage, 6, content, { isSavepoint: true });
    const b = await writeCheckpoint(fs, storage, 6, content, { isSavepoint: true });
    expect(await readContent(fs, storage, a.directory)).toEqual(expectedContent(content));
    writeFileSync(join(a.directory, '_metadata'), readFileSync(join(b.directory, '_metadata')));
    const named = b.metadata.operators.flatMap(({ handles }) => handles.map(({ file }) => join(a.directory, file)));
    expect(await expectCorrupt(() => readContent(fs, storage, a.directory), ...named)).toContain('is missing');
    expect(basename(a.directory)).toMatch(/^savepoint-a7f3c9-[0-9a-f]{12}$/);
  });

  test('nothing of all this has changed the files', async () => {
    expect(await readContent(fs, storage, checkpoint.directory)).toEqual(expectedContent(content));
  });
});
