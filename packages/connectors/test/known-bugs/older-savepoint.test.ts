// Row 17: a job started from an older savepoint after a newer one has run. The lines since that savepoint come a second time, as the user asked for; what had been
// committed stays where it is, nothing of the new run is lost, and no line is torn.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultJobConfiguration } from '@weir/runtime';
import { defaultEngineOptions, type EmbeddedEngine, startEmbeddedEngine } from '@weir/runtime/engine';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NumbersParameters } from '../fixtures/numbers-job.js';

const module = fileURLToPath(new URL('../fixtures/numbers-job.ts', import.meta.url));
const SIZE = 12_000;
type JobInfo = ReturnType<EmbeddedEngine['snapshot']>['jobs'][number];
let directory: string;
let engine: EmbeddedEngine;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-test-'));
  engine = await start();
});

afterEach(async () => {
  await engine.stop({ lastCheckpoint: false });
  await rm(directory, { recursive: true, force: true });
});

const start = () =>
  startEmbeddedEngine({
    ...defaultEngineOptions,
    dataDirectory: join(directory, 'data'),
    checkpointDirectory: join(directory, 'checkpoints'),
    savepointDirectory: join(directory, 'savepoints'),
  });

async function submit(restoreFrom?: string): Promise<string> {
  const parameters: NumbersParameters = { directory, size: SIZE, rate: 8_000 };
  const checkpointing = { ...defaultJobConfiguration.checkpointing, interval: 100 };
  const submission = { module, parameters: { ...parameters }, configuration: { ...defaultJobConfiguration, checkpointing } };
  return (await engine.submitJob({ ...submission, ...(restoreFrom === undefined ? {} : { restoreFrom }) })).jobId;
}

function until(jobId: string, condition: (job: JobInfo) => boolean): Promise<JobInfo> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const job = engine.snapshot().jobs.find(({ id }) => id === jobId);
      if (job?.state === 'FAILED') reject(new Error(job.failure));
      if (job === undefined || !condition(job)) return;
      stop();
      resolve(job);
    };
    const stop = engine.subscribe(look);
    look();
  });
}

const more = async (jobId: string) => {
  const { completed } = (await until(jobId, ({ state }) => state === 'RUNNING')).checkpoints.counts;
  await until(jobId, ({ checkpoints }) => checkpoints.counts.completed >= completed + 3);
};
const lines = async () => {
  const text = await readFile(join(directory, 'numbers.txt'), 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1).map(Number);
};
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

it.each([{ processes: 1 }, { processes: 2 }])('nothing is lost or torn, with $processes process(es)', async ({ processes }) => {
  const first = await submit();
  await more(first);
  const taken = await engine.execute({ type: 'trigger-savepoint', jobId: first });
  if (!taken.ok) throw new Error(taken.message);
  await more(first);
  await engine.execute({ type: 'cancel', jobId: first });
  await until(first, ({ state }) => state === 'CANCELED');
  const before = await lines();
  expect(before).toEqual(range(0, before.length));
  if (processes === 2) {
    await engine.stop({ lastCheckpoint: false });
    engine = await start();
  }
  const second = await submit(taken.externalPath);
  // While it runs, and through a failure of its own, the output only ever grows by whole lines.
  await more(second);
  await engine.execute({ type: 'fail-taskmanager', id: 'taskmanager-1', mode: 'crash' });
  await engine.execute({ type: 'fail-jobmanager' });
  expect((await lines()).slice(0, before.length)).toEqual(before);
  const job = await until(second, ({ state }) => state === 'FINISHED');
  expect(job.lineage).toBe(first);
  const after = await lines();
  expect(after.slice(0, before.length)).toEqual(before);
  const tail = after.slice(before.length);
  const from = tail[0] ?? SIZE;
  expect(from).toBeLessThan(before.length);
  expect(tail).toEqual(range(from, SIZE));
  // The savepoint is still good for another try.
  expect((await submit(taken.externalPath)).length).toBe(32);
});
