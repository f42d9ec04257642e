import type { CommandResult, EngineCommand, EngineEvent, JobInfo } from '@weir/protocol';
import type { JobDefinition } from '../api/job.js';
import { CheckpointFailedError } from '../checkpoint/checkpoint-coordinator.js';
import type { CheckpointStorage, OpenOperatorState } from '../checkpoint/checkpoint-storage.js';
import type { Clock } from '../common/clock.js';
import { WeirError } from '../common/errors.js';
import { externalPath } from '../common/external-path.js';
import { buildStreamGraph } from '../graph/environment.js';
import { createJobGraph } from '../graph/job-graph.js';
import type { ToJobManager } from '../rpc/taskmanager-messages.js';
import { JobHistory } from './job-history.js';
import { archivedJob } from './job-info.js';
import { JobMaster } from './job-master.js';
import type { JobRecord } from './job-record.js';
import type { FileJobStore } from './job-store.js';
import type { ResourceManager } from './resource-manager.js';
import { allocateSlots } from './slot-pool.js';

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly store: FileJobStore;
  readonly storage: CheckpointStorage;
  readonly openState: OpenOperatorState;
  readonly checkpointDirectory: string;
  readonly resources: ResourceManager;
  readonly loadJob: (bundle: string) => Promise<JobDefinition<unknown>>;
  readonly emit: (event: EngineEvent) => void;
  readonly onChange: () => void;
}

/** Takes jobs in, keeps the master of each, and hands commands and messages to them. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #masters = new Map<string, JobMaster>();
  /** Ids of the masters, and of those that are being made. */
  readonly #taken = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  /** Jobs that ended before this JobManager began. */
  readonly #archived = new Map<string, JobInfo>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Reads what is remembered of jobs that have ended. */
  async open(): Promise<void> {
    const { checkpointDirectory, store } = this.#options;
    for (const listing of await store.list()) {
      if (listing.damage !== undefined || listing.result === undefined) continue;
      const history = new JobHistory(store, listing.jobId);
      await history.load();
      this.#archived.set(listing.jobId, archivedJob(listing.job, listing.result, history, checkpointDirectory));
    }
  }

  /** A new job. Rejects if it cannot be built or does not fit. */
  submit(record: JobRecord): Promise<void> {
    return this.#take(record, (master) => master.start());
  }

  /** A job that ran until the JobManager or the process ended. Rejects if it had ended before that, or is there already. */
  recover(record: JobRecord, cause: string, failedAt: number): Promise<void> {
    return this.#take(record, (master) => master.recover(cause, failedAt));
  }

  /** One after the other, so that of two that come at once the second sees the first. */
  #take(record: JobRecord, begin: (master: JobMaster) => void): Promise<void> {
    const taken = this.#last.then(() => this.#takeAlone(record, begin));
    this.#last = taken.catch(() => {});
    return taken;
  }

  async #takeAlone(given: JobRecord, begin: (master: JobMaster) => void): Promise<void> {
    const { jobId } = given;
    if (this.#taken.has(jobId)) throw new WeirError('DUPLICATE_JOB', `job ${jobId} is there already: it was submitted or resumed twice.`);
    this.#taken.add(jobId);
    try {
      // Whoever asks may not know it: a JobManager can be lost between the note of a job's end and any word of it.
      const stored = await this.#options.store.load(jobId);
      if (stored?.result !== undefined) throw new WeirError('NOT_RESUMABLE', `job ${jobId} has ended: it never runs again.`);
      const committedBefore = stored?.job.committedBefore;
      const record = committedBefore === undefined ? given : { ...given, committedBefore };
      const master = await this.#create(record);
      await master.checkRestorable();
      this.#checkNoneRuns();
      await this.#options.store.save(record);
      this.#masters.set(jobId, master);
      begin(master);
    } catch (error) {
      this.#taken.delete(jobId);
      throw error;
    }
  }

  /** A TaskManager runs the tasks of one job: a second one would end the first without a word. */
  #checkNoneRuns(): void {
    const running = [...this.#masters.values()].find((master) => !master.isTerminal);
    if (running !== undefined)
      throw new WeirError('JOB_RUNNING', `job ${running.jobId} is ${running.status}: one job at a time runs in a cluster.`);
  }

  async #create(record: JobRecord): Promise<JobMaster> {
    const definition = await this.#options.loadJob(record.bundleFile);
    const streamGraph = buildStreamGraph(definition, record.parameters, record.configuration.parallelism);
    const graph = createJobGraph(record.name, streamGraph);
    allocateSlots(graph, this.#options.resources.places);
    const history = new JobHistory(this.#options.store, record.jobId);
    await history.load();
    return new JobMaster({ ...this.#options, record, graph, streamGraph, history, onTerminal: () => this.#jobEnded() });
  }

  #jobEnded(): void {
    this.#settle();
    this.#options.onChange();
  }

  taskManagerRegistered(): void {
    this.#settle();
  }

  /** While a job recovers, its recovery says what a TaskManager is. */
  #settle(): void {
    if ([...this.#masters.values()].every((master) => !master.isRecovering)) this.#options.resources.settle();
  }

  receive(taskManagerId: string, message: ToJobManager): void {
    for (const master of this.#masters.values()) master.receive(taskManagerId, message);
  }

  taskManagerLost(id: string, reason: string, at: number): void {
    for (const master of this.#masters.values()) master.taskManagerLost(id, reason, at);
  }

  taskManagerEnded(id: string, reason: string): void {
    for (const master of this.#masters.values()) master.taskManagerEnded(id, reason);
  }

  async execute(command: Exclude<EngineCommand, { type: 'fail-taskmanager' | 'fail-jobmanager' }>): Promise<CommandResult> {
    const master = this.#masters.get(command.jobId);
    if (master === undefined) {
      return this.#archived.has(command.jobId)
        ? { ok: false, code: 'CONFLICT', message: `Job ${command.jobId} has ended.` }
        : { ok: false, code: 'NOT_FOUND', message: `There is no job ${command.jobId}.` };
    }
    try {
      switch (command.type) {
        case 'trigger-checkpoint':
          return completed(await master.triggerCheckpoint({ savepoint: false, stop: false }));
        case 'trigger-savepoint':
          return completed(await master.triggerCheckpoint({ savepoint: true, stop: false, ...target(command) }));
        case 'stop':
          return completed(await master.stop(command.drain, command.targetDirectory));
        case 'cancel':
          if (master.isTerminal) return { ok: false, code: 'CONFLICT', message: `Job ${command.jobId} has ended: it is ${master.status}.` };
          await master.cancel();
          return { ok: true };
      }
    } catch (error) {
      const code = error instanceof WeirError && error.code === 'NOT_RUNNING' ? 'CONFLICT' : 'FAILED';
      return { ok: false, code, message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** A last checkpoint of each job that runs; the jobs stay as they are, to be resumed. */
  async quiesce(): Promise<void> {
    await Promise.all(
      [...this.#masters.values()].map(async (master) => {
        if (master.status !== 'RUNNING') return;
        try {
          await master.triggerCheckpoint({ savepoint: false, stop: false });
        } catch (error) {
          if (!(error instanceof CheckpointFailedError) && !(error instanceof WeirError)) throw error;
        }
      }),
    );
  }

  jobs(): JobInfo[] {
    const running = [...this.#masters.values()].map((master) => master.info());
    const ended = [...this.#archived.values()].filter((job) => !this.#masters.has(job.id));
    return [...running, ...ended].sort((a, b) => b.startTime - a.startTime);
  }
}

function completed(checkpoint: { readonly id: number; readonly directory: string }): CommandResult {
  return { ok: true, checkpointId: checkpoint.id, externalPath: externalPath(checkpoint.directory) };
}

function target(command: { readonly targetDirectory?: string }): { readonly targetDirectory?: string } {
  return command.targetDirectory === undefined ? {} : { targetDirectory: command.targetDirectory };
}
