import { join } from 'node:path';
import { defaultJobConfiguration } from '../api/configuration.js';
import type { JobDefinition } from '../api/job.js';
import type { WriteOperatorState } from '../checkpoint/checkpoint-storage.js';
import { FileSystemCheckpointStorage } from '../checkpoint/file-system-checkpoint-storage.js';
import { operatorStateReader, operatorStateWriter } from '../checkpoint/operator-state-file.js';
import { SystemClock } from '../common/clock.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { Dispatcher } from '../jobmanager/dispatcher.js';
import { FileJobStore } from '../jobmanager/job-store.js';
import { ResourceManager } from '../jobmanager/resource-manager.js';
import { Doorbell } from '../network/doorbell.js';
import type { ToJobManager, ToTaskManager } from '../rpc/taskmanager-messages.js';
import { HashMapKeyedStateBackend } from '../state/hashmap-keyed-state-backend.js';
import { TaskExecutor } from '../taskmanager/task-executor.js';
import { eventually } from './manual-clock.js';

export type ControlMessage = ToJobManager | ToTaskManager;

export interface LoopbackOptions {
  readonly directory: string;
  readonly definition: JobDefinition<unknown>;
  /** Asked of each message as it would arrive. If true the line breaks there: that message is lost, and all that are under way behind it. */
  readonly breaksAt: (message: ControlMessage) => boolean;
  /** Throws where the disk is to fail. */
  readonly beforeWrite: () => void;
}

export const LOOPBACK_JOB = 'job1';

/** JobManager and two TaskManagers, all as they are, in one thread. Only the line between them is the test's. */
export class LoopbackCluster {
  readonly dispatcher: Dispatcher;
  readonly #options: LoopbackOptions;
  readonly #fs = new NodeFileSystem();
  readonly #clock = new SystemClock();
  readonly #resources: ResourceManager;
  readonly #store: FileJobStore;
  readonly #executors = new Set<TaskExecutor>();
  #stopping = false;

  constructor(options: LoopbackOptions) {
    const { definition, directory } = options;
    this.#options = options;
    this.#store = new FileJobStore(this.#fs, join(directory, 'data'));
    this.#resources = new ResourceManager({
      taskManagers: 2,
      slotsPerTaskManager: 1,
      heartbeatInterval: 20,
      heartbeatTimeout: 60_000,
      clock: this.#clock,
      startTaskManager: (id, attempt) => this.#startTaskManager(id, attempt),
      terminateTaskManager: () => {},
      onLost: (id, reason, at) => this.dispatcher.taskManagerLost(id, reason, at),
      onReason: (id, reason) => this.dispatcher.taskManagerEnded(id, reason),
      onRegistered: () => {},
      onChange: () => {},
    });
    this.dispatcher = new Dispatcher({
      clock: this.#clock,
      random: Math.random,
      store: this.#store,
      storage: new FileSystemCheckpointStorage(this.#fs, join(directory, 'checkpoints'), join(directory, 'savepoints'), Math.random),
      openState: operatorStateReader(this.#fs),
      checkpointDirectory: join(directory, 'checkpoints'),
      resources: this.#resources,
      loadJob: async () => definition,
      emit: () => {},
      onChange: () => {},
    });
    this.#resources.start();
  }

  async submit(interval: number): Promise<void> {
    await this.dispatcher.submit({
      ...{ jobId: LOOPBACK_JOB, lineage: LOOPBACK_JOB, name: 'job', submittedAt: 0, parameters: {}, nextCheckpointIdFloor: 1 },
      ...{ module: '/job.js', bundleFile: '/bundle.mjs', bundleHash: 'b0' },
      configuration: {
        ...defaultJobConfiguration,
        parallelism: 2,
        restartStrategy: { kind: 'fixed-delay', attempts: -1, delay: 1 },
        checkpointing: { ...defaultJobConfiguration.checkpointing, interval },
      },
    });
  }

  get job() {
    const [job] = this.dispatcher.jobs();
    if (job === undefined) throw new Error('no job was submitted');
    return job;
  }

  async finished(): Promise<void> {
    await eventually(() => {
      if (this.job.state === 'FAILED') throw new Error(`the job FAILED: ${this.job.failure}`);
      return this.job.state === 'FINISHED';
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#resources.stop();
    await Promise.all([...this.#executors].map(ended));
    await this.#store.close();
  }

  #startTaskManager(id: string, attempt: number): void {
    if (this.#stopping) return;
    const doorbell = new Doorbell();
    const write = operatorStateWriter(this.#fs, Math.random);
    const writeState: WriteOperatorState = async (...state) => {
      this.#options.beforeWrite();
      return write(...state);
    };
    const executor = new TaskExecutor({
      ...{ taskManagerId: id, attempt, slots: 1, startedAt: this.#clock.now(), osThreadId: undefined, doorbell, writeState },
      clock: this.#clock,
      openState: operatorStateReader(this.#fs),
      keyedStateOf: async () => (options) => new HashMapKeyedStateBackend(options),
      loadJob: async () => this.#options.definition,
      sampleThread: () => ({ heapUsed: 0, heapCommitted: 0, heapMax: 0, externalUsed: 0 }),
      publish: () => {},
    });
    this.#executors.add(executor);
    let whole = true;
    const breakLine = async (): Promise<void> => {
      whole = false;
      executor.disconnect(gateway);
      this.#resources.disconnected(id, attempt);
      // As the main thread does: the next begins when nothing of this one runs any more.
      await ended(executor);
      this.#executors.delete(executor);
      this.#resources.ended(id, attempt, this.#clock.now(), 'its line was broken');
    };
    /** In order, and never at once: as a MessagePort. */
    const carry = <M extends ControlMessage>(message: M, deliver: (message: M) => void): void => {
      const copy = structuredClone(message);
      setImmediate(() => {
        if (!whole || this.#stopping) return;
        if (this.#options.breaksAt(copy)) void breakLine();
        else deliver(copy);
      });
    };
    const gateway = {
      send: (message: ToJobManager) =>
        carry(message, (arrived) => {
          if (arrived.type === 'register') {
            this.#resources.registered(id, attempt, arrived.startedAt, arrived.osThreadId);
            return;
          }
          if (arrived.type === 'heartbeat') this.#resources.heartbeat(id, attempt, arrived.metrics);
          this.dispatcher.receive(id, arrived);
        }),
    };
    const send = (message: ToTaskManager) => carry(message, (arrived) => executor.receive(arrived, gateway));
    this.#resources.connected({ id, attempt, doorbell: doorbell.memory, send });
    void executor.connect(gateway);
  }
}

/** Whatever ran there is given up; resolves once it is closed. */
function ended(executor: TaskExecutor): Promise<void> {
  return executor.connect({ send: () => {} });
}
