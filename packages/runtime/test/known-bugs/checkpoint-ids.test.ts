// Row 23: checkpoint ids strictly increase, over failed checkpoints, TaskManagers, JobManagers, processes and jobs.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { expectWholeLedger, ledgerSubmission, order, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

it('no id comes twice, whatever ended between', async () => {
  cluster = await TestCluster.start();
  const ids: number[] = [];
  const over = new Set<number>();
  const watch = () =>
    cluster.engine.subscribe((event) => {
      if (event.type !== 'checkpoint' || event.checkpoint.discarded) return;
      const { id, status } = event.checkpoint;
      if (id !== ids.at(-1) || (status === 'IN_PROGRESS' && over.has(id))) ids.push(id);
      if (status !== 'IN_PROGRESS') over.add(id);
    });
  watch();
  const settings = configuration({ interval: 80, timeout: 400, retained: 1 });
  const parameters = { sizes: [60_000, 60_000], rate: 10_000, slowMs: 700 };
  const first = await submitLedger(cluster, parameters, settings);
  const oneMore = async (jobId: string) => {
    const restored = cluster.job(jobId).checkpoints.latestRestored?.id ?? 0;
    const before = cluster.job(jobId).checkpoints.latestCompleted?.id ?? restored;
    await cluster.until(jobId, ({ state, checkpoints }) => state === 'RUNNING' && (checkpoints.latestCompleted?.id ?? 0) > before);
  };
  const restarted = async (what: () => Promise<unknown>) => {
    const { numRestarts } = cluster.job(first);
    await what();
    await cluster.until(first, (job) => job.numRestarts > numRestarts && job.state === 'RUNNING');
  };
  await oneMore(first);
  await restarted(() => order(cluster, 'exit-in-snapshot-1'));
  await oneMore(first);
  const { failed } = cluster.job(first).checkpoints.counts;
  await order(cluster, 'slow-snapshot-0');
  await cluster.until(first, ({ checkpoints }) => checkpoints.counts.failed > failed);
  await oneMore(first);
  // An id that nothing completed bears, not even a file.
  await writeFile(join(cluster.directory, 'a-file'), '');
  const impossible = { type: 'trigger-savepoint', jobId: first, targetDirectory: join(cluster.directory, 'a-file', 'savepoints') } as const;
  await restarted(async () => {
    expect(await cluster.engine.execute(impossible)).toMatchObject({ ok: false });
    await cluster.engine.execute({ type: 'fail-jobmanager' });
  });
  expect(await cluster.engine.execute({ type: 'trigger-savepoint', jobId: first })).toMatchObject({ ok: true });
  await restarted(() => order(cluster, 'exit-0'));
  await cluster.stop();
  cluster = await TestCluster.start({}, cluster.directory);
  watch();
  await cluster.engine.resumeJob(first, ledgerSubmission(cluster, parameters, settings));
  await cluster.until(first, ({ state }) => state === 'RUNNING');
  await oneMore(first);
  await cluster.engine.execute({ type: 'cancel', jobId: first });
  const cancelled = await cluster.until(first, ({ state }) => state === 'CANCELED');
  const second = await submitLedger(cluster, parameters, settings, cancelled.checkpoints.latestCompleted?.externalPath);
  await cluster.finished(second);
  expect(ids.length).toBeGreaterThan(8);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  await expectWholeLedger(cluster, parameters.sizes);
});
