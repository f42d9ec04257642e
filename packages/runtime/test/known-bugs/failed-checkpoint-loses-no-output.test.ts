// Rows 14 and 24: what a sink handed over is committed once, whether its checkpoint is given up or the word of its completion comes late.
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { expectWholeLedger, order, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

describe.each([{ unaligned: false }, { unaligned: true }])('unaligned: $unaligned', ({ unaligned }) => {
  it('commits what was written before a checkpoint that timed out with the next one', async () => {
    cluster = await TestCluster.start();
    const jobId = await submitLedger(cluster, { slowMs: 600 }, configuration({ interval: 100, timeout: 300, unaligned }));
    for (const round of [1, 2]) {
      await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed >= round);
      const { failed } = cluster.job(jobId).checkpoints.counts;
      await order(cluster, `slow-snapshot-${round}`);
      await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.failed > failed);
    }
    await cluster.finished(jobId);
    await expectWholeLedger(cluster);
  });

  it('does not commit again what the next barrier finds before the word of the commit is there', async () => {
    cluster = await TestCluster.start();
    const jobId = await submitLedger(cluster, { slowMs: 400 }, configuration({ interval: 0, unaligned }));
    const running = await cluster.until(jobId, ({ state }) => state === 'RUNNING');
    const vertex = running.vertices[1]?.id ?? '';
    // Subtask 1 acknowledges, then one of its records takes until the checkpoint is committed and the next one's barriers are there.
    await order(cluster, 'slow-snapshot-0');
    const triggered = [1, 2].map(() => cluster.engine.execute({ type: 'trigger-checkpoint', jobId }));
    await cluster.until(jobId, ({ checkpoints }) => (checkpoints.history[0]?.tasks[vertex]?.subtasks[1] ?? null) !== null);
    await order(cluster, 'slow-record-1');
    for (const result of await Promise.all(triggered)) expect(result).toMatchObject({ ok: true });
    await cluster.finished(jobId);
    await expectWholeLedger(cluster);
  });
});
