// Row 18: a savepoint's output is committed once, though the job fails before the next checkpoint; the only retained checkpoint stays.
import { stat } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { expectWholeLedger, order, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

const savepoint = async (jobId: string) => {
  const result = await cluster.engine.execute({ type: 'trigger-savepoint', jobId });
  if (!result.ok || result.checkpointId === undefined) throw new Error(JSON.stringify(result));
  return result.checkpointId;
};

describe.each(['taskmanager', 'jobmanager'] as const)('a savepoint, then the end of a %s', (victim) => {
  it('goes on from the savepoint if nothing newer is there', async () => {
    cluster = await TestCluster.start();
    const jobId = await submitLedger(cluster, {}, configuration({ interval: 0, retained: 1 }));
    await cluster.until(jobId, ({ state }) => state === 'RUNNING');
    const checkpoint = await cluster.engine.execute({ type: 'trigger-checkpoint', jobId });
    const id = await savepoint(jobId);
    if (!checkpoint.ok) throw new Error(checkpoint.message);
    await expect(stat((checkpoint.externalPath ?? '').replace('file:', ''))).resolves.toBeDefined();
    if (victim === 'jobmanager') await cluster.engine.execute({ type: 'fail-jobmanager' });
    else await order(cluster, 'exit-0');
    const job = await cluster.finished(jobId);
    expect(job.numRestarts).toBe(1);
    expect(job.checkpoints.latestRestored).toMatchObject({ id, isSavepoint: true });
    await expectWholeLedger(cluster);
  });
});
