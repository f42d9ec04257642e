// Row 22 of the known bugs: once a job's end is on disk it never runs again, whoever asks, however often; and no job has two masters.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { FakeCluster } from '../testing/fake-cluster.js';

const JOB = 'job1';
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let cluster: FakeCluster;

beforeEach(async () => {
  directory = await temporaryDirectory();
  cluster = new FakeCluster(directory.path);
});

afterEach(async () => {
  await cluster.store.close();
  await directory.remove();
});

const recover = (of: FakeCluster) => of.dispatcher.recover(of.record(JOB), 'the JobManager ended', 0);

describe.each(['FINISHED', 'FAILED', 'CANCELED'] as const)('%s', (state) => {
  it('is refused to be recovered, submitted or commanded by the next JobManager, which shows how it ended', async () => {
    await cluster.dispatcher.submit(cluster.record(JOB));
    await cluster.until(JOB, 'RUNNING');
    // The JobManager ends after this note, before a word of it.
    await cluster.store.finish(JOB, { state, endTime: 5 });
    const next = cluster.successor();
    await next.dispatcher.open();
    await expect(recover(next)).rejects.toMatchObject({ code: 'NOT_RESUMABLE' });
    await expect(next.dispatcher.submit(next.record(JOB))).rejects.toMatchObject({ code: 'NOT_RESUMABLE' });
    expect(await next.dispatcher.execute({ type: 'cancel', jobId: JOB })).toMatchObject({ ok: false, code: 'CONFLICT' });
    expect(next.job(JOB)).toMatchObject({ state, endTime: 5 });
    expect(next.deployments).toEqual([]);
    await next.store.close();
  });
});

it('a job whose result is damaged is not taken for one that has not ended', async () => {
  await cluster.dispatcher.submit(cluster.record(JOB));
  await cluster.until(JOB, 'RUNNING');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${directory.path}/data/jobs/${JOB}/result.json`, '{"state":"FIN');
  const next = cluster.successor();
  await expect(recover(next)).rejects.toMatchObject({ code: 'DAMAGED_JOB' });
  expect(next.deployments).toEqual([]);
});

it.each(['submit', 'recover'] as const)('a second %s of a job that runs, or is just being taken, is refused', async (what) => {
  const take = () => (what === 'submit' ? cluster.dispatcher.submit(cluster.record(JOB)) : recover(cluster));
  const results = await Promise.allSettled([take(), take(), take()]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(recover(cluster)).rejects.toMatchObject({ code: 'DUPLICATE_JOB' });
  expect(cluster.dispatcher.jobs()).toHaveLength(1);
});

it('the end of the JobManager is no failure of the job: no strategy refuses it', async () => {
  const record = cluster.record(JOB, { restartStrategy: { kind: 'none' } });
  await cluster.dispatcher.submit(record);
  await cluster.until(JOB, 'RUNNING');
  await cluster.store.close();
  const next = cluster.successor();
  await next.dispatcher.open();
  await next.dispatcher.recover(record, 'the JobManager ended', 0);
  await next.until(JOB, 'RUNNING');
  expect(next.job(JOB).numRestarts).toBe(1);
  await next.store.close();
});
