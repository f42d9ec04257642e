// Row 16: a commit whose reply is lost is not made a second time, not by the next JobManager, not by the next job.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { expectWholeLedger, order, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

/** Resolves when nobody leads any more. */
function jobManagerEnd(): Promise<void> {
  return new Promise((resolve) => {
    const stop = cluster.engine.subscribe((event) => {
      if (event.type !== 'jobmanager' || event.leading) return;
      stop();
      resolve();
    });
  });
}

describe('the reply of a commit is lost', () => {
  it.each(['exit-before-commit', 'exit-after-commit', 'fail-after-commit', 'fail-before-commit'])('again and again: %s', async (point) => {
    cluster = await TestCluster.start();
    const jobId = await submitLedger(cluster, {}, configuration({ interval: 100 }));
    for (let round = 0; round < 3; round++) {
      const { completed } = (await cluster.until(jobId, ({ state }) => state === 'RUNNING')).checkpoints.counts;
      await order(cluster, point);
      await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed >= completed + 2);
    }
    const job = await cluster.finished(jobId);
    await expectWholeLedger(cluster);
    expect(job.committed.lines).toBe(60_000);
    if (point.startsWith('fail')) expect(job.numRestarts).toBe(0);
  });

  it('together with the process; a new job from the last checkpoint does not commit it again', async () => {
    cluster = await TestCluster.start();
    await mkdir(cluster.output, { recursive: true });
    const first = await submitLedger(cluster, {}, configuration({ interval: 100 }));
    await cluster.until(first, ({ checkpoints }) => checkpoints.counts.completed >= 2);
    const ended = jobManagerEnd();
    await order(cluster, 'exit-after-commit');
    await ended;
    await cluster.stop();
    const { checkpointId } = JSON.parse(await readFile(join(cluster.output, 'mark.json'), 'utf8')) as { checkpointId: number };
    cluster = await TestCluster.start({}, cluster.directory);
    const last = join(cluster.directory, 'checkpoints', first, `chk-${checkpointId}`);
    const second = await submitLedger(cluster, {}, configuration({ interval: 100 }), last);
    const job = await cluster.finished(second);
    expect(job.lineage).toBe(first);
    expect(job.checkpoints.latestRestored?.id).toBe(checkpointId);
    await expectWholeLedger(cluster);
  });
});
