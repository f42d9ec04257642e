import { afterEach, describe, expect, it } from 'vitest';
import { configuration, countingParameters, expectExactlyOnce, TestCluster } from './cluster.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

const parameters = { ...countingParameters, events: 400_000, keys: 2_000, rate: 60_000 };

describe('stop with savepoint, then start from it', () => {
  // Sources of another number would deal the generator's positions out anew, which the generator does not claim to bear.
  it.each([
    { from: 3, to: 3 },
    { from: 3, to: 5 },
    { from: 3, to: 1 },
    { from: 2, to: 3 },
  ])('at parallelism $from → $to the output of both runs together is that of one', async ({ from, to }) => {
    cluster = await TestCluster.start({ slotsPerTaskManager: 4 });
    const first = await cluster.submit({ ...parameters, parallelism: from }, configuration({ interval: 200 }));
    await cluster.until(first, (job) => job.checkpoints.counts.completed >= 2);
    const stopped = await cluster.engine.execute({ type: 'stop', jobId: first, drain: false });
    expect(stopped).toMatchObject({ ok: true });
    const ended = await cluster.finished(first);
    expect(ended.checkpoints.latestSavepoint?.isSavepoint).toBe(true);
    const savepoint = ended.checkpoints.latestSavepoint?.externalPath ?? '';
    const second = await cluster.submit({ ...parameters, parallelism: to }, configuration({ interval: 200 }), savepoint);
    const job = await cluster.finished(second);
    expect(job.lineage).toBe(first);
    expect(job.checkpoints.latestRestored).toMatchObject({ isSavepoint: true });
    expect(Math.min(...job.checkpoints.history.map((checkpoint) => checkpoint.id))).toBeGreaterThan(
      ended.checkpoints.latestSavepoint?.id ?? 0,
    );
    const committed = { alerts: (ended.committed.alerts ?? 0) + (job.committed.alerts ?? 0) };
    await expectExactlyOnce(cluster, { ...job, committed }, { ...parameters, directory: cluster.output });
  });

  it('with drain the sources end first, and a restart has nothing left to do', async () => {
    cluster = await TestCluster.start();
    const first = await cluster.submit(parameters, configuration({ interval: 200 }));
    await cluster.until(first, (job) => job.checkpoints.counts.completed >= 1);
    expect(await cluster.engine.execute({ type: 'stop', jobId: first, drain: true })).toMatchObject({ ok: true });
    const job = await cluster.finished(first);
    expect(job.checkpoints.counts.failed).toBe(0);
    expect(job.numRestarts).toBe(0);
    expect((await cluster.alerts()).length).toBe(job.committed.alerts);
  });
});

describe('a savepoint on request', () => {
  it('is taken beside the checkpoints, aligned, and the job goes on', async () => {
    cluster = await TestCluster.start();
    const jobId = await cluster.submit({ ...parameters, padding: 300 }, configuration({ interval: 150, retained: 1 }));
    await cluster.until(jobId, (job) => job.checkpoints.counts.completed >= 1);
    const taken = await Promise.all([
      cluster.engine.execute({ type: 'trigger-savepoint', jobId }),
      cluster.engine.execute({ type: 'trigger-checkpoint', jobId }),
      cluster.engine.execute({ type: 'trigger-savepoint', jobId }),
    ]);
    for (const result of taken) expect(result).toMatchObject({ ok: true });
    const job = await cluster.finished(jobId);
    const savepoints = job.checkpoints.history.filter((checkpoint) => checkpoint.isSavepoint);
    expect(savepoints).toHaveLength(2);
    for (const savepoint of savepoints) {
      expect(savepoint.persistedData).toBe(0);
      expect(savepoint.discarded).toBe(false);
    }
    await expectExactlyOnce(cluster, job, { ...parameters, padding: 300, directory: cluster.output });
  });
});

describe('cancel', () => {
  it('ends the job for good and keeps its checkpoints', async () => {
    cluster = await TestCluster.start();
    const jobId = await cluster.submit(parameters, configuration({ interval: 100 }));
    await cluster.until(jobId, (job) => job.checkpoints.counts.completed >= 1);
    expect(await cluster.engine.execute({ type: 'cancel', jobId })).toEqual({ ok: true });
    const job = await cluster.until(jobId, ({ state }) => state === 'CANCELED');
    expect(job.vertices.flatMap((vertex) => vertex.subtasks.map((subtask) => subtask.state))).not.toContain('RUNNING');
    expect(cluster.engine.snapshot().taskManagers.map((taskManager) => taskManager.freeSlots)).toEqual([3, 3, 3]);
    expect(await cluster.engine.execute({ type: 'cancel', jobId })).toMatchObject({ ok: false, code: 'CONFLICT' });
    const again = await cluster.submit(parameters, configuration({ interval: 100 }), job.checkpoints.latestCompleted?.externalPath);
    await cluster.finished(again);
    expect(cluster.job(again).checkpoints.counts.restored).toBe(1);
  });
});

describe('an unaligned checkpoint with in-flight data', () => {
  it.each([
    { from: 3, to: 2, keyByFunction: false },
    { from: 2, to: 5, keyByFunction: false },
    // Its records are as those of older checkpoints: the key beside the whole record.
    { from: 3, to: 3, keyByFunction: true },
    { from: 2, to: 3, keyByFunction: true },
  ])('is restored at parallelism $from → $to (key beside the record: $keyByFunction)', async ({ from, to, keyByFunction }) => {
    cluster = await TestCluster.start({ slotsPerTaskManager: 4 });
    // Long records and a slow sink keep the rings full.
    const full = { ...parameters, events: 60_000, keys: 500, padding: 700, slowSinkMs: 1, rate: 0, sources: 3 };
    const first = await cluster.submit({ ...full, parallelism: from, keyByFunction }, configuration({ interval: 100, unaligned: true }));
    const running = await cluster.until(first, ({ checkpoints }) => (checkpoints.latestCompleted?.persistedData ?? 0) > 100_000);
    expect(await cluster.engine.execute({ type: 'cancel', jobId: first })).toEqual({ ok: true });
    const cancelled = await cluster.until(first, ({ state }) => state === 'CANCELED');
    const latest = cancelled.checkpoints.latestCompleted;
    expect(latest?.id).toBeGreaterThanOrEqual(running.checkpoints.latestCompleted?.id ?? 0);
    expect(latest?.persistedData).toBeGreaterThan(10_000);
    const second = await cluster.submit(
      { ...full, parallelism: to, objectReuse: true },
      configuration({ interval: 100, unaligned: true }),
      latest?.externalPath,
    );
    const job = await cluster.finished(second);
    const committed = { alerts: (cancelled.committed.alerts ?? 0) + (job.committed.alerts ?? 0) };
    await expectExactlyOnce(cluster, { ...job, committed }, { ...full, directory: cluster.output });
  });
});
