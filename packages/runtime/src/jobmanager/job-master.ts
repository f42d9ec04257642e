import type { EngineEvent, ExceptionInfo, JobInfo, JobStatus } from '@weir/protocol';
import type { CompletedCheckpoint, TriggerOptions } from '../checkpoint/checkpoint-coordinator.js';
import type { RestorePoint } from '../checkpoint/checkpoint-restore.js';
import type { CheckpointStorage, OpenOperatorState } from '../checkpoint/checkpoint-storage.js';
import type { Cancellable, Clock } from '../common/clock.js';
import { WeirError } from '../common/errors.js';
import { externalPath } from '../common/external-path.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';
import type { ToJobManager } from '../rpc/taskmanager-messages.js';
import { ExecutionDeployer } from './execution-deployer.js';
import { ExecutionGraph, undeployedVertices } from './execution-graph.js';
import { JobCheckpoints } from './job-checkpoints.js';
import { exceptionFrom, exceptionOf, failureFrom, type JobFailure, jobManagerLoss, TaskFailure, taskManagerLoss } from './job-failure.js';
import type { JobHistory } from './job-history.js';
import { jobInfo } from './job-info.js';
import type { JobRecord, JobResult } from './job-record.js';
import { DamagedJobError, type FileJobStore } from './job-store.js';
import { RecoveryTracker } from './recovery-tracker.js';
import { ReplayPositions } from './replay-positions.js';
import type { ResourceManager } from './resource-manager.js';
import { createRestartStrategy, type RestartStrategy } from './restart-strategy.js';
import { allocateSlots } from './slot-pool.js';
import { WorkQueue } from './work-queue.js';

export interface JobMasterOptions {
  readonly record: JobRecord;
  readonly graph: JobGraph;
  readonly streamGraph: StreamGraph;
  readonly clock: Clock;
  readonly random: () => number;
  readonly storage: CheckpointStorage;
  readonly openState: OpenOperatorState;
  readonly checkpointDirectory: string;
  readonly store: FileJobStore;
  readonly history: JobHistory;
  readonly resources: ResourceManager;
  readonly emit: (event: EngineEvent) => void;
  readonly onChange: () => void;
  readonly onTerminal: () => void;
}

const RESULT_RETRY_MS = 1_000;
const REPLAY_CHECK_MS = 20;

/**
 * Runs one job: schedules its tasks, restarts them from the latest checkpoint when something fails, ends it.
 *
 * A failure of any task or TaskManager restarts all tasks: a keyed exchange joins them in one region. However many failures come before the
 * next deployment, they are one restart.
 */
export class JobMaster {
  readonly #options: JobMasterOptions;
  readonly #restartStrategy: RestartStrategy;
  readonly #checkpoints: JobCheckpoints;
  readonly #deployer: ExecutionDeployer;
  readonly #recovery: RecoveryTracker;
  readonly #positions: ReplayPositions;
  /** Its epoch grows with each failure that begins a restart and with cancellation. */
  readonly #work: WorkQueue;
  #execution: ExecutionGraph | undefined;
  /** The latest execution, also after it has ended. */
  #shown: ExecutionGraph | undefined;
  #status: JobStatus = 'INITIALIZING';
  #failure: string | undefined;
  #endTime = -1;
  /** From a failure until the tasks are being stopped: what else fails then is the same restart. */
  #restartQueued = false;
  /** How it ends is settled; nothing that comes later changes it. */
  #ending = false;
  #onEnded: () => void = ignore;
  readonly #ended = new Promise<void>((resolve) => {
    this.#onEnded = resolve;
  });
  #stopping = false;
  /** A barrier behind which sources emit nothing is on its way. */
  #sourcesStopped = false;
  #replayCheck: Cancellable | undefined;

  constructor(options: JobMasterOptions) {
    const { clock, record, resources } = options;
    const { checkpointing, restartStrategy } = record.configuration;
    this.#options = options;
    this.#restartStrategy = createRestartStrategy(restartStrategy, options.random);
    this.#work = new WorkQueue(clock, (error) => this.#failFrom(error));
    this.#deployer = new ExecutionDeployer(record, resources, clock);
    this.#recovery = new RecoveryTracker({ ...options, jobId: record.jobId });
    this.#positions = new ReplayPositions(2 * checkpointing.retained + 8);
    this.#checkpoints = new JobCheckpoints({
      ...options,
      noteCommittedBefore: (committedBefore) => options.store.save({ ...record, committedBefore }),
      onCompleted: (checkpoint) => {
        this.#positions.completed(checkpoint);
        resources.setStatus('healthy', () => true);
      },
      onFailure: (error) => this.#failFrom(error),
    });
  }

  get jobId(): string {
    return this.#options.record.jobId;
  }

  get status(): JobStatus {
    return this.#status;
  }

  get isTerminal(): boolean {
    return this.#status === 'FINISHED' || this.#status === 'FAILED' || this.#status === 'CANCELED';
  }

  get isRecovering(): boolean {
    return !this.isTerminal && this.#recovery.underWay;
  }

  /** First run of a new job. */
  start(): void {
    void this.#enter('CREATED');
    this.#work.do(() => this.#schedule(this.#work.epoch));
  }

  /** Goes on after the JobManager or the process ended: one restart, with the failure known beforehand. */
  recover(cause: string, failedAt: number): void {
    if (this.#options.history.lastStatus === 'CANCELLING') void this.cancel();
    else this.#restart(jobManagerLoss(cause, failedAt));
  }

  /** Throws an `IncompatibleStateError` if the newest checkpoint does not fit the job; damage is found when it is restored. */
  checkRestorable(): Promise<void> {
    return this.#checkpoints.checkRestorable();
  }

  // Scheduling

  async #schedule(epoch: number): Promise<void> {
    const { clock, graph, history, resources } = this.#options;
    try {
      await this.#work.waitFor(epoch, () => resources.whenComplete());
      if (epoch !== this.#work.epoch) return;
      const slots = allocateSlots(graph, resources.places);
      const point = await this.#checkpoints.restore();
      if (epoch !== this.#work.epoch) return;
      this.#recovery.enter('checkpoint-chosen', point === undefined ? {} : { checkpointId: point.metadata.checkpointId });
      if (!resources.isComplete) {
        // One was lost meanwhile; nothing of this attempt runs yet.
        this.#work.do(() => this.#schedule(epoch));
        return;
      }
      const execution = new ExecutionGraph(graph, history.numRestarts, slots, clock.now());
      const deploy = this.#deployer.prepare(execution, point);
      this.#execution = execution;
      this.#shown = execution;
      // Not waited for: a TaskManager that is lost between the look at them above and the deployment would be noticed by nobody.
      if (point !== undefined) void this.#noteRestored(point).catch(ignore);
      this.#positions.restored(point?.metadata.checkpointId);
      this.#recovery.enter('restoring');
      deploy();
      this.#options.onChange();
    } catch (error) {
      if (epoch === this.#work.epoch) this.#failFrom(error);
    }
  }

  #noteRestored({ directory, metadata }: RestorePoint): Promise<void> {
    return this.#options.history.restored({
      id: metadata.checkpointId,
      restoreTimestamp: this.#options.clock.now(),
      isSavepoint: metadata.isSavepoint,
      externalPath: externalPath(directory),
    });
  }

  // Messages of TaskManagers

  receive(taskManagerId: string, message: ToJobManager): void {
    if (message.type === 'execution-cancelled') {
      const { jobId, attempt } = message.execution;
      if (jobId === this.jobId && attempt === this.#execution?.attempt) this.#deployer.cancelled(taskManagerId);
      return;
    }
    const execution = this.#execution;
    if (execution === undefined) return;
    if (message.type === 'heartbeat') {
      execution.setCounters(message.counters);
      this.#checkReplay();
      return;
    }
    if (message.type === 'register' || message.execution.jobId !== this.jobId || message.execution.attempt !== execution.attempt) return;
    switch (message.type) {
      case 'task-state':
        this.#taskState(execution, message, taskManagerId);
        break;
      case 'acknowledge-checkpoint':
        this.#checkpoints.acknowledge(message);
        break;
      case 'decline-checkpoint':
        this.#checkpoints.decline(message);
        break;
      case 'input-ended':
        this.#inputEnded(execution, message.vertexId, message.subtask);
        break;
    }
  }

  #taskState(execution: ExecutionGraph, message: Extract<ToJobManager, { type: 'task-state' }>, taskManagerId: string): void {
    const task = execution.find(message.vertexId, message.subtask);
    if (task === undefined || task.isTerminal) return;
    task.enter(message.state, message.at);
    if (message.state === 'FAILED' && message.error !== undefined) {
      const name = `${task.vertex.name} (${task.subtask + 1}/${task.vertex.parallelism})`;
      this.#failFrom(new TaskFailure(message.error, name, taskManagerId));
    } else if (message.state === 'RUNNING' && execution.all('RUNNING')) {
      this.#allRunning(execution);
    } else if (message.state === 'FINISHED' && execution.all('FINISHED')) {
      this.#end({ state: 'FINISHED', endTime: this.#options.clock.now() });
    }
    this.#options.onChange();
  }

  #allRunning(execution: ExecutionGraph): void {
    this.#sourcesStopped = false;
    this.#recovery.enter('replaying');
    void this.#enter('RUNNING');
    const onStop = () => {
      this.#sourcesStopped = true;
    };
    this.#checkpoints.start(this.#deployer.checkpointTasks(execution, onStop));
    this.#checkReplay();
  }

  /** All input is through: one more checkpoint, whose commit makes all output visible, then the end. */
  #inputEnded(execution: ExecutionGraph, vertexId: string, subtask: number): void {
    const task = execution.find(vertexId, subtask);
    if (task === undefined) return;
    task.inputEnded = true;
    if (!execution.inputEnded || this.#stopping) return;
    const { epoch } = this.#work;
    const attempt = (): void => {
      if (epoch !== this.#work.epoch || this.#ending) return;
      this.#checkpoints.trigger({ savepoint: false, stop: false }).then(
        () => this.#finishTasks(execution, epoch),
        () => this.#options.clock.schedule(1_000, attempt),
      );
    };
    attempt();
  }

  #finishTasks(execution: ExecutionGraph, epoch: number): void {
    if (epoch === this.#work.epoch) this.#deployer.broadcast(execution, (id) => ({ type: 'finish', execution: id }));
  }

  // Failure and recovery

  taskManagerLost(id: string, reason: string, at: number): void {
    this.#deployer.cancelled(id);
    if (this.#ending || this.#status === 'CANCELLING') return;
    const used = this.#execution?.executions.some((task) => task.slot.taskManagerId === id && !task.isTerminal) ?? false;
    if (used) this.#restart(taskManagerLoss(this.#options.clock.now(), id, reason, at));
  }

  /** A line that closes says that a TaskManager is lost, not why; the reason comes a moment later. */
  taskManagerEnded(id: string, reason: string): void {
    const latest = this.#options.history.exceptions[0];
    if (latest?.taskManagerId !== id || latest.name !== 'TaskManagerLostError') return;
    const exception = exceptionOf(this.#options.clock.now(), 'TaskManagerEndedError', `${id} ended: ${reason}`);
    void this.#record({ ...exception, taskManagerId: id }).catch(ignore);
  }

  #failFrom(thrown: unknown): void {
    const { clock, record } = this.#options;
    this.#restart(failureFrom(clock.now(), thrown, record.configuration.failOnUserException));
  }

  #restart(failure: JobFailure): void {
    const { clock, history, resources } = this.#options;
    if (this.#ending || this.#status === 'CANCELLING' || this.#status === 'FAILING') return;
    void this.#record(failure.exception).catch(ignore);
    if (this.#restartQueued && !failure.final) return;
    const now = clock.now();
    const delay = failure.final ? undefined : (this.#restartStrategy.onFailure(now) ?? (failure.ofJobManager === true ? 0 : undefined));
    const epoch = this.#work.nextEpoch();
    this.#stopping = false;
    this.#positions.failed(this.#execution?.executions ?? []);
    if (delay === undefined) {
      void this.#enter('FAILING');
      this.#work.do(() => this.#fail(failure));
      return;
    }
    void this.#enter('RESTARTING', failure.message);
    const noted = history.restart(now).catch(ignore);
    this.#recovery.begin(history.numRestarts, failure, now);
    resources.setStatus('recovering', (id) => id !== failure.taskManagerId);
    this.#restartQueued = true;
    this.#work.do(async () => {
      this.#restartQueued = false;
      await this.#stopTasks(`the job failed: ${failure.message}`);
      // Its number is that of the attempt: a JobManager after this one must not use it again.
      await noted;
      const waited = clock.now() - now;
      if (waited < delay) await this.#work.waitFor(epoch, () => this.#work.delay(delay - waited));
      if (epoch === this.#work.epoch) await this.#schedule(epoch);
    });
  }

  async #fail(failure: JobFailure): Promise<void> {
    await this.#stopTasks(failure.message);
    this.#failure = failure.message;
    this.#end({
      state: 'FAILED',
      endTime: this.#options.clock.now(),
      failure: failure.message,
      ...(failure.checkpointsDamaged === true ? { checkpointsDamaged: true } : {}),
    });
  }

  /** Ends checkpoints and all tasks; resolves once nothing of the execution runs or writes any more. */
  async #stopTasks(reason: string): Promise<void> {
    const { clock, onChange, resources } = this.#options;
    const execution = this.#execution;
    const suspended = this.#checkpoints.suspend(reason);
    if (execution !== undefined) {
      const cancelled = this.#deployer.cancel(execution);
      execution.endAll('CANCELED', clock.now());
      onChange();
      await cancelled;
      this.#positions.failed(execution.executions);
    }
    this.#execution = undefined;
    resources.setUsedSlots(new Map());
    await suspended;
  }

  /** Looks whether the sources are where they were before the failure; looks again soon if they are not. */
  #checkReplay(): void {
    if (!this.#recovery.underWay || this.#status !== 'RUNNING') return;
    this.#replayCheck?.cancel();
    if (this.#positions.isBehind(this.#execution?.executions ?? [])) {
      this.#replayCheck = this.#options.clock.schedule(REPLAY_CHECK_MS, () => this.#checkReplay());
      return;
    }
    const { replayed } = this.#positions;
    const failed = this.#recovery.complete(replayed === undefined ? {} : { recordsReplayed: replayed })?.taskManagerId;
    this.#positions.caughtUp();
    this.#options.resources.setStatus('recovered', () => true);
    if (failed !== undefined) this.#options.resources.setStatus('restarted', (id) => id === failed);
    this.#options.onChange();
  }

  // Commands

  triggerCheckpoint(options: TriggerOptions): Promise<CompletedCheckpoint> {
    if (this.#status !== 'RUNNING') {
      return Promise.reject(new WeirError('NOT_RUNNING', `the job is ${this.#status}: checkpoints are taken only while it is RUNNING.`));
    }
    return this.#checkpoints.trigger(options);
  }

  /** With a savepoint; `drain` lets the sources end first as if their input had. */
  async stop(drain: boolean, targetDirectory: string | undefined): Promise<CompletedCheckpoint> {
    const execution = this.#execution;
    if (execution === undefined || this.#status !== 'RUNNING') {
      throw new WeirError('NOT_RUNNING', `the job is ${this.#status}: it can be stopped only while it is RUNNING.`);
    }
    const { epoch } = this.#work;
    this.#stopping = true;
    try {
      if (drain) await this.#drain(execution, epoch);
      const savepoint = await this.triggerCheckpoint({
        savepoint: true,
        stop: true,
        ...(targetDirectory === undefined ? {} : { targetDirectory }),
      });
      this.#finishTasks(execution, epoch);
      await this.#stopped(epoch, savepoint);
      return savepoint;
    } catch (error) {
      this.#stopping = false;
      // Sources that stopped behind a savepoint that failed would never go on: begin anew from the latest checkpoint.
      if (epoch === this.#work.epoch && (drain || this.#sourcesStopped)) this.#failFrom(error);
      throw error;
    }
  }

  async #drain(execution: ExecutionGraph, epoch: number): Promise<void> {
    this.#deployer.broadcast(execution, (id) => ({ type: 'drain', execution: id }));
    while (epoch === this.#work.epoch && !execution.inputEnded) {
      await this.#work.delay(10);
    }
    if (epoch !== this.#work.epoch) throw new WeirError('JOB_FAILED', 'the job failed while it was drained');
  }

  /** The end of the job is on disk, or it goes on for a failure in between: whoever is told that it has stopped can rely on it. */
  async #stopped(epoch: number, savepoint: CompletedCheckpoint): Promise<void> {
    await this.#work.waitFor(epoch, () => this.#ended);
    if (this.#status === 'FINISHED') return;
    throw new WeirError(
      'JOB_FAILED',
      `the savepoint ${savepoint.directory} was taken, but the job failed before it had stopped: it goes on`,
    );
  }

  /** Resolves once that is noted, so that a JobManager after this one carries it out. */
  async cancel(): Promise<void> {
    if (this.#ending || this.#status === 'CANCELLING') return;
    this.#work.nextEpoch();
    const noted = this.#enter('CANCELLING');
    this.#work.do(async () => {
      await this.#stopTasks('the job was cancelled');
      this.#end({ state: 'CANCELED', endTime: this.#options.clock.now() });
    });
    await noted;
  }

  // Bookkeeping

  /** The result stands on disk before anything else is done about the end: a job that has ended never runs again. */
  #end(result: JobResult): void {
    this.#ending = true;
    const suspended = this.#checkpoints.suspend(`the job is ${result.state}`);
    this.#work.do(async () => {
      await suspended;
      const { state, endTime, failure } = await this.#store(result);
      await this.#checkpoints.close().catch(ignore);
      this.#execution = undefined;
      this.#endTime = endTime;
      this.#options.resources.setUsedSlots(new Map());
      void this.#enter(state, failure);
      this.#onEnded();
      this.#options.onTerminal();
    });
  }

  /** Until it is stored: a disk that is full has room again some time. */
  async #store(result: JobResult): Promise<JobResult> {
    const { clock, store } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await store.finish(this.jobId, result);
      } catch (error) {
        if (error instanceof DamagedJobError) return result;
        if (attempt === 1) void this.#record(exceptionFrom(clock.now(), error)).catch(ignore);
        await this.#work.delay(RESULT_RETRY_MS);
      }
    }
  }

  /** Resolves once it is noted, as far as the disk lets it. */
  #enter(status: JobStatus, reason?: string): Promise<void> {
    this.#status = status;
    const at = this.#options.clock.now();
    const noted = this.#options.history.status(at, status).catch(ignore);
    this.#options.emit({ type: 'job-status', at, jobId: this.jobId, status, ...(reason === undefined ? {} : { reason }) });
    this.#options.onChange();
    return noted;
  }

  async #record(exception: ExceptionInfo): Promise<void> {
    await this.#options.history.exception(exception);
    this.#options.onChange();
  }

  info(): JobInfo {
    const { checkpointDirectory, clock, graph, history, record } = this.#options;
    return jobInfo(record, history, checkpointDirectory, {
      state: this.#status,
      endTime: this.#endTime,
      vertices: this.#shown?.vertexInfos(clock.now()) ?? undeployedVertices(graph),
      failure: this.#failure,
      overdueCommit: this.#checkpoints.overdueCommit,
    });
  }
}

function ignore(): void {}
