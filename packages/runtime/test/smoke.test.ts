import { afterEach, expect, it } from 'vitest';
import { injectFaults, randomOf } from './chaos.js';
import { configuration, countingParameters, expectExactlyOnce, TestCluster } from './cluster.js';

// The short form of exactly-once.test.ts, which also runs on the other Node versions that are supported.
let cluster: TestCluster | undefined;

afterEach(async () => {
  await cluster?.remove();
  cluster = undefined;
});

it.each([{ unaligned: false }, { unaligned: true }])(
  'a crash, a throw and a lost JobManager leave no trace in the output (unaligned: $unaligned)',
  async ({ unaligned }) => {
    cluster = await TestCluster.start();
    const parameters = { ...countingParameters, directory: cluster.output, events: 300_000, rate: 40_000 };
    const jobId = await cluster.submit(parameters, configuration({ unaligned, interval: 100 }));
    const injected = await injectFaults(cluster, jobId, ['crash', 'user-code', 'jobmanager'], randomOf(5));
    const job = await cluster.finished(jobId);
    await expectExactlyOnce(cluster, job, parameters);
    expect(injected).toEqual(['crash', 'user-code', 'jobmanager']);
  },
);
