import type { EngineEvent, ExceptionInfo, JobInfo, JobStatus, RecoveryInfo, RecoveryPhase } from '@weir/protocol';
import { CheckpointCoordinator, type CompletedCheckpoint, type TriggerOptions } from '../checkpoint/checkpoint-coordinator.js';
import { CheckpointsDamagedError, checkNothingCommitted, chooseCheckpoint, type RestorePoint } from '../checkpoint/checkpoint-restore.js';
import type { CheckpointMetadata, CheckpointStorage, OpenOperatorState } from '../checkpoint/checkpoint-storage.js';
import type { PendingCheckpoint } from '../checkpoint/pending-checkpoint.js';
import { SinkCommitters } from '../checkpoint/sink-committers.js';
import { checkCompatible } from '../checkpoint/state-assignment.js';
import type { Cancellable, Clock } from '../common/clock.js';
import { IncompatibleStateError, type SerializedError, serializeError, WeirError } from '../common/errors.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';
import type { ExecutionId, ToJobManager } from '../rpc/taskmanager-messages.js';
import { checkpointConfigInfo } from './archived-job.js';
import { createDeployments } from './deployment.js';
import { ExecutionGraph } from './execution-graph.js';
import type { JobHistory } from './job-history.js';
import type { JobRecord, JobResult } from './job-record.js';
import { DamagedJobError, type FileJobStore } from './job-store.js';
import type { ResourceManager } from './resource-manager.js';
import { createRestartStrategy, type RestartStrategy } from './restart-strategy.js';
import { allocateSlots } from './slot-pool.js';

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

/** A task threw: what it says is the user's, or the engine's about the user's data. */
class TaskFailure {
  readonly error: SerializedError;
  readonly task: string;
  readonly taskManagerId: string;

  constructor(error: SerializedError, task: string, taskManagerId: string) {
    this.error = error;
    this.task = task;
    this.taskManagerId = taskManagerId;
  }
}

interface Failure {
  readonly message: string;
  readonly exception: ExceptionInfo;
  /** When it happened, as opposed to when it was noticed. */
  readonly at: number;
  readonly taskManagerId?: string;
  /** No restart can help, or none is wanted. */
  readonly final: boolean;
  readonly checkpointsDamaged?: boolean;
  /** Not the job's failure: whatever the restart strategy says, it goes on. */
  readonly ofJobManager?: boolean;
}

type Work = () => Promise<void>;

/** A TaskManager that has not ended its tasks by then (user code that does not return from `close`) is ended itself, as in Flink. */
const CANCELLATION_TIMEOUT_MS = 15_000;
const RESULT_RETRY_MS = 1_000;

/**
 * Runs one job: schedules its tasks, restarts them from the latest checkpoint when something fails, ends it.
 *
 * A failure of any task or TaskManager restarts all tasks: a keyed exchange joins them in one region. However many failures come before the
 * next deployment, they are one restart.
 */
export class JobMaster {
  readonly #options: JobMasterOptions;
  readonly #restartStrategy: RestartStrategy;
  readonly #committers: SinkCommitters;
  #committersOpen = false;
  #coordinator: CheckpointCoordinator | undefined;
  #execution: ExecutionGraph | undefined;
  /** The latest execution, also after it has ended. */
  #shown: ExecutionGraph | undefined;
  #status: JobStatus = 'INITIALIZING';
  #failure: string | undefined;
  #damaged = false;
  #endTime = -1;
  #recovery: RecoveryInfo | undefined;
  /** Grows with each failure that begins a restart and with cancellation: work begun under another number stops. */
  #epoch = 0;
  #work: Promise<void> = Promise.resolve();
  /** From a failure until the tasks are being stopped: what else fails then is the same restart. */
  #restartQueued = false;
  /** End waits for what may take long: time, TaskManagers. */
  readonly #interrupts = new Set<() => void>();
  /** How it ends is settled; nothing that comes later changes it. */
  #ending = false;
  #onEnded: () => void = ignore;
  readonly #ended = new Promise<void>((resolve) => {
    this.#onEnded = resolve;
  });
  /** TaskManagers that still have to say that nothing of the last execution runs there. */
  readonly #cancelling = new Set<string>();
  #cancelled: (() => void) | undefined;
  #stopping = false;
  /** A barrier behind which sources emit nothing is on its way. */
  #sourcesStopped = false;
  #replayCheck: Cancellable | undefined;
  /** Records that each source subtask has emitted since the job began, as of the restored checkpoint; and how far it had come before the failure. */
  #emittedBase = new Map<string, number>();
  #replayUntil = new Map<string, number>();
  readonly #checkpointPositions = new Map<number, ReadonlyMap<string, number>>();

  constructor(options: JobMasterOptions) {
    this.#options = options;
    this.#restartStrategy = createRestartStrategy(options.record.configuration.restartStrategy, options.random);
    this.#committers = new SinkCommitters(options.streamGraph, {
      jobId: options.record.jobId,
      lineage: options.record.lineage,
      openState: options.openState,
      onCommitted: (uid, checkpointId, records, total) => {
        const at = options.clock.now();
        void options.history.committed(at, uid, total).catch(ignore);
        options.emit({ type: 'committed', at, jobId: this.jobId, uid, checkpointId, records });
        options.onChange();
      },
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

  /** First run of a new job. */
  start(): void {
    void this.#enter('CREATED');
    this.#do(() => this.#schedule(this.#epoch));
  }

  /** Goes on after the JobManager or the process ended: one restart, with the failure known beforehand. */
  recover(cause: string, failedAt: number): void {
    if (this.#options.history.lastStatus === 'CANCELLING') {
      void this.cancel();
      return;
    }
    this.#restart({
      message: cause,
      at: failedAt,
      final: false,
      ofJobManager: true,
      exception: { at: failedAt, name: 'JobManagerLostError', message: cause, stack: cause },
    });
  }

  /** Throws an `IncompatibleStateError` if the newest checkpoint does not fit the job; damage is found when it is restored. */
  async checkRestorable(): Promise<void> {
    const { graph, record, storage } = this.#options;
    const newest = (await storage.list(record.jobId)).find((checkpoint) => checkpoint.hasMetadata)?.directory ?? record.restoreFrom;
    if (newest === undefined) return;
    try {
      checkCompatible(graph, { directory: newest, metadata: await storage.readMetadata(newest), passedOver: [] });
    } catch (error) {
      if (error instanceof IncompatibleStateError) throw error;
    }
  }

  // Scheduling

  async #schedule(epoch: number): Promise<void> {
    const { clock, graph, history, record, resources } = this.#options;
    try {
      await this.#waitFor(epoch, () => resources.whenComplete());
      if (epoch !== this.#epoch) return;
      const slots = allocateSlots(graph, resources.places);
      const point = await this.#chooseRestorePoint();
      if (epoch !== this.#epoch) return;
      if (this.#recovery !== undefined) {
        this.#phase('checkpoint-chosen', point === undefined ? {} : { checkpointId: point.metadata.checkpointId });
      }
      if (!resources.isComplete) {
        // One was lost meanwhile; nothing of this attempt runs yet.
        this.#do(() => this.#schedule(epoch));
        return;
      }
      const execution = new ExecutionGraph(graph, history.numRestarts, slots, clock.now());
      const deployments = createDeployments(execution, point, (id) => resources.connection(id)?.doorbell ?? missingDoorbell(id));
      this.#execution = execution;
      this.#shown = execution;
      if (point !== undefined) {
        // Not waited for: a TaskManager that is lost between the look at them above and the deployment would be noticed by nobody.
        const restored = {
          id: point.metadata.checkpointId,
          restoreTimestamp: clock.now(),
          isSavepoint: point.metadata.isSavepoint,
          externalPath: `file:${point.directory}`,
        };
        void history.restored(restored).catch(ignore);
      }
      this.#resetPositions(point);
      this.#phase('restoring');
      const used = new Map<string, Set<number>>();
      for (const [id, tasks] of deployments) used.set(id, new Set(tasks.map((task) => task.slot)));
      resources.setUsedSlots(new Map([...used].map(([id, numbers]) => [id, numbers.size])));
      const job = {
        jobId: record.jobId,
        lineage: record.lineage,
        bundle: record.bundleFile,
        parameters: record.parameters,
        parallelism: record.configuration.parallelism,
        mode: record.configuration.checkpointing.mode,
        latencyTrackingInterval: record.configuration.latencyTrackingInterval,
      };
      for (const task of execution.executions) {
        task.enter('SCHEDULED', clock.now());
        task.enter('DEPLOYING', clock.now());
      }
      for (const [id, tasks] of deployments)
        resources.connection(id)?.send({ type: 'deploy', execution: this.#executionId(execution), job, tasks });
      this.#options.onChange();
    } catch (error) {
      if (epoch === this.#epoch) this.#failFrom(error);
    }
  }

  async #chooseRestorePoint(): Promise<RestorePoint | undefined> {
    const { checkpointDirectory, graph, history, record, storage } = this.#options;
    await this.#openCommitters();
    const inDirectory = (await storage.list(record.jobId)).filter((checkpoint) => checkpoint.hasMetadata);
    const candidates = new Map(inDirectory.map(({ id, directory }) => [id, directory]));
    // One that is remembered as retained but not there any more is damaged, not absent; one from another directory is where it was.
    for (const { id, externalPath } of history.retained) {
      if (externalPath !== undefined && !candidates.has(id)) candidates.set(id, externalPath.replace(/^file:/, ''));
    }
    const ordered = [...candidates].map(([id, directory]) => ({ id, directory })).sort((a, b) => b.id - a.id);
    // Sinks commit with a savepoint too, so one that is newer than every checkpoint is what to go on from.
    const { latestSavepoint } = history.checkpoints;
    const newer = latestSavepoint !== undefined && latestSavepoint.id > (ordered[0]?.id ?? 0) ? latestSavepoint : undefined;
    const savepoint = newer === undefined ? [] : [{ id: newer.id, directory: (newer.externalPath ?? '').replace(/^file:/, '') }];
    let point = await chooseCheckpoint(storage, [...savepoint, ...ordered], this.#committers.committedUpTo);
    if (point === undefined && record.restoreFrom !== undefined) {
      point = await chooseCheckpoint(storage, [{ id: 0, directory: record.restoreFrom }], 0);
    }
    if (point === undefined) checkNothingCommitted(`${checkpointDirectory}/${record.jobId}`, this.#committers.committedUpTo);
    if (point !== undefined) {
      checkCompatible(graph, point);
      for (const what of point.passedOver)
        void this.#record(exceptionOf(this.#options.clock.now(), 'CorruptCheckpointError', what)).catch(ignore);
      // It may have been completed but not committed before the failure.
      await this.#committers.commit(point.metadata.checkpointId, point.directory, point.metadata);
    }
    this.#coordinator ??= this.#createCoordinator(point, ordered);
    return point;
  }

  async #openCommitters(): Promise<void> {
    if (this.#committersOpen) return;
    const { clock, history } = this.#options;
    await this.#committers.open();
    for (const [uid, records] of this.#committers.committedRecords) {
      await history.commitBase(clock.now(), uid, records);
      // The thread may have ended after a commit and before that was noted.
      await history.committed(clock.now(), uid, records);
    }
    this.#committersOpen = true;
  }

  #createCoordinator(point: RestorePoint | undefined, completed: readonly { id: number; directory: string }[]): CheckpointCoordinator {
    const { clock, history, record, storage } = this.#options;
    const floor = Math.max(
      history.lastCheckpointId,
      record.nextCheckpointIdFloor - 1,
      point?.metadata.checkpointId ?? 0,
      this.#committers.committedUpTo,
      ...completed.map((checkpoint) => checkpoint.id),
    );
    return new CheckpointCoordinator({
      jobId: record.jobId,
      configuration: record.configuration.checkpointing,
      clock,
      storage,
      nextId: floor + 1,
      completed: completed.map(({ id, directory }) => ({ id, directory, isSavepoint: false, recordsOut: undefined })),
      onTriggered: (id) => history.triggered(clock.now(), id),
      onCheckpoint: (checkpoint) => {
        const noted = history.checkpoint(checkpoint);
        this.#options.emit({ type: 'checkpoint', at: clock.now(), jobId: record.jobId, checkpoint });
        this.#options.onChange();
        return noted;
      },
      onDiscarded: (id) => void this.#discarded(id).catch(ignore),
      metadataOf: (checkpoint) => this.#metadataOf(checkpoint),
      commit: async (id, directory, metadata) => {
        try {
          await this.#committers.commit(id, directory, metadata);
        } catch (error) {
          void this.#record(exceptionFrom(clock.now(), error)).catch(ignore);
          throw error;
        }
      },
      onCompleted: (checkpoint) => this.#checkpointCompleted(checkpoint),
      onTooManyFailures: (reason) => this.#failFrom(new WeirError('TOO_MANY_CHECKPOINT_FAILURES', reason)),
    });
  }

  async #discarded(id: number): Promise<void> {
    const at = this.#options.clock.now();
    const checkpoint = await this.#options.history.discarded(at, id);
    if (checkpoint === undefined) return;
    this.#options.emit({ type: 'checkpoint', at, jobId: this.jobId, checkpoint });
  }

  #metadataOf(checkpoint: PendingCheckpoint): CheckpointMetadata {
    const { graph, record } = this.#options;
    return {
      jobId: record.jobId,
      jobName: record.name,
      lineage: record.lineage,
      checkpointId: checkpoint.id,
      isSavepoint: checkpoint.isSavepoint,
      unaligned: record.configuration.checkpointing.unaligned && !checkpoint.isSavepoint,
      triggerTimestamp: checkpoint.triggeredAt,
      bundleHash: record.bundleHash,
      operators: graph.vertices.flatMap((vertex) =>
        vertex.operators.map((operator) => ({
          uid: operator.uid,
          name: operator.name,
          parallelism: vertex.parallelism,
          maxParallelism: operator.maxParallelism,
          handles: checkpoint.handlesOf(operator.uid),
        })),
      ),
      vertices: graph.vertices.map((vertex) => ({
        id: vertex.id,
        parallelism: vertex.parallelism,
        uids: vertex.operators.map((operator) => operator.uid),
      })),
    };
  }

  #checkpointCompleted(checkpoint: CompletedCheckpoint): void {
    const positions = new Map<string, number>();
    for (const [task, records] of checkpoint.recordsOut ?? []) positions.set(task, (this.#emittedBase.get(task) ?? 0) + records);
    this.#checkpointPositions.set(checkpoint.id, positions);
    for (const id of this.#checkpointPositions.keys()) {
      if (id < checkpoint.id - 2 * this.#options.record.configuration.checkpointing.retained - 8) this.#checkpointPositions.delete(id);
    }
    this.#options.resources.setStatus('healthy', () => true);
  }

  // Messages of TaskManagers

  receive(taskManagerId: string, message: ToJobManager): void {
    if (message.type === 'execution-cancelled') {
      const { jobId, attempt } = message.execution;
      if (jobId === this.jobId && attempt === this.#execution?.attempt) this.#noteCancelled(taskManagerId);
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
        this.#coordinator?.acknowledge(message.checkpointId, message.vertexId, message.subtask, message.states, message.figures);
        break;
      case 'decline-checkpoint':
        this.#coordinator?.decline(message.checkpointId, message.reason);
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
      this.#allRunning();
    } else if (message.state === 'FINISHED' && execution.all('FINISHED')) {
      this.#end({ state: 'FINISHED', endTime: this.#options.clock.now() });
    }
    this.#options.onChange();
  }

  #allRunning(): void {
    const { graph } = this.#options;
    const execution = this.#execution as ExecutionGraph;
    this.#sourcesStopped = false;
    this.#phase('replaying');
    void this.#enter('RUNNING');
    const broadcast = (message: (id: ExecutionId) => Parameters<NonNullable<ReturnType<ResourceManager['connection']>>['send']>[0]) => {
      const ids = new Set(execution.executions.map((task) => task.slot.taskManagerId));
      for (const id of ids) this.#options.resources.connection(id)?.send(message(this.#executionId(execution)));
    };
    this.#coordinator?.start({
      vertices: graph.vertices.map(({ id, parallelism }) => ({ id, parallelism })),
      trigger: (checkpointId, timestamp, flags, directory, stop) => {
        this.#sourcesStopped ||= stop;
        broadcast((id) => ({ type: 'trigger-checkpoint', execution: id, checkpointId, timestamp, flags, directory, stop }));
      },
      notifyComplete: (checkpointId) => broadcast((id) => ({ type: 'checkpoint-complete', execution: id, checkpointId })),
      notifyAborted: (checkpointId) => broadcast((id) => ({ type: 'checkpoint-aborted', execution: id, checkpointId })),
    });
    this.#checkReplay();
  }

  /** All input is through: one more checkpoint, whose commit makes all output visible, then the end. */
  #inputEnded(execution: ExecutionGraph, vertexId: string, subtask: number): void {
    const task = execution.find(vertexId, subtask);
    if (task === undefined) return;
    task.inputEnded = true;
    if (!execution.inputEnded || this.#stopping) return;
    const epoch = this.#epoch;
    const attempt = (): void => {
      if (epoch !== this.#epoch || this.#ending || this.#coordinator === undefined) return;
      this.#coordinator.trigger({ savepoint: false, stop: false }).then(
        () => this.#finishTasks(execution, epoch),
        () => this.#options.clock.schedule(1_000, attempt),
      );
    };
    attempt();
  }

  #finishTasks(execution: ExecutionGraph, epoch: number): void {
    if (epoch !== this.#epoch) return;
    const ids = new Set(execution.executions.map((task) => task.slot.taskManagerId));
    for (const id of ids) this.#options.resources.connection(id)?.send({ type: 'finish', execution: this.#executionId(execution) });
  }

  // Failure and recovery

  taskManagerLost(id: string, reason: string, at: number): void {
    this.#noteCancelled(id);
    if (this.#ending || this.#status === 'CANCELLING') return;
    const used = this.#execution?.executions.some((task) => task.slot.taskManagerId === id && !task.isTerminal) ?? false;
    if (!used) return;
    const message = `${id} was lost: ${reason}`;
    this.#restart({
      message,
      at,
      taskManagerId: id,
      final: false,
      exception: { ...exceptionOf(this.#options.clock.now(), 'TaskManagerLostError', message), taskManagerId: id },
    });
  }

  /** A line that closes says that a TaskManager is lost, not why; the reason comes a moment later. */
  taskManagerEnded(id: string, reason: string): void {
    const latest = this.#options.history.exceptions[0];
    if (latest?.taskManagerId !== id || latest.name !== 'TaskManagerLostError') return;
    const exception = exceptionOf(this.#options.clock.now(), 'TaskManagerEndedError', `${id} ended: ${reason}`);
    void this.#record({ ...exception, taskManagerId: id }).catch(ignore);
  }

  #failFrom(thrown: unknown): void {
    const at = this.#options.clock.now();
    if (thrown instanceof TaskFailure) {
      const { error, task, taskManagerId } = thrown;
      const unrecoverable = error.code === 'INCOMPATIBLE_STATE' || error.code === 'INVALID_CONFIGURATION';
      this.#restart({
        message: `${task} on ${taskManagerId}: ${error.name}: ${error.message}`,
        at,
        final: unrecoverable || this.#options.record.configuration.failOnUserException,
        exception: { at, name: error.name, message: error.message, stack: error.stack, task, taskManagerId },
      });
      return;
    }
    const damaged = thrown instanceof CheckpointsDamagedError;
    const final = damaged || thrown instanceof IncompatibleStateError || (thrown as WeirError).code === 'INVALID_CONFIGURATION';
    const exception = exceptionFrom(at, thrown);
    this.#restart({ message: exception.message, at, final, exception, checkpointsDamaged: damaged });
  }

  #restart(failure: Failure): void {
    if (this.#ending || this.#status === 'CANCELLING' || this.#status === 'FAILING') return;
    void this.#record(failure.exception).catch(ignore);
    if (this.#restartQueued && !failure.final) return;
    const now = this.#options.clock.now();
    const delay = failure.final ? undefined : (this.#restartStrategy.onFailure(now) ?? (failure.ofJobManager === true ? 0 : undefined));
    const epoch = this.#nextEpoch();
    this.#stopping = false;
    this.#notePositions();
    if (delay === undefined) {
      void this.#enter('FAILING');
      this.#do(() => this.#fail(failure));
      return;
    }
    void this.#enter('RESTARTING', failure.message);
    const noted = this.#options.history.restart(now).catch(ignore);
    this.#recovery = {
      number: this.#options.history.numRestarts,
      cause: failure.message,
      ...(failure.taskManagerId === undefined ? {} : { taskManagerId: failure.taskManagerId }),
      phases: { failed: Math.min(failure.at, now), detected: now },
    };
    this.#emitRecovery('failed', Math.min(failure.at, now));
    this.#emitRecovery('detected', now);
    this.#options.resources.setStatus('recovering', (id) => id !== failure.taskManagerId);
    this.#restartQueued = true;
    this.#do(async () => {
      this.#restartQueued = false;
      await this.#stopTasks(`the job failed: ${failure.message}`);
      // Its number is that of the attempt: a JobManager after this one must not use it again.
      await noted;
      const waited = this.#options.clock.now() - now;
      if (waited < delay) await this.#waitFor(epoch, () => this.#delay(delay - waited));
      if (epoch === this.#epoch) await this.#schedule(epoch);
    });
  }

  #nextEpoch(): number {
    for (const interrupt of this.#interrupts) interrupt();
    return ++this.#epoch;
  }

  /** Resolves with what `wait` begins, or as soon as the epoch is another. */
  async #waitFor(epoch: number, wait: () => Promise<void>): Promise<void> {
    if (epoch !== this.#epoch) return;
    let interrupt: () => void = ignore;
    const interrupted = new Promise<void>((resolve) => {
      interrupt = resolve;
    });
    this.#interrupts.add(interrupt);
    await Promise.race([wait(), interrupted]);
    this.#interrupts.delete(interrupt);
  }

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.schedule(ms, resolve));
  }

  async #fail(failure: Failure): Promise<void> {
    await this.#stopTasks(failure.message);
    this.#failure = failure.message;
    this.#damaged = failure.checkpointsDamaged === true;
    this.#end({
      state: 'FAILED',
      endTime: this.#options.clock.now(),
      failure: failure.message,
      ...(this.#damaged ? { checkpointsDamaged: true } : {}),
    });
  }

  /** Ends checkpoints and all tasks; resolves once nothing of the execution runs or writes any more. */
  async #stopTasks(reason: string): Promise<void> {
    const { clock, resources } = this.#options;
    const execution = this.#execution;
    const suspended = this.#coordinator?.suspend(reason);
    if (execution !== undefined) {
      const ids = new Set(execution.executions.map((task) => task.slot.taskManagerId));
      for (const id of ids) {
        const connection = resources.connection(id);
        if (connection === undefined) continue;
        this.#cancelling.add(id);
        connection.send({ type: 'cancel', execution: this.#executionId(execution) });
      }
      execution.endAll('CANCELED', clock.now());
      this.#options.onChange();
      if (this.#cancelling.size > 0) {
        const overdue = clock.schedule(CANCELLATION_TIMEOUT_MS, () => {
          for (const id of [...this.#cancelling]) resources.terminate(id, `it had not ended its tasks after ${CANCELLATION_TIMEOUT_MS} ms`);
        });
        await new Promise<void>((resolve) => {
          this.#cancelled = resolve;
        });
        overdue.cancel();
      }
    }
    this.#execution = undefined;
    resources.setUsedSlots(new Map());
    await suspended;
  }

  #noteCancelled(id: string): void {
    this.#cancelling.delete(id);
    if (this.#cancelling.size > 0) return;
    this.#cancelled?.();
    this.#cancelled = undefined;
  }

  // Replay: how far the sources had come, and whether they are there again

  #notePositions(): void {
    for (const task of this.#execution?.executions ?? []) {
      const key = `${task.vertex.id}:${task.subtask}`;
      const position = (this.#emittedBase.get(key) ?? 0) + task.metrics.recordsOut;
      if (isSource(task.vertex)) this.#replayUntil.set(key, Math.max(position, this.#replayUntil.get(key) ?? 0));
    }
  }

  #resetPositions(point: RestorePoint | undefined): void {
    this.#emittedBase = new Map(point === undefined ? [] : this.#checkpointPositions.get(point.metadata.checkpointId));
  }

  #checkReplay(): void {
    if (this.#recovery === undefined || this.#status !== 'RUNNING') return;
    const behind = this.#execution?.executions.some((task) => {
      const key = `${task.vertex.id}:${task.subtask}`;
      const until = this.#replayUntil.get(key);
      return until !== undefined && !task.inputEnded && (this.#emittedBase.get(key) ?? 0) + task.metrics.recordsOut < until;
    });
    this.#replayCheck?.cancel();
    if (behind === true) {
      this.#replayCheck = this.#options.clock.schedule(20, () => this.#checkReplay());
      return;
    }
    this.#phase('running');
    const failed = this.#recovery.taskManagerId;
    this.#recovery = undefined;
    this.#replayUntil = new Map();
    this.#options.resources.setStatus('recovered', () => true);
    if (failed !== undefined) this.#options.resources.setStatus('restarted', (id) => id === failed);
    this.#options.onChange();
  }

  #phase(phase: RecoveryPhase, more: Partial<RecoveryInfo> = {}): void {
    if (this.#recovery === undefined) return;
    const at = this.#options.clock.now();
    this.#recovery = { ...this.#recovery, ...more, phases: { ...this.#recovery.phases, [phase]: at } };
    this.#emitRecovery(phase, at);
  }

  #emitRecovery(phase: RecoveryPhase, at: number): void {
    const recovery = this.#recovery as RecoveryInfo;
    void this.#options.history.recovery(at, recovery).catch(ignore);
    this.#options.emit({ type: 'recovery', at, jobId: this.jobId, phase, recovery });
  }

  // Commands

  triggerCheckpoint(options: TriggerOptions): Promise<CompletedCheckpoint> {
    if (this.#coordinator === undefined || this.#status !== 'RUNNING') {
      return Promise.reject(new WeirError('NOT_RUNNING', `the job is ${this.#status}: checkpoints are taken only while it is RUNNING.`));
    }
    return this.#coordinator.trigger(options);
  }

  /** With a savepoint; `drain` lets the sources end first as if their input had. */
  async stop(drain: boolean, targetDirectory: string | undefined): Promise<CompletedCheckpoint> {
    const execution = this.#execution;
    if (execution === undefined || this.#status !== 'RUNNING') {
      throw new WeirError('NOT_RUNNING', `the job is ${this.#status}: it can be stopped only while it is RUNNING.`);
    }
    const epoch = this.#epoch;
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
      if (epoch === this.#epoch && (drain || this.#sourcesStopped)) this.#failFrom(error);
      throw error;
    }
  }

  async #drain(execution: ExecutionGraph, epoch: number): Promise<void> {
    const ids = new Set(execution.executions.map((task) => task.slot.taskManagerId));
    for (const id of ids) this.#options.resources.connection(id)?.send({ type: 'drain', execution: this.#executionId(execution) });
    while (epoch === this.#epoch && !execution.inputEnded) {
      await this.#delay(10);
    }
    if (epoch !== this.#epoch) throw new WeirError('JOB_FAILED', 'the job failed while it was drained');
  }

  /** The end of the job is on disk, or it goes on for a failure in between: whoever is told that it has stopped can rely on it. */
  async #stopped(epoch: number, savepoint: CompletedCheckpoint): Promise<void> {
    await this.#waitFor(epoch, () => this.#ended);
    if (this.#status === 'FINISHED') return;
    throw new WeirError(
      'JOB_FAILED',
      `the savepoint ${savepoint.directory} was taken, but the job failed before it had stopped: it goes on`,
    );
  }

  /** Resolves once that is noted, so that a JobManager after this one carries it out. */
  async cancel(): Promise<void> {
    if (this.#ending || this.#status === 'CANCELLING') return;
    this.#nextEpoch();
    const noted = this.#enter('CANCELLING');
    this.#do(async () => {
      await this.#stopTasks('the job was cancelled');
      this.#end({ state: 'CANCELED', endTime: this.#options.clock.now() });
    });
    await noted;
  }

  // Bookkeeping

  /** The result stands on disk before anything else is done about the end: a job that has ended never runs again. */
  #end(result: JobResult): void {
    this.#ending = true;
    const suspended = this.#coordinator?.suspend(`the job is ${result.state}`);
    this.#do(async () => {
      await suspended;
      const { state, endTime, failure } = await this.#store(result);
      await this.#committers.close().catch(ignore);
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
        await this.#delay(RESULT_RETRY_MS);
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

  /** One piece of work after the other; none of them may fail unnoticed. */
  #do(work: Work): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#failFrom(error);
    });
  }

  #executionId(execution: ExecutionGraph): ExecutionId {
    return { jobId: this.jobId, attempt: execution.attempt };
  }

  info(): JobInfo {
    const { checkpointDirectory, clock, graph, history, record } = this.#options;
    const { checkpointing, stateBackend } = record.configuration;
    const now = clock.now();
    const vertices = this.#shown?.vertexInfos(now) ?? emptyVertices(graph);
    return {
      id: record.jobId,
      lineage: record.lineage,
      name: record.name,
      state: this.#status,
      startTime: record.submittedAt,
      endTime: Math.round(this.#endTime),
      lastModification: history.lastModification,
      timestamps: history.timestamps,
      parallelism: record.configuration.parallelism,
      vertices,
      checkpointConfig: checkpointConfigInfo(checkpointing, stateBackend, checkpointDirectory),
      checkpoints: history.checkpoints,
      restartStrategy: this.#restartStrategy.description,
      numRestarts: history.numRestarts,
      exceptions: history.exceptions,
      recoveries: history.recoveries,
      committed: history.committedTotals,
      parameters: record.parameters,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }
}

function isSource(vertex: { readonly operators: readonly { readonly kind: string }[] }): boolean {
  return vertex.operators[0]?.kind === 'source';
}

function emptyVertices(graph: JobGraph): JobInfo['vertices'] {
  return new ExecutionGraph({ ...graph, vertices: graph.vertices.map((vertex) => ({ ...vertex, parallelism: 0 })) }, 0, new Map(), 0)
    .vertexInfos(0)
    .map((vertex, index) => ({ ...vertex, parallelism: graph.vertices[index]?.parallelism ?? 0 }));
}

function exceptionOf(at: number, name: string, message: string): ExceptionInfo {
  return { at, name, message, stack: `${name}: ${message}` };
}

function exceptionFrom(at: number, thrown: unknown): ExceptionInfo {
  const { name, message, stack } = serializeError(thrown);
  return { at, name, message, stack };
}

function missingDoorbell(id: string): never {
  throw new WeirError('TASKMANAGER_LOST', `${id} was lost while the job was being deployed`);
}

function ignore(): void {}
