// How much a recovery makes again: by a source that goes no further than it is told, so that what it had emitted at the failure is known beforehand.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobInfo } from '@weir/protocol';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from './cluster.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

const emitted = ({ vertices }: JobInfo) => vertices[0]?.subtasks.reduce((sum, { metrics }) => sum + metrics.numRecordsOut, 0) ?? 0;

/** Lets the sources go as far as event `upTo`, and waits until they are there. */
async function go(jobId: string, upTo: number, alreadyRestored = 0): Promise<void> {
  await writeFile(join(cluster.output, 'gate'), String(upTo));
  await cluster.until(jobId, (job) => job.state === 'RUNNING' && emitted(job) === upTo - alreadyRestored);
}

async function fail(jobId: string, how: () => Promise<unknown>): Promise<JobInfo> {
  const { numRestarts } = cluster.job(jobId);
  await how();
  return cluster.until(jobId, ({ recoveries }) => recoveries[0]?.number === numRestarts + 1 && recoveries[0].phases.running !== undefined);
}

it('is what the sources had emitted beyond the restored checkpoint, and unknown where the JobManager itself was lost', async () => {
  cluster = await TestCluster.start();
  cluster.engine.setFiguresInterval(50);
  await mkdir(cluster.output, { recursive: true });
  await writeFile(join(cluster.output, 'gate'), '0');
  const jobId = await cluster.submit({ gated: true, keys: 50 }, configuration({ interval: 0 }));
  const crash = (n: number) => () => cluster.engine.execute({ type: 'fail-taskmanager', id: `taskmanager-${n}`, mode: 'crash' });

  // No checkpoint yet: all of it.
  await go(jobId, 3_000);
  expect((await fail(jobId, crash(1))).recoveries[0]?.recordsReplayed).toBe(3_000);

  expect(await cluster.engine.execute({ type: 'trigger-checkpoint', jobId })).toMatchObject({ ok: true });
  await cluster.until(jobId, ({ ledger }) => ledger?.checkpointId === 1);
  expect(cluster.job(jobId).ledger).toMatchObject({ made: 3_000, lost: 0, doubled: 0 });
  await go(jobId, 7_500);
  expect((await fail(jobId, crash(2))).recoveries[0]).toMatchObject({ checkpointId: 1, recordsReplayed: 4_500 });
  // From the same one once more, now that a part of it has been made again.
  await go(jobId, 9_000, 3_000);
  expect((await fail(jobId, crash(1))).recoveries[0]).toMatchObject({ checkpointId: 1, recordsReplayed: 6_000 });

  expect(await cluster.engine.execute({ type: 'trigger-checkpoint', jobId })).toMatchObject({ ok: true });
  expect((await fail(jobId, crash(3))).recoveries[0]).toMatchObject({ checkpointId: 2, recordsReplayed: 0 });
  // Its journal is through with the recovery once it has noted the checkpoint.
  expect(await cluster.engine.execute({ type: 'trigger-checkpoint', jobId })).toMatchObject({ ok: true });
  await cluster.until(jobId, ({ ledger }) => ledger?.checkpointId === 3);
  const after = await fail(jobId, () => cluster.engine.execute({ type: 'fail-jobmanager' }));
  expect(after.recoveries[0]?.recordsReplayed).toBeUndefined();
  // The next JobManager remembers the ones before.
  expect(after.recoveries.map(({ recordsReplayed }) => recordsReplayed)).toEqual([undefined, 0, 6_000, 4_500, 3_000]);
  expect(after.ledger).toMatchObject({ checkpointId: 3, lost: 0, doubled: 0 });
});
