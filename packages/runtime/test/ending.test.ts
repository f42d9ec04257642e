import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobConfiguration } from '@weir/runtime';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configuration, TestCluster } from './cluster.js';

const module = fileURLToPath(new URL('./fixtures/stubborn-job.ts', import.meta.url));
let cluster: TestCluster;

afterEach(() => cluster.remove());

async function run(fault: string, more: Partial<JobConfiguration> = {}): Promise<string> {
  const submission = { module, parameters: { fault }, configuration: configuration({ interval: 0 }, { parallelism: 1, ...more }) };
  return (await cluster.engine.submitJob(submission)).jobId;
}

const running = (jobId: string) => cluster.until(jobId, ({ state }) => state === 'RUNNING');
const cancelled = (jobId: string) => cluster.until(jobId, ({ state }) => state === 'CANCELED');

describe('a cancel', () => {
  it('does not wait for the delay of a restart', async () => {
    cluster = await TestCluster.start();
    const jobId = await run('process', { restartStrategy: { kind: 'fixed-delay', attempts: -1, delay: 3_600_000 } });
    await cluster.until(jobId, ({ state }) => state === 'RESTARTING');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await cluster.engine.execute({ type: 'cancel', jobId });
    await cancelled(jobId);
  });

  it('does not wait for a TaskManager that is being started', async () => {
    cluster = await TestCluster.start();
    const jobId = await run('none');
    await running(jobId);
    await cluster.engine.execute({ type: 'fail-taskmanager', id: 'taskmanager-1', mode: 'crash' });
    await cluster.engine.execute({ type: 'cancel', jobId });
    await cancelled(jobId);
  });

  it.each(['open', 'close'])('ends the TaskManager whose user code never returns from %s', async (fault) => {
    cluster = await TestCluster.start();
    const jobId = await run(fault);
    if (fault === 'open') await cluster.until(jobId, (job) => job.vertices.some((v) => v.subtasks.some((s) => s.state === 'INITIALIZING')));
    else await running(jobId);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await cluster.engine.execute({ type: 'cancel', jobId });
    await cancelled(jobId);
    const lost = cluster.events.find((event) => event.type === 'taskmanager' && event.change === 'lost');
    expect(lost).toMatchObject({ reason: expect.stringContaining('had not ended its tasks') });
  });
});

it('a second job is refused while one runs, and leaves that alone', async () => {
  cluster = await TestCluster.start();
  const jobId = await run('none');
  await running(jobId);
  await expect(run('none')).rejects.toThrow('one job at a time');
  await cluster.engine.execute({ type: 'trigger-checkpoint', jobId });
  expect(cluster.job(jobId)).toMatchObject({ state: 'RUNNING', checkpoints: { counts: { completed: 1 } } });
  await cluster.engine.execute({ type: 'cancel', jobId });
  await cancelled(jobId);
  await running(await run('none'));
});

describe('a stop', () => {
  it('that comes twice ends the job once', async () => {
    cluster = await TestCluster.start();
    const jobId = await run('none');
    await running(jobId);
    const results = await Promise.all([1, 2, 3].map(() => cluster.engine.execute({ type: 'stop', jobId, drain: false })));
    expect(results[0]).toMatchObject({ ok: true });
    await cluster.finished(jobId);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(cluster.job(jobId)).toMatchObject({ state: 'FINISHED', numRestarts: 0 });
  });

  it('whose savepoint cannot even begin leaves the job running', async () => {
    cluster = await TestCluster.start();
    const jobId = await run('none');
    await running(jobId);
    const result = await cluster.engine.execute({ type: 'stop', jobId, drain: false, targetDirectory: 'no/absolute/path' });
    expect(result).toMatchObject({ ok: false });
    expect(cluster.job(jobId)).toMatchObject({ state: 'RUNNING', numRestarts: 0 });
    expect(await cluster.engine.execute({ type: 'stop', jobId, drain: true })).toMatchObject({ ok: true });
    await cluster.finished(jobId);
  });
});

describe('while the disk takes no more', () => {
  it('a job that is cancelled ends when there is room again', async () => {
    cluster = await TestCluster.start();
    const jobId = await run('none');
    await running(jobId);
    // In the way of its result, as a full disk is.
    const obstacle = join(cluster.directory, 'data', 'jobs', jobId, 'result.json.tmp', 'x');
    await mkdir(obstacle, { recursive: true });
    await cluster.engine.execute({ type: 'cancel', jobId });
    await cluster.until(jobId, ({ exceptions }) => exceptions.length > 0);
    expect(cluster.job(jobId).state).toBe('CANCELLING');
    await rm(join(obstacle, '..'), { recursive: true, force: true });
    await cancelled(jobId);
  });

  it('a job whose JobManager is lost goes on when there is room again', async () => {
    cluster = await TestCluster.start();
    const jobId = await run('none');
    await running(jobId);
    const obstacle = join(cluster.directory, 'data', 'jobs', jobId, 'job.json.tmp', 'x');
    await mkdir(obstacle, { recursive: true });
    await cluster.engine.execute({ type: 'fail-jobmanager' });
    await cluster.until(jobId, ({ state, failure }) => state === 'SUSPENDED' && failure !== undefined);
    await rm(join(obstacle, '..'), { recursive: true, force: true });
    await running(jobId);
    expect(cluster.job(jobId).numRestarts).toBe(1);
  });
});

it.each([
  ['ended the job', 'taskmanager-1', 'FAILED'],
  ['did not touch the job', 'taskmanager-2', 'RUNNING'],
])(
  'a TaskManager whose failure %s is restarted once it is back, and the others are as they were',
  async (_, id, state) => {
    cluster = await TestCluster.start();
    const jobId = await run('none', { restartStrategy: { kind: 'none' } });
    await running(jobId);
    await cluster.engine.execute({ type: 'fail-taskmanager', id, mode: 'crash' });
    const statuses = () => new Map(cluster.engine.snapshot().taskManagers.map((each) => [each.id, each.registered && each.status]));
    await vi.waitFor(() => expect(statuses().get(id)).toBe('restarted'), { timeout: 10_000 });
    expect(new Set(statuses().values())).toEqual(new Set(['healthy', 'restarted']));
    expect(cluster.job(jobId).state).toBe(state);
  },
  30_000,
);
