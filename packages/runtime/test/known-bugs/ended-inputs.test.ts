// Row 1: sources that end at different times, or have nothing at all, hold up no barrier and take no output along.
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { completedIds, expectWholeLedger, order, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

describe.each([{ unaligned: false }, { unaligned: true }])('unaligned: $unaligned', ({ unaligned }) => {
  it.each([
    { sizes: [0, 0, 0] },
    { sizes: [0, 8_000, 300] },
    { sizes: [12_000, 1, 0] },
    { sizes: [4_000, 12_000, 8_000] },
    { sizes: [6_000] },
  ])('sizes $sizes: the job finishes with all of it', async ({ sizes }) => {
    cluster = await TestCluster.start();
    const jobId = await submitLedger(cluster, { sizes, rate: 10_000 }, configuration({ interval: 60, unaligned }));
    const job = await cluster.finished(jobId);
    await expectWholeLedger(cluster, sizes);
    expect(job.numRestarts).toBe(0);
    expect(completedIds(job).length).toBeGreaterThan(0);
  });

  it('a failure after some inputs have ended changes nothing', async () => {
    cluster = await TestCluster.start();
    const sizes = [2_000, 30_000, 0];
    const jobId = await submitLedger(cluster, { sizes, padding: 300 }, configuration({ interval: 60, unaligned }));
    for (const victim of [0, 1]) {
      const { numRestarts, checkpoints: before } = cluster.job(jobId);
      // The source of 2,000 has nothing more to say by then, nor has the one of none.
      await cluster.until(jobId, ({ state, checkpoints, vertices }) => {
        const emitted = vertices[0]?.subtasks[1]?.metrics.numRecordsOut ?? 0;
        return state === 'RUNNING' && emitted > 2_500 && checkpoints.counts.completed > before.counts.completed + 1;
      });
      await order(cluster, `exit-${victim}`);
      await cluster.until(jobId, (job) => job.state === 'RUNNING' && job.numRestarts > numRestarts);
    }
    await cluster.finished(jobId);
    await expectWholeLedger(cluster, sizes);
  });
});
