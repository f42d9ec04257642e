// Row 14 of the known bugs: what a TaskManager is told of checkpoints late, twice, in another order or for an attempt before reaches no function, and
// never stops a checkpoint that is under way.
import { afterEach, expect, it } from 'vitest';
import type { JobDefinition } from '../api/job.js';
import { SystemClock } from '../common/clock.js';
import { buildStreamGraph } from '../graph/environment.js';
import { createJobGraph } from '../graph/job-graph.js';
import { createDeployments } from '../jobmanager/deployment.js';
import { ExecutionGraph } from '../jobmanager/execution-graph.js';
import { allocateSlots } from '../jobmanager/slot-pool.js';
import { Doorbell } from '../network/doorbell.js';
import type { ToJobManager, ToTaskManager } from '../rpc/taskmanager-messages.js';
import { eventually } from '../testing/manual-clock.js';
import { TaskExecutor } from './task-executor.js';

const told: string[] = [];

afterEach(() => {
  told.length = 0;
});

const definition: JobDefinition<unknown> = {
  name: 'job',
  parameters: () => ({}),
  build: (env) =>
    void env
      .addSource({
        async *run() {
          for (let n = 0; ; n++) {
            yield n;
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        },
      })
      .uid('source')
      .setParallelism(1)
      .disableChaining()
      .process({
        processElement: () => {},
        snapshotState: (id) => void told.push(`snapshot ${id}`),
        notifyCheckpointComplete: (id) => void told.push(`complete ${id}`),
        notifyCheckpointAborted: (id) => void told.push(`aborted ${id}`),
      })
      .setParallelism(1),
};

async function runningTasks() {
  const doorbell = new Doorbell();
  const graph = createJobGraph('job', buildStreamGraph(definition, {}, 1));
  const sent: ToJobManager[] = [];
  const gateway = { send: (message: ToJobManager) => void sent.push(message) };
  const executor = new TaskExecutor({
    taskManagerId: 'taskmanager-1',
    attempt: 1,
    slots: 2,
    startedAt: 0,
    osThreadId: undefined,
    clock: new SystemClock(),
    doorbell,
    writeState: async () => undefined,
    keyedStateOf: async () => () => {
      throw new Error('no keyed state here');
    },
    openState: () => Promise.reject(new Error('nothing is restored here')),
    loadJob: async () => definition,
    sampleThread: () => ({ heapUsed: 0, heapCommitted: 0, heapMax: 0, externalUsed: 0 }),
    publish: () => {},
  });
  await executor.connect(gateway);
  const job = {
    jobId: 'j',
    lineage: 'j',
    bundle: '',
    parameters: {},
    parallelism: 1,
    mode: 'EXACTLY_ONCE',
    latencyTrackingInterval: 0,
    stateBackend: 'hashmap',
  } as const;
  const deploy = async (attempt: number) => {
    const slots = allocateSlots(graph, [{ id: 'taskmanager-1', firstSlot: 1, slots: 2 }]);
    const tasks =
      createDeployments(new ExecutionGraph(graph, attempt, slots, 0), undefined, () => doorbell.memory).get('taskmanager-1') ?? [];
    const before = sent.length;
    executor.receive({ type: 'deploy', execution: { jobId: 'j', attempt }, job, tasks }, gateway);
    await eventually(() => sent.slice(before).filter((m) => m.type === 'task-state' && m.state === 'RUNNING').length === tasks.length);
  };
  const tell = (type: 'checkpoint-complete' | 'checkpoint-aborted' | 'trigger-checkpoint', checkpointId: number, attempt = 1) => {
    const execution = { jobId: 'j', attempt };
    const trigger = { type: 'trigger-checkpoint', execution, checkpointId, timestamp: 0, flags: 0, directory: '/d', stop: false } as const;
    executor.receive(type === 'trigger-checkpoint' ? trigger : ({ type, execution, checkpointId } satisfies ToTaskManager), gateway);
  };
  const acknowledged = (id: number) => sent.filter((m) => m.type === 'acknowledge-checkpoint' && m.checkpointId === id).length;
  const cancel = async (attempt: number) => {
    executor.receive({ type: 'cancel', execution: { jobId: 'j', attempt } }, gateway);
    await eventually(() => sent.some((m) => m.type === 'execution-cancelled' && m.execution.attempt === attempt));
  };
  return { deploy, tell, acknowledged, cancel };
}

it('completes and aborts come once each, in order of their ids', async () => {
  const { deploy, tell, cancel } = await runningTasks();
  await deploy(1);
  for (const id of [1, 1, 2]) tell('checkpoint-complete', id);
  tell('checkpoint-aborted', 2);
  tell('checkpoint-complete', 1);
  for (const id of [4, 4]) tell('checkpoint-aborted', id);
  tell('checkpoint-complete', 3);
  tell('checkpoint-complete', 4);
  tell('checkpoint-complete', 5);
  expect(told).toEqual(['complete 1', 'complete 2', 'aborted 4', 'complete 5']);
  await cancel(1);
});

it('a trigger that comes twice or late takes no snapshot and stops none', async () => {
  const { deploy, tell, acknowledged, cancel } = await runningTasks();
  await deploy(1);
  tell('trigger-checkpoint', 2);
  tell('trigger-checkpoint', 2);
  tell('trigger-checkpoint', 1);
  await eventually(() => acknowledged(2) === 2);
  tell('checkpoint-aborted', 3);
  for (const id of [2, 1, 3]) {
    tell('trigger-checkpoint', id);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  tell('trigger-checkpoint', 4);
  await eventually(() => acknowledged(4) === 2);
  expect([acknowledged(1), acknowledged(2), acknowledged(3)]).toEqual([0, 2, 0]);
  expect(told).toEqual(['snapshot 2', 'aborted 3', 'snapshot 4']);
  await cancel(1);
});

it('nothing of an attempt before or after the present one counts', async () => {
  const { deploy, tell, acknowledged, cancel } = await runningTasks();
  await deploy(1);
  await cancel(1);
  await deploy(2);
  for (const attempt of [1, 3]) {
    tell('trigger-checkpoint', 9, attempt);
    tell('checkpoint-complete', 9, attempt);
    tell('checkpoint-aborted', 10, attempt);
  }
  tell('trigger-checkpoint', 1, 2);
  await eventually(() => acknowledged(1) === 2);
  tell('checkpoint-complete', 1, 2);
  expect(told).toEqual(['snapshot 1', 'complete 1']);
  await cancel(2);
});
