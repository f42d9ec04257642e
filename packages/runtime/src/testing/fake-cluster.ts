import { join } from 'node:path';
import { defaultJobConfiguration, type JobConfiguration } from '../api/configuration.js';
import type { JobDefinition } from '../api/job.js';
import { FileSystemCheckpointStorage } from '../checkpoint/file-system-checkpoint-storage.js';
import { operatorStateReader } from '../checkpoint/operator-state-file.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { Dispatcher } from '../jobmanager/dispatcher.js';
import type { JobRecord } from '../jobmanager/job-record.js';
import { FileJobStore } from '../jobmanager/job-store.js';
import { ResourceManager } from '../jobmanager/resource-manager.js';
import type { ExecutionId, TaskDeployment, ToJobManager, ToTaskManager } from '../rpc/taskmanager-messages.js';
import { FIGURES } from './checkpointed-job.js';
import { eventually, ManualClock } from './manual-clock.js';

const HEARTBEAT = { interval: 1_000, timeout: 5_000 };

type Deploy = Extract<ToTaskManager, { type: 'deploy' }>;

/** A TaskManager as the JobManager sees it: says that its tasks run, that they are cancelled, that they have snapshot. */
class FakeTaskManager {
  readonly id: string;
  readonly received: ToTaskManager[] = [];
  attempt = 0;
  answers = true;
  tasks: readonly TaskDeployment[] = [];
  execution: ExecutionId | undefined;
  readonly #say: (message: ToJobManager) => void;

  constructor(id: string, say: (taskManager: FakeTaskManager, message: ToJobManager) => void) {
    this.id = id;
    this.#say = (message) => say(this, message);
  }

  receive(message: ToTaskManager): void {
    this.received.push(message);
    if (!this.answers) return;
    if (message.type === 'deploy') this.#deploy(message);
    if (message.type === 'cancel') this.#say({ type: 'execution-cancelled', execution: message.execution });
    if (message.type === 'trigger-checkpoint')
      for (const task of this.tasks) this.acknowledge(message.execution, message.checkpointId, task);
    if (message.type === 'finish') for (const task of this.tasks) this.state(message.execution, task, 'FINISHED');
  }

  #deploy({ execution, tasks }: Deploy): void {
    this.tasks = tasks;
    this.execution = execution;
    for (const task of tasks) this.state(execution, task, 'RUNNING');
  }

  state(execution: ExecutionId, { vertexId, subtask }: TaskDeployment, state: 'RUNNING' | 'FAILED' | 'FINISHED'): void {
    const error = { name: 'TypeError', message: 'user code was told to fail', stack: 'stack' };
    this.#say({ type: 'task-state', execution, vertexId, subtask, state, at: 0, ...(state === 'FAILED' ? { error } : {}) });
  }

  acknowledge(execution: ExecutionId, checkpointId: number, { vertexId, subtask }: TaskDeployment): void {
    this.#say({ type: 'acknowledge-checkpoint', execution, checkpointId, vertexId, subtask, states: [], figures: FIGURES });
  }

  inputEnded(): void {
    for (const { vertexId, subtask } of this.tasks)
      this.#say({ type: 'input-ended', execution: this.execution as ExecutionId, vertexId, subtask });
  }
}

const definition: JobDefinition<unknown> = {
  name: 'job',
  parameters: () => ({}),
  build: (env) =>
    void env
      .addSource({ run: () => [] })
      .uid('source')
      .rebalance()
      .map((value) => value)
      .addSink(() => {})
      .uid('sink'),
};

/** A JobManager on a real disk and a clock of the test's, and three TaskManagers that are made up. */
export class FakeCluster {
  readonly clock = new ManualClock();
  readonly taskManagers: readonly FakeTaskManager[];
  readonly dispatcher: Dispatcher;
  readonly resources: ResourceManager;
  readonly store: FileJobStore;
  readonly started: string[] = [];
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    const fs = new NodeFileSystem();
    this.store = new FileJobStore(fs, join(directory, 'data'));
    this.taskManagers = [1, 2, 3].map((n) => new FakeTaskManager(`taskmanager-${n}`, (from, message) => this.say(from, message)));
    this.resources = new ResourceManager({
      taskManagers: 3,
      slotsPerTaskManager: 3,
      heartbeatInterval: HEARTBEAT.interval,
      heartbeatTimeout: HEARTBEAT.timeout,
      clock: this.clock,
      startTaskManager: (id) => void this.started.push(id),
      terminateTaskManager: () => {},
      onLost: (id, reason, at) => this.dispatcher.taskManagerLost(id, reason, at),
      onReason: () => {},
      onRegistered: () => {},
      onChange: () => {},
    });
    this.dispatcher = new Dispatcher({
      clock: this.clock,
      random: () => 0.5,
      store: this.store,
      storage: new FileSystemCheckpointStorage(fs, join(directory, 'checkpoints'), join(directory, 'savepoints'), Math.random),
      openState: operatorStateReader(fs),
      checkpointDirectory: join(directory, 'checkpoints'),
      resources: this.resources,
      loadJob: async () => definition,
      emit: () => {},
      onChange: () => {},
    });
    this.resources.start();
    for (const taskManager of this.taskManagers) this.connect(taskManager);
  }

  say(from: FakeTaskManager, message: ToJobManager): void {
    this.dispatcher.receive(from.id, message);
  }

  /** A new thread stands in its place. */
  connect(taskManager: FakeTaskManager): void {
    taskManager.attempt++;
    taskManager.tasks = [];
    const { id, attempt } = taskManager;
    this.resources.connected({ id, attempt, doorbell: new SharedArrayBuffer(128), send: (message) => taskManager.receive(message) });
    this.resources.registered(id, attempt, 0, undefined);
  }

  lose(taskManager: FakeTaskManager): void {
    this.resources.disconnected(taskManager.id, taskManager.attempt);
  }

  record(jobId: string, configuration: Partial<JobConfiguration> = {}): JobRecord {
    return {
      jobId,
      lineage: jobId,
      name: 'job',
      submittedAt: 0,
      parameters: {},
      configuration: {
        ...defaultJobConfiguration,
        ...configuration,
        checkpointing: { ...defaultJobConfiguration.checkpointing, interval: 0 },
      },
      module: '/job.js',
      bundleFile: '/bundle.mjs',
      bundleHash: 'b0',
      nextCheckpointIdFloor: 1,
    };
  }

  /** A JobManager of the same disk that knows nothing of this one. */
  successor(): FakeCluster {
    return new FakeCluster(this.#directory);
  }

  job(jobId: string) {
    const job = this.dispatcher.jobs().find(({ id }) => id === jobId);
    if (job === undefined) throw new Error(`no job ${jobId}`);
    return job;
  }

  async until(jobId: string, state: string): Promise<void> {
    await eventually(() => {
      const job = this.dispatcher.jobs().find(({ id }) => id === jobId);
      if (job?.state === 'FAILED' && state !== 'FAILED') throw new Error(`the job FAILED: ${job.failure}`);
      return job?.state === state;
    });
  }

  get deployments(): readonly number[] {
    const attempts = this.taskManagers.flatMap(({ received }) =>
      received.filter((m): m is Deploy => m.type === 'deploy').map((m) => m.execution.attempt),
    );
    return [...new Set(attempts)];
  }
}
