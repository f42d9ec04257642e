import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from './cluster.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

it('a JobManager that is lost again and again, as soon as the job runs, is a restart each time', async () => {
  cluster = await TestCluster.start();
  const jobId = await cluster.submit({ events: 1_000_000_000, rate: 1_000 }, configuration({ interval: 50 }));
  await cluster.until(jobId, ({ state }) => state === 'RUNNING');
  for (let lost = 1; lost <= 20; lost++) {
    await cluster.engine.execute({ type: 'fail-jobmanager' });
    await cluster.until(jobId, ({ state, numRestarts }) => state === 'RUNNING' && numRestarts === lost);
  }
  expect(cluster.engine.snapshot().taskManagers.every(({ attempt }) => attempt === 1)).toBe(true);
});

it('right after it was told to cancel has the next one carry that out', async () => {
  cluster = await TestCluster.start();
  const jobId = await cluster.submit({ events: 1_000_000_000, rate: 1_000 }, configuration({ interval: 50 }));
  await cluster.until(jobId, ({ state }) => state === 'RUNNING');
  // So that the cancel cannot be through before the JobManager is lost.
  await cluster.engine.execute({ type: 'fail-taskmanager', id: 'taskmanager-2', mode: 'hang' });
  expect(await cluster.engine.execute({ type: 'cancel', jobId })).toEqual({ ok: true });
  await cluster.engine.execute({ type: 'fail-jobmanager' });
  expect((await cluster.until(jobId, ({ state }) => state === 'RUNNING' || state === 'CANCELED')).state).toBe('CANCELED');
});

it('together with a TaskManager that had hung just before does not hold the job up for good', async () => {
  cluster = await TestCluster.start();
  const jobId = await cluster.submit({ events: 1_000_000_000, rate: 1_000 }, configuration({ interval: 50 }));
  await cluster.until(jobId, ({ state }) => state === 'RUNNING');
  await cluster.engine.execute({ type: 'fail-taskmanager', id: 'taskmanager-2', mode: 'hang' });
  await cluster.engine.execute({ type: 'fail-jobmanager' });
  await cluster.until(jobId, ({ state, numRestarts }) => state === 'RUNNING' && numRestarts > 0);
  expect(cluster.engine.snapshot().taskManagers.map(({ attempt }) => attempt)).toEqual([1, 2, 1]);
});

it.each(['where savepoints go', 'where somebody wants one'])('with a savepoint under way, %s, leaves nothing of it', async (where) => {
  cluster = await TestCluster.start();
  const jobId = await cluster.submit({ events: 1_000_000_000, rate: 1_000 }, configuration({ interval: 0 }));
  await cluster.until(jobId, ({ state }) => state === 'RUNNING');
  const parent = join(cluster.directory, where === 'where savepoints go' ? 'savepoints' : 'mine');
  const savepoints = () => {
    try {
      return readdirSync(parent);
    } catch {
      return [];
    }
  };
  // So that it cannot be through before the JobManager is lost.
  await cluster.engine.execute({ type: 'fail-taskmanager', id: 'taskmanager-2', mode: 'hang' });
  const taken = cluster.engine.execute({ type: 'trigger-savepoint', jobId, targetDirectory: parent });
  await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.inProgress === 1);
  expect(savepoints()).toHaveLength(1);
  await cluster.engine.execute({ type: 'fail-jobmanager' });
  expect(await taken).toMatchObject({ ok: false, code: 'NO_LEADER' });
  await cluster.until(jobId, ({ state, numRestarts }) => state === 'RUNNING' && numRestarts > 0);
  await expect.poll(savepoints, { timeout: 60_000 }).toEqual([]);
});
