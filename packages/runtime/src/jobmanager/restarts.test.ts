// Row 20 of the known bugs: however many failures come together are one restart; none is begun before its delay, none forgotten.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { eventually } from '../testing/manual-clock.js';

const JOB = 'job1';
const DELAY = 100;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let cluster: FakeCluster;

beforeEach(async () => {
  directory = await temporaryDirectory();
  cluster = new FakeCluster(directory.path);
  await cluster.dispatcher.submit(cluster.record(JOB, { restartStrategy: { kind: 'fixed-delay', attempts: 2, delay: DELAY } }));
  await cluster.until(JOB, 'RUNNING');
});

afterEach(async () => {
  await cluster.store.close();
  await directory.remove();
});

const failTasks = () => {
  for (const taskManager of cluster.taskManagers) {
    for (const task of taskManager.tasks) taskManager.state({ jobId: JOB, attempt: cluster.deployments.at(-1) as number }, task, 'FAILED');
  }
};
/** Lets what is under way come to its end; whatever waits for the clock goes on waiting. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 50));
const runAgain = async () => {
  await eventually(() => {
    cluster.clock.advance(DELAY);
    if (cluster.job(JOB).state === 'FAILED') throw new Error(cluster.job(JOB).failure);
    return cluster.job(JOB).state === 'RUNNING';
  });
};

describe('failures at once', () => {
  it.each<{ name: string; fail: () => void; lost: boolean }>([
    { name: 'every task', fail: failTasks, lost: false },
    { name: 'all connections', fail: () => cluster.taskManagers.forEach((each) => void cluster.lose(each)), lost: true },
    {
      name: 'tasks and connections',
      fail: () => {
        failTasks();
        for (const each of cluster.taskManagers) cluster.lose(each);
      },
      lost: true,
    },
    // One look at the clock finds all of them.
    { name: 'silence of all', fail: () => cluster.clock.advance(7_000), lost: true },
  ])('$name: one restart', async ({ fail, lost }) => {
    fail();
    await cluster.until(JOB, 'RESTARTING');
    if (lost) for (const each of cluster.taskManagers) cluster.connect(each);
    await runAgain();
    expect(cluster.job(JOB).numRestarts).toBe(1);
    expect(cluster.deployments).toEqual([0, 1]);
    expect(cluster.job(JOB).recoveries).toHaveLength(1);
  });
});

describe('a failure while RESTARTING', () => {
  it('of a TaskManager is waited for, and is no restart of its own', async () => {
    failTasks();
    await cluster.until(JOB, 'RESTARTING');
    await settle();
    const [first, second] = cluster.taskManagers as [FakeCluster['taskManagers'][number], FakeCluster['taskManagers'][number]];
    cluster.lose(first);
    cluster.clock.advance(DELAY);
    await settle();
    expect(cluster.deployments).toEqual([0]);
    cluster.lose(second);
    cluster.connect(first);
    await settle();
    expect(cluster.deployments).toEqual([0]);
    cluster.connect(second);
    await runAgain();
    expect(cluster.job(JOB).numRestarts).toBe(1);
    expect(cluster.deployments).toEqual([0, 1]);
  });

  it('is not begun again before its delay', async () => {
    failTasks();
    await cluster.until(JOB, 'RESTARTING');
    await settle();
    cluster.clock.advance(DELAY - 1);
    await settle();
    expect(cluster.deployments).toEqual([0]);
    await runAgain();
  });

  it('waits for every TaskManager to say that nothing runs any more, and takes no earlier word for it', async () => {
    const [slow] = cluster.taskManagers as [FakeCluster['taskManagers'][number]];
    slow.answers = false;
    failTasks();
    await cluster.until(JOB, 'RESTARTING');
    cluster.say(slow, { type: 'execution-cancelled', execution: { jobId: JOB, attempt: 7 } });
    cluster.say(slow, { type: 'execution-cancelled', execution: { jobId: 'another', attempt: 0 } });
    cluster.clock.advance(DELAY);
    await settle();
    expect(cluster.deployments).toEqual([0]);
    slow.answers = true;
    cluster.say(slow, { type: 'execution-cancelled', execution: { jobId: JOB, attempt: 0 } });
    await runAgain();
  });

  it('a cancel ends it', async () => {
    failTasks();
    await cluster.until(JOB, 'RESTARTING');
    await cluster.dispatcher.execute({ type: 'cancel', jobId: JOB });
    await eventually(() => {
      cluster.clock.advance(DELAY);
      return cluster.job(JOB).state === 'CANCELED';
    });
    cluster.clock.advance(60_000);
    await settle();
    expect(cluster.deployments).toEqual([0]);
  });
});

describe('the strategy', () => {
  it('counts restarts, not failures, and then fails the job', async () => {
    for (const restart of [1, 2]) {
      failTasks();
      await cluster.until(JOB, 'RESTARTING');
      await runAgain();
      expect(cluster.job(JOB).numRestarts).toBe(restart);
    }
    failTasks();
    await cluster.until(JOB, 'FAILED');
    expect(cluster.job(JOB).failure).toContain('user code was told to fail');
    expect(cluster.deployments).toEqual([0, 1, 2]);
  });
});

// Row 14: of attempts before nothing counts.
describe('messages of an attempt that is over', () => {
  it('neither fail, nor finish, nor complete anything of the present one', async () => {
    failTasks();
    await cluster.until(JOB, 'RESTARTING');
    await runAgain();
    const stale = { jobId: JOB, attempt: 0 };
    const triggered = cluster.dispatcher.execute({ type: 'trigger-checkpoint', jobId: JOB });
    for (const each of cluster.taskManagers) {
      each.answers = false;
      for (const task of each.tasks) {
        each.state(stale, task, 'FAILED');
        each.state(stale, task, 'FINISHED');
        each.acknowledge(stale, 1, task);
        cluster.say(each, {
          type: 'decline-checkpoint',
          execution: stale,
          checkpointId: 1,
          vertexId: task.vertexId,
          subtask: task.subtask,
          reason: 'stale',
        });
        cluster.say(each, { type: 'input-ended', execution: stale, vertexId: task.vertexId, subtask: task.subtask });
      }
    }
    await eventually(() => cluster.job(JOB).checkpoints.counts.inProgress === 1);
    await settle();
    expect(cluster.job(JOB)).toMatchObject({ state: 'RUNNING', numRestarts: 1, checkpoints: { counts: { completed: 0, failed: 0 } } });
    for (const each of cluster.taskManagers) for (const task of each.tasks) each.acknowledge({ jobId: JOB, attempt: 1 }, 1, task);
    expect(await triggered).toMatchObject({ ok: true, checkpointId: 1 });
  });
});
