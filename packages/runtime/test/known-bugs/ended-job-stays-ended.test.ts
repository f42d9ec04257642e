// Row 22: a job that has ended never runs again, though the JobManager ends before it can say so; nor does a job run twice.
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { expectWholeLedger, ledgerLines, ledgerSubmission, order, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

const sizes = [3_000, 3_000, 3_000];

/** Resolves when the JobManager that was the `nth` leads. */
function leads(nth: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = cluster.engine.subscribe((event) => {
      if (event.type !== 'jobmanager' || !event.leading || event.attempt < nth) return;
      stop();
      resolve();
    });
  });
}

describe.each(['FINISHED', 'CANCELED'] as const)('the JobManager ends between the note that a job is %s and any word of it', (state) => {
  it('the job is that, for the next one and for the next process', async () => {
    cluster = await TestCluster.start();
    const finite = state === 'FINISHED';
    const again = leads(2);
    await order(cluster, 'exit-before-close');
    const parameters = finite ? { sizes } : {};
    const jobId = await submitLedger(cluster, parameters, configuration({ interval: 100 }));
    await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed >= 1);
    if (!finite) expect(await cluster.engine.execute({ type: 'cancel', jobId })).toEqual({ ok: true });
    await again;
    const job = await cluster.until(jobId, (found) => found.state === state);
    expect(job.numRestarts).toBe(0);
    const lines = (await ledgerLines(cluster)).length;
    expect(await cluster.engine.execute({ type: 'cancel', jobId })).toMatchObject({ ok: false, code: 'CONFLICT' });
    await cluster.stop();

    cluster = await TestCluster.start({}, cluster.directory);
    expect(cluster.engine.storedJobs()).toMatchObject([{ jobId, state }]);
    await expect(cluster.engine.resumeJob(jobId, ledgerSubmission(cluster, parameters, configuration({})))).rejects.toThrow(
      /no job .* to be resumed/,
    );
    await cluster.until(jobId, (found) => found.state === state);
    expect((await ledgerLines(cluster)).length).toBe(lines);
    if (finite) await expectWholeLedger(cluster, sizes);
  });
});

describe('a job that is resumed twice', () => {
  it('runs once, and not again after its end', async () => {
    cluster = await TestCluster.start();
    const jobId = await submitLedger(cluster, {}, configuration({ interval: 100 }));
    await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed >= 1);
    await cluster.stop();
    cluster = await TestCluster.start({}, cluster.directory);
    const submission = ledgerSubmission(cluster, {}, configuration({ interval: 100 }));
    const resumed = await Promise.allSettled([1, 2].map(() => cluster.engine.resumeJob(jobId, submission)));
    expect(resumed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(cluster.engine.resumeJob(jobId, submission)).rejects.toThrow(/is there already/);
    const job = await cluster.finished(jobId);
    expect(job.numRestarts).toBe(1);
    await expect(cluster.engine.resumeJob(jobId, submission)).rejects.toThrow(/is there already/);
    await cluster.engine.execute({ type: 'fail-jobmanager' });
    await leads(2);
    await expect(cluster.engine.resumeJob(jobId, submission)).rejects.toThrow(/has ended/);
    await cluster.finished(jobId);
    await expectWholeLedger(cluster);
  });
});
