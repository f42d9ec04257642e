import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('a job is INITIALIZING from the time at which it was submitted, as in Flink, also once it has ended', async () => {
  await cluster.dispatcher.submit({ ...cluster.record(JOB), submittedAt: 17 });
  await cluster.until(JOB, 'RUNNING');
  expect(cluster.job(JOB)).toMatchObject({ startTime: 17, timestamps: { INITIALIZING: 17 } });
  await cluster.dispatcher.execute({ type: 'cancel', jobId: JOB });
  await cluster.until(JOB, 'CANCELED');
  const successor = cluster.successor();
  await successor.dispatcher.open();
  expect(successor.job(JOB)).toMatchObject({ state: 'CANCELED', timestamps: { INITIALIZING: 17 } });
  await successor.store.close();
});
