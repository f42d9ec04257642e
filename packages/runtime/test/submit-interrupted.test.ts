// Whoever submits a job is told what holds: a job that was refused is not there at the next start, one that was taken runs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { FileJobStore, NodeFileSystem } from '@weir/runtime/storage';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from './cluster.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

const ROUNDS = 6;
const TERMINAL = ['FINISHED', 'FAILED', 'CANCELED'];

it('a JobManager that is lost while it takes a job in leaves either no job or one that runs', async () => {
  cluster = await TestCluster.start();
  const jobs = join(cluster.directory, 'data', 'jobs');
  let lost = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = readdirSync(jobs).length;
    let settled = false;
    const submitted = cluster.submit({ events: 1_000_000_000, rate: 1_000 }, configuration({ interval: 0 })).then(
      (jobId) => ({ jobId }),
      (error: Error) => ({ error }),
    );
    void submitted.then(() => {
      settled = true;
    });
    // In every other round as soon as the job is on disk, else as soon as anything of it is.
    const stands = () => readdirSync(jobs).some((id) => round % 2 === 0 || readdirSync(join(jobs, id)).includes('job.json'));
    while (!settled && !(readdirSync(jobs).length > before && stands())) await turn();
    if (!settled && (await cluster.engine.execute({ type: 'fail-jobmanager' })).ok) lost++;
    const outcome = await submitted;
    if ('jobId' in outcome) {
      const { jobId } = outcome;
      await cluster.until(jobId, ({ state }) => state === 'RUNNING');
      await cluster.engine.execute({ type: 'cancel', jobId });
      await cluster.until(jobId, ({ state }) => state === 'CANCELED');
    } else {
      expect(outcome.error).toMatchObject({ code: 'NO_LEADER' });
      while (!cluster.engine.snapshot().jobManager.leading) await turn();
    }
    const stored = await new FileJobStore(new NodeFileSystem(), join(cluster.directory, 'data')).list();
    expect(stored.filter((listing) => listing.damage !== undefined || !TERMINAL.includes(listing.result?.state ?? ''))).toEqual([]);
  }
  expect(lost).toBeGreaterThan(0);
});
