import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultJobConfiguration } from '../api/configuration.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { JOB_ID, temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { FaultyFileSystem } from '../testing/faulty-file-system.js';
import { DamagedJobError, FileJobStore, type JobRecord } from './job-store.js';

const job: JobRecord = {
  jobId: JOB_ID,
  lineage: JOB_ID,
  name: '이상행동 감지',
  submittedAt: 1_700_000_000_000.5,
  parameters: { source: 'simulated', threshold: 3, nested: { list: [1, null, 'x'] } },
  configuration: {
    ...defaultJobConfiguration,
    restartStrategy: {
      kind: 'exponential-delay',
      initialBackoff: 1,
      maxBackoff: 2,
      backoffMultiplier: 1.5,
      resetBackoffThreshold: 4,
      jitterFactor: 0.1,
    },
  },
  module: '/somewhere/job.js',
  bundleFile: 'detection-0a1b.mjs',
  bundleHash: '0a1b',
  restoreFrom: '/savepoints/savepoint-1',
  nextCheckpointIdFloor: 7,
};
const { restoreFrom: _, ...fresh } = job;
const finished = { state: 'FINISHED', endTime: 1_700_000_100_000 } as const;

let root: { path: string; remove(): Promise<void> };
let fs: FaultyFileSystem;
let store: FileJobStore;

beforeEach(async () => {
  root = await temporaryDirectory();
  reset();
});
afterEach(() => root.remove());

function reset(): void {
  fs = new FaultyFileSystem(new NodeFileSystem());
  store = new FileJobStore(fs, root.path);
}

const directory = (jobId = JOB_ID) => join(root.path, 'jobs', jobId);

test('gives back what was saved, to a store that has just started', async () => {
  await store.save(job);
  expect(await new FileJobStore(fs, root.path).load(JOB_ID)).toEqual({ job, result: undefined });
  for (const configuration of [
    { kind: 'none' },
    { kind: 'fixed-delay', attempts: -1, delay: 50 },
    { kind: 'failure-rate', maxFailuresPerInterval: 3, interval: 1_000, delay: 5 },
  ] as const) {
    const changed = { ...fresh, configuration: { ...defaultJobConfiguration, restartStrategy: configuration } };
    await store.save(changed);
    expect((await store.load(JOB_ID))?.job).toEqual(changed);
  }
  expect(readdirSync(directory())).toEqual(['job.json']);
});

test('lists jobs newest first; what was never saved is none, what is damaged is named', async () => {
  expect(await store.list()).toEqual([]);
  await store.save({ ...fresh, jobId: 'older', submittedAt: 1 });
  await store.save({ ...fresh, jobId: 'newer', submittedAt: 2 });
  await store.finish('older', { state: 'FAILED', endTime: 5, failure: 'because', checkpointsDamaged: true });
  await store.save({ ...fresh, jobId: 'bad', submittedAt: 3 });
  writeFileSync(join(directory('bad'), 'job.json'), '{}');
  mkdirSync(directory('empty'));
  writeFileSync(join(directory('empty'), 'job.json.tmp'), 'x');
  const listed = await store.list();
  expect(listed.map(({ jobId }) => jobId)).toEqual(['newer', 'older', 'bad']);
  expect(listed[1]).toMatchObject({ result: { state: 'FAILED', failure: 'because', checkpointsDamaged: true } });
  expect(listed[2]?.damage?.message).toContain(join(directory('bad'), 'job.json'));
  expect(await store.load('empty')).toBeUndefined();
  expect(await store.load('unknown')).toBeUndefined();
});

test('the floor of checkpoint ids never goes down', async () => {
  await store.save(job);
  await store.save({ ...job, nextCheckpointIdFloor: 12 });
  await store.save({ ...job, nextCheckpointIdFloor: 3 });
  expect((await store.load(JOB_ID))?.job.nextCheckpointIdFloor).toBe(12);
  const restarted = new FileJobStore(fs, root.path);
  await restarted.load(JOB_ID);
  await restarted.save({ ...job, nextCheckpointIdFloor: 3 });
  expect((await store.load(JOB_ID))?.job.nextCheckpointIdFloor).toBe(12);
});

describe('a job that has ended', () => {
  test('stays ended, in the way it first ended', async () => {
    await store.save(job);
    expect(await store.finish(JOB_ID, finished)).toEqual(finished);
    expect(await store.finish(JOB_ID, { state: 'FAILED', endTime: 9, failure: 'late' })).toEqual(finished);
    await store.save(job);
    expect((await new FileJobStore(fs, root.path).load(JOB_ID))?.result).toEqual(finished);
  });

  test('does not read as running when its result is damaged', async () => {
    await store.save(job);
    await store.finish(JOB_ID, finished);
    const path = join(directory(), 'result.json');
    const original = readFileSync(path);
    for (let position = 0; position < original.length; position++) {
      writeFileSync(path, original.subarray(0, position));
      // Only the line end may go.
      if (position < original.length - 1) await expect(store.load(JOB_ID), `${position}`).rejects.toThrow(DamagedJobError);
    }
    writeFileSync(path, '');
    await expect(store.finish(JOB_ID, finished)).rejects.toThrow(path);
  });

  test('is not forgotten with its job.json', async () => {
    await store.save(job);
    await store.finish(JOB_ID, finished);
    rmSync(join(directory(), 'job.json'));
    await expect(store.load(JOB_ID)).rejects.toThrow(`${join(directory(), 'job.json')}: is missing`);
  });
});

test('a damaged job.json is an error that names it and says what to do', async () => {
  await store.save(job);
  const path = join(directory(), 'job.json');
  const original = readFileSync(path);
  let refused = 0;
  for (let position = 0; position < original.length; position++) {
    const damaged = Uint8Array.from(original);
    damaged[position] = (damaged[position] as number) ^ (1 << (position % 8));
    writeFileSync(path, damaged);
    const loaded = await store.load(JOB_ID).catch((error: unknown) => error);
    // White space may turn into other white space: then it is the same document.
    if (loaded instanceof DamagedJobError) refused++;
    else expect(loaded, `${position}`).toEqual({ job, result: undefined });
  }
  expect(refused).toBeGreaterThan(original.length * 0.6);
  writeFileSync(path, original.toString().replace('"schema": 1', '"schema": 2'));
  await expect(store.load(JOB_ID)).rejects.toThrow('schema 2');
  writeFileSync(path, 'nonsense');
  const error = await store.load(JOB_ID).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'DAMAGED_JOB', path });
  expect((error as Error).message).toContain('move its directory away');
});

test('a job of another directory is not taken for this one', async () => {
  await store.save(job);
  mkdirSync(directory('other'));
  writeFileSync(join(directory('other'), 'job.json'), readFileSync(join(directory(), 'job.json')));
  await expect(store.load('other')).rejects.toThrow(`is that of job ${JOB_ID}`);
  for (const id of ['..', '../x', 'a/b', '']) await expect(store.load(id)).rejects.toThrow(RangeError);
});

test('refuses to save what it would not load', async () => {
  await expect(store.save({ ...job, configuration: { ...job.configuration, parallelism: 0 } })).rejects.toThrow(
    'configuration.parallelism',
  );
  await expect(store.save({ ...job, nextCheckpointIdFloor: 0.5 })).rejects.toThrow('nextCheckpointIdFloor');
  expect(existsSync(directory())).toBe(false);
});

describe.each(['before', 'half', 'after'] as const)('an operation that fails, %s', (time) => {
  test('saving leaves the old content or the new one', async () => {
    await store.save(job);
    const changed = { ...job, name: 'changed' };
    for (let failAt = 1; ; failAt++) {
      await new FileJobStore(new NodeFileSystem(), root.path).save(job);
      reset();
      Object.assign(fs, { failAt, time, code: 'ENOSPC' });
      const outcome = await store.save(changed).catch((error: unknown) => error);
      const loaded = await new FileJobStore(new NodeFileSystem(), root.path).load(JOB_ID);
      expect([job.name, changed.name]).toContain(loaded?.job.name);
      if (!fs.fired) {
        expect(loaded?.job).toEqual(changed);
        break;
      }
      expect(outcome).toMatchObject({ code: 'ENOSPC' });
      expect(readdirSync(directory())).toEqual(['job.json']);
    }
    expect(fs.operations).toBeGreaterThanOrEqual(6);
  });

  test('the end of a job is known, or is known after the next try', async () => {
    for (let failAt = 1; ; failAt++) {
      rmSync(root.path, { recursive: true });
      await new FileJobStore(new NodeFileSystem(), root.path).save(job);
      reset();
      Object.assign(fs, { failAt, time });
      await store.finish(JOB_ID, finished).catch(() => {});
      if (!fs.fired) break;
      expect(await store.finish(JOB_ID, finished)).toEqual(finished);
      expect((await new FileJobStore(fs, root.path).load(JOB_ID))?.result).toEqual(finished);
      expect(fs.log.at(-3)).toBe(`syncDirectory ${directory()}`);
    }
  });
});
