// A job that was started from a savepoint and has lost its own checkpoints and its history: back to the savepoint, or not at all.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from './cluster.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

const parameters = { events: 1_000_000_000, keys: 200, rate: 20_000 };

/** The second of two jobs, from a savepoint of the first, in a cluster that has been started anew without what was lost. */
async function loseAll(second: number, until: (jobId: string) => Promise<unknown>): Promise<{ jobId: string; savepoint: string }> {
  cluster = await TestCluster.start();
  const first = await cluster.submit(parameters, configuration({ interval: 100 }));
  await cluster.until(first, ({ committed }) => (committed.alerts ?? 0) > 0);
  await cluster.engine.execute({ type: 'stop', jobId: first, drain: false });
  const savepoint = (await cluster.finished(first)).checkpoints.latestSavepoint?.externalPath ?? '';
  const jobId = await cluster.submit(parameters, configuration({ interval: second }), savepoint);
  await until(jobId);
  await cluster.stop();
  const { directory } = cluster;
  await rm(join(directory, 'checkpoints', jobId), { recursive: true, force: true });
  await rm(join(directory, 'data', 'jobs', jobId, 'journal.ndjson'));
  cluster = await TestCluster.start({}, directory);
  await cluster.engine.resumeJob(jobId, cluster.submission(parameters, configuration({ interval: second })));
  return { jobId, savepoint };
}

it('is FAILED with a sentence if its sinks have committed since, also after a JobManager was lost', async () => {
  const { jobId, savepoint } = await loseAll(100, async (id) => {
    await cluster.until(id, ({ committed }) => (committed.alerts ?? 0) > 0);
    await cluster.engine.execute({ type: 'fail-jobmanager' });
    await cluster.until(id, ({ numRestarts, state }) => numRestarts === 1 && state === 'RUNNING');
  });
  const job = await cluster.until(jobId, ({ state }) => state === 'FAILED' || state === 'RUNNING');
  expect(job.state).toBe('FAILED');
  expect(job.failure).toContain(savepoint.replace('file:', ''));
  expect(job.failure).toContain('would bring alerts twice');
});

it('goes back to the savepoint if they have not', async () => {
  const { jobId, savepoint } = await loseAll(0, (id) => cluster.until(id, ({ state }) => state === 'RUNNING'));
  const job = await cluster.until(jobId, ({ state }) => state === 'RUNNING');
  expect(job.checkpoints.latestRestored?.externalPath).toBe(savepoint);
});
