import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CorruptCheckpointError } from '../common/errors.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import {
  bytesOf,
  JOB_ID,
  noTurn,
  readFileContent,
  snapshotSection,
  temporaryDirectory,
  writeCheckpoint,
} from '../testing/checkpoint-fixtures.js';
import type { CheckpointMetadata, OperatorMetadata, OperatorStateHandle } from './checkpoint-storage.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { readMetadataIn } from './metadata.js';
import { writeStateFile } from './state-file-writer.js';

// What a `_metadata` may say, checksums aside: it may have been made by a person or a program that means no good.

const fs = new NodeFileSystem();
let root: { path: string; remove(): Promise<void> };
let storage: FileSystemCheckpointStorage;
let good: CheckpointMetadata;

beforeAll(async () => {
  root = await temporaryDirectory();
  storage = new FileSystemCheckpointStorage(fs, join(root.path, 'c'), join(root.path, 's'), Math.random);
  const sections = [{ name: 'n', kind: 'keyed', chunks: [bytesOf(1, 10)] }] as const;
  ({ metadata: good } = await writeCheckpoint(fs, storage, 1, [
    { uid: 'a', subtask: 0, sections },
    { uid: 'a', subtask: 1, sections },
    { uid: 'b', subtask: 0, sections },
  ]));
});
afterAll(() => root.remove());

/** Puts any document under right checksums and reads it. */
async function reading(document: unknown): Promise<CheckpointMetadata> {
  const directory = join(root.path, 'any');
  await fs.mkdir(directory);
  const file = await fs.create(join(directory, '_metadata'));
  const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  const section = snapshotSection({ name: 'metadata', kind: 'operator', chunks: [bytes] });
  await writeStateFile(file, { kind: 'metadata', jobId: JOB_ID, checkpointId: 1 }, [section], noTurn);
  await file.close();
  return readMetadataIn(fs, directory);
}

async function refused(document: unknown): Promise<string> {
  const error = await reading(document).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CorruptCheckpointError);
  expect((error as CorruptCheckpointError).path).toBe(join(root.path, 'any', '_metadata'));
  return (error as Error).message;
}

const firstOperator = (): OperatorMetadata => good.operators[0] as OperatorMetadata;
const firstHandle = (): OperatorStateHandle => firstOperator().handles[0] as OperatorStateHandle;
const withOperator = (change: object) => ({ ...good, operators: [{ ...firstOperator(), ...change }, ...good.operators.slice(1)] });
const withHandle = (change: object) => withOperator({ handles: [{ ...firstHandle(), ...change }, ...firstOperator().handles.slice(1)] });

test('comes back as it was written', async () => {
  expect(await reading(good)).toEqual(good);
});

describe('refuses', () => {
  test.each(['../x', '..', '.', '', 'a/b', '/etc/passwd', 'a\\b', 'C:x', 'a\0b', '_metadata', 'x.tmp', '.hidden', 'x\n', 'a'.repeat(300)])(
    'the file name %j',
    async (file) => {
      expect(await refused(withHandle({ file }))).toContain('operators[0].handles[0].file is');
      // Nor is it followed where a handle came by message.
      await expect(readFileContent(fs, join(root.path, 'any'), 1, 'a', { ...firstHandle(), file })).rejects.toThrow(CorruptCheckpointError);
    },
  );

  test.each([
    ['checkpointId', -1],
    ['checkpointId', 2 ** 53],
    ['checkpointId', '1'],
    ['jobId', '../..'],
    ['jobName', 'x'.repeat(10_001)],
    ['triggerTimestamp', null],
    ['isSavepoint', 'no'],
    ['operators', {}],
    ['vertices', [{ id: 'v', parallelism: 0, uids: [] }]],
  ])('%s %j', async (field, value) => {
    expect(await refused({ ...good, [field]: value })).toContain(`field ${field}`);
    const { [field]: _, ...without } = good as unknown as Record<string, unknown>;
    expect(await refused(without)).toContain(`field ${field}`);
  });

  test.each([
    ['size', -1],
    ['size', 1.5],
    ['size', 2 ** 60],
    ['checksum', 2 ** 32],
    ['subtask', 32_768],
    ['attempt', -1],
    ['sections', [{ ...{ name: 'n', kind: 'odd', schema: null, count: 0, size: 0 } }]],
  ])('a handle with %s %j', async (field, value) => {
    expect(await refused(withHandle({ [field]: value }))).toContain(`operators[0].handles[0].${field}`);
  });

  test('what contradicts itself', async () => {
    const [a, b] = firstOperator().handles;
    expect(await refused({ ...good, operators: [firstOperator(), firstOperator()] })).toContain('operator a is in it twice');
    expect(await refused(withOperator({ handles: [a, { ...a, file: 'other' }] }))).toContain('two files of subtask 0');
    expect(await refused(withOperator({ handles: [a, { ...b, file: a?.file }] }))).toContain('is in it twice');
    expect(await refused(withHandle({ subtask: 3 }))).toContain('state of subtask 3 with parallelism 3');
    expect(await refused(withOperator({ maxParallelism: 2 }))).toContain('beyond its maximum 2');
    expect(await refused({ ...good, checkpointId: 2 })).toContain('contradicts itself');
  });

  test('what is no metadata at all', async () => {
    for (const document of ['', 'null', '[]', '1', '{', '{"__proto__":{"jobId":"x"}}']) await refused(document);
    // JSON.stringify could not write it, JSON.parse reads it.
    const type = `${'{"kind":"nullable","of":'.repeat(100_000)}{"kind":"json"}${'}'.repeat(100_000)}`;
    const sections = [{ name: 'n', kind: 'keyed', schema: { state: 'value', type: 'TYPE' }, count: 0, size: 0 }];
    expect(await refused(JSON.stringify(withHandle({ sections })).replace('"TYPE"', type))).toContain('nested deeper');
  });
});

test('is refused before the first byte when it would not be read back', async () => {
  const directory = await storage.createLocation(JOB_ID, 9);
  await expect(storage.writeMetadata(directory, withHandle({ file: '../x' }))).rejects.toThrow('plain file name');
  expect(await fs.readdir(directory)).toEqual([]);
});
