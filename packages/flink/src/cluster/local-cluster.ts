import { setTimeout as sleep } from 'node:timers/promises';
import { FlinkError } from '../flink-error.js';
import type { FlinkInstallation } from '../install/flink-installation.js';
import { findFlink } from '../install/flink-installation.js';
import { findJava, type Java } from '../install/java.js';
import { FlinkRestClient } from '../rest/flink-rest-client.js';
import type { FlinkConfiguration } from './flink-configuration.js';
import { FlinkProcesses } from './flink-processes.js';
import { freePorts } from './free-ports.js';
import type { GuardedProcess } from './guarded-process.js';
import { TemporaryDirectory } from './temporary-directory.js';

export interface LocalClusterOptions {
  /** 3 unless told. */
  readonly taskManagers?: number;
  /** Of each; 3 unless told. */
  readonly slots?: number;
  /** `heartbeat.interval`, 1,000 ms unless told (Flink's own default is 10,000). */
  readonly heartbeatIntervalMs?: number;
  /** `heartbeat.timeout`, 5,000 ms unless told (Flink's own default is 50,000). */
  readonly heartbeatTimeoutMs?: number;
  /** Wins over everything else here. */
  readonly configuration?: FlinkConfiguration;
  /** More flags for the JVM of each TaskManager. */
  readonly taskManagerFlags?: readonly string[];
  /** Until all slots are there; 120,000 ms unless told. */
  readonly startTimeoutMs?: number;
}

/** As often as Flink is started anew because somebody took a port that was free a moment before. */
const PORT_ATTEMPTS = 3;
const POLL_MS = 50;
/** For an ordinary end; a JVM that hangs is killed then. */
const STOP_PATIENCE_MS = 5_000;

/**
 * One JobManager and some TaskManagers of real Flink, each a JVM of its own on 127.0.0.1. They live no longer than this process, whatever ends it.
 * TaskManagers are `taskmanager-1` …; one that is started in place of another has its name.
 */
export class LocalCluster {
  readonly rest: FlinkRestClient;
  readonly #options: Required<LocalClusterOptions>;
  readonly #directory: TemporaryDirectory;
  readonly #processes: FlinkProcesses;
  readonly #jobManager: GuardedProcess;
  readonly #taskManagers = new Map<string, GuardedProcess>();

  /** Comes back once all slots are registered. */
  static async start(options: LocalClusterOptions = {}): Promise<LocalCluster> {
    const java = await findJava();
    const flink = findFlink();
    for (let attempt = 1; ; attempt++) {
      const cluster = await LocalCluster.#launch(java, flink, withDefaults(options));
      try {
        await cluster.#startTaskManagers();
        await cluster.waitForSlots();
        return cluster;
      } catch (error) {
        const portTaken = /BindException|Address already in use/.test(cluster.#processes.lastWords('jobmanager'));
        await cluster.stop();
        if (!portTaken || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  static async #launch(java: Java, flink: FlinkInstallation, options: Required<LocalClusterOptions>): Promise<LocalCluster> {
    const directory = await TemporaryDirectory.create('weir-flink-');
    try {
      const [rpcPort, restPort] = await freePorts(2);
      const processes = new FlinkProcesses(java, flink, directory.path, options.taskManagerFlags);
      await processes.configure(configurationOf(options, rpcPort, restPort));
      return new LocalCluster(options, restPort, directory, processes, await processes.startJobManager());
    } catch (error) {
      await directory.remove();
      throw error;
    }
  }

  private constructor(
    options: Required<LocalClusterOptions>,
    restPort: number,
    directory: TemporaryDirectory,
    processes: FlinkProcesses,
    jobManager: GuardedProcess,
  ) {
    this.#options = options;
    this.rest = new FlinkRestClient(`http://127.0.0.1:${restPort}`);
    this.#directory = directory;
    this.#processes = processes;
    this.#jobManager = jobManager;
  }

  /** Configuration, logs and what the processes write; removed by `stop`. */
  get directory(): string {
    return this.#directory.path;
  }

  /** Of the JobManager first; each is a JVM. */
  processIds(): number[] {
    return [this.#jobManager, ...this.#taskManagers.values()].map(({ pid }) => pid);
  }

  taskManagerPid(id: string): number {
    return this.#taskManager(id).pid;
  }

  /** Until every slot is registered with the JobManager. */
  async waitForSlots(): Promise<void> {
    const { taskManagers, slots, startTimeoutMs } = this.#options;
    const deadline = Date.now() + startTimeoutMs;
    for (;;) {
      const overview = await this.rest.overview().catch(() => undefined);
      if (overview?.taskmanagers === taskManagers && overview['slots-total'] === taskManagers * slots) return;
      this.#checkAlive('jobmanager', this.#jobManager);
      for (const [id, process] of this.#taskManagers) this.#checkAlive(id, process);
      if (Date.now() > deadline)
        throw new FlinkError(
          'TIMED_OUT',
          `Flink has ${overview?.['slots-total'] ?? 'no'} of ${taskManagers * slots} slots after ${startTimeoutMs} ms:\n${this.#processes.lastWords('jobmanager')}`,
        );
      await sleep(POLL_MS);
    }
  }

  /** SIGKILL; another one is started in its place at once, and registers when it is up (`waitForSlots`). */
  async killTaskManager(id: string): Promise<void> {
    await this.#taskManager(id).kill();
    await this.#startTaskManager(id);
  }

  /** All processes and the directory. */
  async stop(): Promise<void> {
    const all = [...this.#taskManagers.values(), this.#jobManager];
    await Promise.all(all.map((process) => process.stop(STOP_PATIENCE_MS)));
    await this.#directory.remove();
  }

  async #startTaskManagers(): Promise<void> {
    for (let i = 1; i <= this.#options.taskManagers; i++) await this.#startTaskManager(`taskmanager-${i}`);
  }

  async #startTaskManager(id: string): Promise<void> {
    this.#taskManagers.set(id, await this.#processes.startTaskManager(id));
  }

  #taskManager(id: string): GuardedProcess {
    const process = this.#taskManagers.get(id);
    if (process === undefined) throw new RangeError(`There is no ${id}: this cluster has ${[...this.#taskManagers.keys()].join(', ')}.`);
    return process;
  }

  #checkAlive(name: string, process: GuardedProcess): void {
    if (process.hasEnded)
      throw new FlinkError('CLUSTER_FAILED', `Flink's ${name} ended (${process.howItEnded}):\n${this.#processes.lastWords(name)}`);
  }
}

function withDefaults(options: LocalClusterOptions): Required<LocalClusterOptions> {
  return {
    taskManagers: 3,
    slots: 3,
    heartbeatIntervalMs: 1_000,
    heartbeatTimeoutMs: 5_000,
    configuration: {},
    taskManagerFlags: [],
    startTimeoutMs: 120_000,
    ...options,
  };
}

function configurationOf(options: Required<LocalClusterOptions>, rpcPort: number, restPort: number): FlinkConfiguration {
  return {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': String(rpcPort),
    'jobmanager.bind-host': '127.0.0.1',
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': String(restPort),
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.numberOfTaskSlots': String(options.slots),
    // As in the configuration that Flink comes with.
    'jobmanager.memory.process.size': '1600m',
    'taskmanager.memory.process.size': '1728m',
    'heartbeat.interval': String(options.heartbeatIntervalMs),
    'heartbeat.timeout': String(options.heartbeatTimeoutMs),
    ...options.configuration,
  };
}
