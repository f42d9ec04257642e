// Row 9: state is never restored into other key groups, nor into an operator of another uid: the job is refused with a sentence that names it.
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { expectWholeLedger, ledgerSubmission, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

it('a savepoint is refused at another maxParallelism or uid, and restored at another parallelism with every key', async () => {
  cluster = await TestCluster.start({ slotsPerTaskManager: 4 });
  const first = await submitLedger(cluster, { keys: 500 }, configuration({ interval: 100 }));
  await cluster.until(first, ({ checkpoints }) => checkpoints.counts.completed >= 1);
  await cluster.engine.execute({ type: 'stop', jobId: first, drain: false });
  const savepoint = (await cluster.finished(first)).checkpoints.latestSavepoint?.externalPath ?? '';
  const submit = (parameters: Parameters<typeof submitLedger>[1]) =>
    submitLedger(cluster, { keys: 500, ...parameters }, configuration({ interval: 100 }), savepoint);
  await expect(submit({ maxParallelism: 103 })).rejects.toThrow(/operator numbering: .* 128 key groups, the job has maxParallelism 103/);
  await expect(submit({ maxParallelism: 256, parallelism: 4 })).rejects.toThrow(/maxParallelism cannot change/);
  await expect(submit({ uid: 'counting' })).rejects.toThrow(/operator numbering: .* no operator of that uid/);
  await expect(submit({ uid: 'sized' })).rejects.toThrow(/uid sized is used twice/);
  await expect(submit({ maxParallelism: 2 })).rejects.toThrow(/parallelism 3 is above its maxParallelism 2/);
  // Nothing of those refused is left behind: neither a job nor its slots.
  expect(cluster.engine.snapshot().jobs.map(({ id }) => id)).toEqual([first]);
  const job = await cluster.finished(await submit({ parallelism: 5 }));
  expect(job.checkpoints.latestRestored?.isSavepoint).toBe(true);
  await expectWholeLedger(cluster, undefined, 500);
});

it('a resume is refused at another maxParallelism and still possible as it was', async () => {
  cluster = await TestCluster.start();
  const jobId = await submitLedger(cluster, {}, configuration({ interval: 100 }));
  await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed >= 1);
  await cluster.stop();
  cluster = await TestCluster.start({}, cluster.directory);
  const resume = (parameters: Parameters<typeof submitLedger>[1]) =>
    cluster.engine.resumeJob(jobId, ledgerSubmission(cluster, parameters, configuration({ interval: 100 })));
  await expect(resume({ maxParallelism: 103 })).rejects.toThrow(/operator numbering: .* maxParallelism cannot change/);
  await resume({});
  await cluster.finished(jobId);
  await expectWholeLedger(cluster);
});
