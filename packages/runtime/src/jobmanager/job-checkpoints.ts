import type { EngineEvent, OverdueCommit } from '@weir/protocol';
import {
  CheckpointCoordinator,
  CheckpointFailedError,
  type CheckpointTasks,
  type CompletedCheckpoint,
  type TriggerOptions,
} from '../checkpoint/checkpoint-coordinator.js';
import {
  checkNothingCommitted,
  checkNothingCommittedSince,
  chooseCheckpoint,
  type RestorePoint,
} from '../checkpoint/checkpoint-restore.js';
import type { CheckpointMetadata, CheckpointStorage, OpenOperatorState } from '../checkpoint/checkpoint-storage.js';
import { CommitWatch } from '../checkpoint/commit-watch.js';
import type { PendingCheckpoint } from '../checkpoint/pending-checkpoint.js';
import { restoreCandidates } from '../checkpoint/restore-candidates.js';
import { SinkCommitters } from '../checkpoint/sink-committers.js';
import { checkCompatible } from '../checkpoint/state-assignment.js';
import type { Clock } from '../common/clock.js';
import { IncompatibleStateError, WeirError } from '../common/errors.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';
import type { ToJobManager } from '../rpc/taskmanager-messages.js';
import { exceptionFrom, exceptionOf } from './job-failure.js';
import type { JobHistory } from './job-history.js';
import type { JobRecord } from './job-record.js';

export interface JobCheckpointsOptions {
  readonly record: JobRecord;
  readonly graph: JobGraph;
  readonly streamGraph: StreamGraph;
  readonly clock: Clock;
  readonly storage: CheckpointStorage;
  readonly openState: OpenOperatorState;
  readonly checkpointDirectory: string;
  readonly history: JobHistory;
  /** Keeps it with the job, durably. */
  readonly noteCommittedBefore: (checkpointId: number) => Promise<void>;
  readonly emit: (event: EngineEvent) => void;
  readonly onChange: () => void;
  readonly onCompleted: (checkpoint: CompletedCheckpoint) => void;
  /** The job must not go on: more checkpoints in a row have failed than are tolerated. */
  readonly onFailure: (error: WeirError) => void;
}

/**
 * A job's checkpoints over all its executions: which one is restored, the coordinator that takes new ones, the committers of its sinks, and the
 * note of each in the job's history.
 *
 * `restore` before each execution, `start` once all its tasks run, `suspend` when it fails or ends, `close` when the job has ended.
 */
export class JobCheckpoints {
  readonly #options: JobCheckpointsOptions;
  readonly #committers: SinkCommitters;
  readonly #commitWatch: CommitWatch;
  #committersOpen = false;
  #committedBefore: number | undefined;
  /** Made at the first restore: its first id follows from what is there. */
  #coordinator: CheckpointCoordinator | undefined;

  constructor(options: JobCheckpointsOptions) {
    this.#options = options;
    this.#committedBefore = options.record.committedBefore;
    const { clock, emit, history, onChange, openState, record } = options;
    this.#commitWatch = new CommitWatch(clock, (commit) => {
      emit({ type: 'commit-overdue', at: commit.noticed, jobId: record.jobId, commit });
      onChange();
    });
    this.#committers = new SinkCommitters(options.streamGraph, {
      jobId: record.jobId,
      lineage: record.lineage,
      openState,
      onCommitted: (uid, checkpointId, records, total) => {
        const at = clock.now();
        void history.committed(at, uid, total).catch(ignore);
        emit({ type: 'committed', at, jobId: record.jobId, uid, checkpointId, records });
        onChange();
      },
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

  /**
   * Chooses what the next execution begins from; undefined for empty state. What the chosen checkpoint holds for the sinks has been committed
   * when this resolves: the failure may have come between its completion and the commit.
   */
  async restore(): Promise<RestorePoint | undefined> {
    const { checkpointDirectory, clock, graph, history, record, storage } = this.#options;
    await this.#openCommitters();
    const inDirectory = (await storage.list(record.jobId)).filter((checkpoint) => checkpoint.hasMetadata);
    const { candidates, retained } = restoreCandidates(inDirectory, history.retained, history.checkpoints.latestSavepoint);
    let point = await chooseCheckpoint(storage, candidates, this.#committers.committedUpTo);
    if (point === undefined && record.restoreFrom !== undefined) {
      await this.#checkOrigin(record.restoreFrom);
      point = await chooseCheckpoint(storage, [{ id: 0, directory: record.restoreFrom }], 0);
    }
    if (point === undefined) checkNothingCommitted(`${checkpointDirectory}/${record.jobId}`, this.#committers.committedUpTo);
    if (point !== undefined) {
      checkCompatible(graph, point);
      for (const what of point.passedOver) this.#note(exceptionOf(clock.now(), 'CorruptCheckpointError', what));
      await this.#commit(point.metadata.checkpointId, point.directory, point.metadata);
    }
    this.#coordinator ??= this.#createCoordinator(point, retained);
    return point;
  }

  get overdueCommit(): OverdueCommit | undefined {
    return this.#commitWatch.overdue;
  }

  start(tasks: CheckpointTasks): void {
    this.#coordinator?.start(tasks);
    void this.#removeAbandonedSavepoints().catch(ignore);
  }

  /** Gives up what is under way. Resolves once nothing of it touches disk or sinks any more. */
  async suspend(reason: string): Promise<void> {
    await this.#coordinator?.suspend(reason);
  }

  trigger(options: TriggerOptions): Promise<CompletedCheckpoint> {
    return (
      this.#coordinator?.trigger(options) ??
      Promise.reject(new CheckpointFailedError(undefined, 'nothing of the job has been deployed so far'))
    );
  }

  acknowledge(message: Extract<ToJobManager, { type: 'acknowledge-checkpoint' }>): void {
    this.#coordinator?.acknowledge(message.checkpointId, message.vertexId, message.subtask, message.states, message.figures);
  }

  decline(message: Extract<ToJobManager, { type: 'decline-checkpoint' }>): void {
    this.#coordinator?.decline(message.checkpointId, message.reason);
  }

  async close(): Promise<void> {
    this.#commitWatch.done();
    await this.#removeAbandonedSavepoints().catch(ignore);
    await this.#committers.close();
  }

  async #commit(checkpointId: number, directory: string, metadata: CheckpointMetadata): Promise<void> {
    this.#commitWatch.begin(checkpointId);
    try {
      await this.#committers.commit(checkpointId, directory, metadata);
    } catch (error) {
      this.#commitWatch.failed(exceptionFrom(0, error).message);
      throw error;
    }
    if (this.#commitWatch.overdue !== undefined) this.#options.onChange();
    this.#commitWatch.done();
  }

  /** A savepoint older than what the lineage has committed may be started from: whoever does so has been told. To go back to it later is another matter. */
  async #checkOrigin(restoreFrom: string): Promise<void> {
    const { checkpointDirectory, noteCommittedBefore, record } = this.#options;
    const { committedUpTo } = this.#committers;
    if (this.#committedBefore === undefined) {
      await noteCommittedBefore(committedUpTo);
      this.#committedBefore = committedUpTo;
    }
    // What it holds for the sinks is committed as it is restored.
    const before = Math.max(this.#committedBefore, record.nextCheckpointIdFloor - 1);
    checkNothingCommittedSince(`${checkpointDirectory}/${record.jobId}`, restoreFrom, before, committedUpTo);
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

  #createCoordinator(
    point: RestorePoint | undefined,
    retained: readonly { readonly id: number; readonly directory: string }[],
  ): CheckpointCoordinator {
    const { clock, emit, graph, history, onChange, onCompleted, onFailure, record, storage } = this.#options;
    const floor = Math.max(
      history.lastCheckpointId,
      record.nextCheckpointIdFloor - 1,
      point?.metadata.checkpointId ?? 0,
      this.#committers.committedUpTo,
      ...retained.map((checkpoint) => checkpoint.id),
    );
    return new CheckpointCoordinator({
      jobId: record.jobId,
      configuration: record.configuration.checkpointing,
      clock,
      storage,
      nextId: floor + 1,
      completed: retained.map(({ id, directory }) => ({ id, directory, isSavepoint: false, recordsOut: undefined })),
      onSavepointLocation: (id, directory) => history.savepointLocation(clock.now(), id, directory),
      onTriggered: (id) => history.triggered(clock.now(), id),
      onCheckpoint: (checkpoint) => {
        const noted = history.checkpoint(checkpoint);
        emit({ type: 'checkpoint', at: clock.now(), jobId: record.jobId, checkpoint });
        onChange();
        return noted;
      },
      onDiscarded: (id) => void this.#discarded(id).catch(ignore),
      metadataOf: (checkpoint) => metadataOf(record, graph, checkpoint),
      commit: async (id, directory, metadata) => {
        try {
          await this.#commit(id, directory, metadata);
        } catch (error) {
          this.#note(exceptionFrom(clock.now(), error));
          throw error;
        }
      },
      onCompleted,
      onStored: (directory, metadata) => this.#readLedger(directory, metadata),
      onTooManyFailures: (reason) => onFailure(new WeirError('TOO_MANY_CHECKPOINT_FAILURES', reason)),
    });
  }

  /** One that cannot be read leaves the one before, which says of which checkpoint it is. */
  async #readLedger(directory: string, metadata: CheckpointMetadata): Promise<void> {
    const { clock, history, onChange, storage } = this.#options;
    try {
      const ledger = await storage.readLedger(directory, metadata);
      if (ledger !== undefined) void history.ledger(clock.now(), ledger).catch(ignore);
    } catch (error) {
      this.#note(exceptionFrom(clock.now(), error));
    }
    onChange();
  }

  /** What savepoints of earlier executions left: no task of these writes any more. The one of this execution has not begun. */
  async #removeAbandonedSavepoints(): Promise<void> {
    const { clock, history, storage } = this.#options;
    for (const [id, directory] of [...history.savepointLocations]) {
      await storage.discard(directory);
      await history.savepointRemoved(clock.now(), id);
    }
  }

  async #discarded(id: number): Promise<void> {
    const { clock, emit, history, record } = this.#options;
    const at = clock.now();
    const checkpoint = await history.discarded(at, id);
    if (checkpoint !== undefined) emit({ type: 'checkpoint', at, jobId: record.jobId, checkpoint });
  }

  #note(exception: ReturnType<typeof exceptionOf>): void {
    void this.#options.history.exception(exception).then(this.#options.onChange).catch(ignore);
  }
}

function metadataOf(record: JobRecord, graph: JobGraph, checkpoint: PendingCheckpoint): CheckpointMetadata {
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

function ignore(): void {}
