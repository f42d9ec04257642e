import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from './cluster.js';

const module = fileURLToPath(new URL('./fixtures/failing-job.ts', import.meta.url));
let cluster: TestCluster;

afterEach(() => cluster.remove());

describe('an exception in user code', () => {
  it.each(['source', 'open', 'process', 'snapshot', 'sink'])(
    'in %s fails the task with its message, and restarts are tried',
    async (fault) => {
      cluster = await TestCluster.start();
      const { jobId } = await cluster.engine.submitJob({
        module,
        parameters: { fault, directory: cluster.output },
        configuration: configuration(
          { interval: 50 },
          { restartStrategy: { kind: 'fixed-delay', attempts: 2, delay: 10 }, parallelism: 1 },
        ),
      });
      const job = await new Promise<ReturnType<TestCluster['job']>>((resolve) => {
        const look = () => {
          const found = cluster.engine.snapshot().jobs.find((candidate) => candidate.id === jobId);
          if (found?.state !== 'FAILED') return;
          stop();
          resolve(found);
        };
        const stop = cluster.engine.subscribe(look);
      });
      expect(job.numRestarts).toBe(2);
      expect(job.failure).toMatch(/TypeError: .*told to fail/);
      expect(job.exceptions).toHaveLength(3);
      expect(job.exceptions[0]).toMatchObject({ name: 'TypeError', taskManagerId: expect.stringMatching(/^taskmanager-/) });
      expect(job.exceptions[0]?.stack).toContain('told to fail');
      // The cluster is as good as new.
      expect(cluster.engine.snapshot().taskManagers.every((taskManager) => taskManager.registered && taskManager.attempt === 1)).toBe(true);
    },
  );

  it('with restarts switched off for it fails the job at once', async () => {
    cluster = await TestCluster.start();
    const { jobId } = await cluster.engine.submitJob({
      module,
      parameters: { fault: 'process', directory: cluster.output },
      configuration: configuration({ interval: 50 }, { failOnUserException: true, parallelism: 1 }),
    });
    await expect(cluster.finished(jobId)).rejects.toThrow(/process was told to fail/);
    expect(cluster.job(jobId).numRestarts).toBe(0);
  });
});

describe('out of memory', () => {
  it('ends that TaskManager alone; the job is restarted and the process lives', async () => {
    cluster = await TestCluster.start({ taskManagerHeapMb: 64 });
    const { jobId } = await cluster.engine.submitJob({
      module,
      parameters: { fault: 'memory', directory: cluster.output },
      configuration: configuration({ interval: 0 }, { parallelism: 1, restartStrategy: { kind: 'fixed-delay', attempts: 1, delay: 10 } }),
    });
    await expect(cluster.finished(jobId)).rejects.toThrow(/ran out of memory|connection to it was lost/);
    const ended = () => cluster.events.filter((event) => event.type === 'taskmanager' && event.change === 'ended');
    const job = await new Promise<ReturnType<TestCluster['job']>>((resolve) => {
      const look = () => {
        const { exceptions } = cluster.job(jobId);
        if (ended().length < 2 || exceptions.filter(({ message }) => message.includes('ran out of memory')).length < 2) return;
        stop();
        resolve(cluster.job(jobId));
      };
      const stop = cluster.engine.subscribe(look);
    });
    for (const event of ended()) expect(event).toMatchObject({ reason: 'it ran out of memory (limit 64 MB)' });
    expect(job.numRestarts).toBe(1);
  });
});
