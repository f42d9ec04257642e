import type { CheckpointInfo, CheckpointType } from '@weir/protocol';
import type { CheckpointingConfiguration } from '../api/configuration.js';
import type { Cancellable, Clock } from '../common/clock.js';
import { WeirError } from '../common/errors.js';
import { externalPath } from '../common/external-path.js';
import { BarrierFlag } from '../network/barrier-handler.js';
import type { AcknowledgedState, SnapshotFigures } from '../rpc/taskmanager-messages.js';
import type { CheckpointMetadata, CheckpointStorage } from './checkpoint-storage.js';
import { type CheckpointedVertex, PendingCheckpoint } from './pending-checkpoint.js';

/** A checkpoint that was asked for did not come about. */
export class CheckpointFailedError extends WeirError {
  readonly checkpointId: number | undefined;

  constructor(checkpointId: number | undefined, reason: string) {
    super('CHECKPOINT_FAILED', reason);
    this.checkpointId = checkpointId;
  }
}

export interface CompletedCheckpoint {
  readonly id: number;
  readonly directory: string;
  readonly isSavepoint: boolean;
  /** What each subtask had emitted when its state was taken, by `vertex:subtask`; unknown for one of an earlier JobManager. */
  readonly recordsOut: ReadonlyMap<string, number> | undefined;
}

export interface TriggerOptions {
  readonly savepoint: boolean;
  readonly targetDirectory?: string;
  /** Sources emit nothing behind it. */
  readonly stop: boolean;
}

/** The job, as the coordinator sees it. */
export interface CheckpointTasks {
  readonly vertices: readonly CheckpointedVertex[];
  trigger(checkpointId: number, timestamp: number, flags: number, directory: string, stop: boolean): void;
  notifyComplete(checkpointId: number): void;
  notifyAborted(checkpointId: number): void;
}

export interface CheckpointCoordinatorOptions {
  readonly jobId: string;
  readonly configuration: CheckpointingConfiguration;
  readonly clock: Clock;
  readonly storage: CheckpointStorage;
  readonly nextId: number;
  readonly completed: readonly CompletedCheckpoint[];
  /** Before anything of a checkpoint is done: its id must never be used again. */
  readonly onTriggered: (checkpointId: number) => Promise<void>;
  /** Before anything of a savepoint is on disk: nobody else would find it again, wherever it was wanted. */
  readonly onSavepointLocation: (checkpointId: number, directory: string) => Promise<void>;
  /** Each change of a checkpoint's state. Resolves once it is noted; for a completed savepoint durably. */
  readonly onCheckpoint: (checkpoint: CheckpointInfo) => Promise<void>;
  /** One that made room for newer ones. */
  readonly onDiscarded: (checkpointId: number) => void;
  readonly metadataOf: (checkpoint: PendingCheckpoint) => CheckpointMetadata;
  /** Second phase of the sinks; resolves once all is committed durably. */
  readonly commit: (checkpointId: number, directory: string, metadata: CheckpointMetadata) => Promise<void>;
  readonly onCompleted: (checkpoint: CompletedCheckpoint) => void;
  /** It is on disk and will not be discarded before this resolves. Never rejects. */
  readonly onStored: (directory: string, metadata: CheckpointMetadata) => Promise<void>;
  /** More consecutive failures than are tolerated. */
  readonly onTooManyFailures: (reason: string) => void;
}

interface Request extends TriggerOptions {
  readonly resolve: (checkpoint: CompletedCheckpoint) => void;
  readonly reject: (error: Error) => void;
}

interface Pending {
  readonly checkpoint: PendingCheckpoint;
  readonly request: Request | undefined;
  /** Empty if it failed before it had one. */
  readonly directory: string;
}

const COMMIT_RETRY_MS = { first: 100, most: 10_000 } as const;

/**
 * Triggers checkpoints of a job, collects the acknowledgements and makes them durable; one at a time.
 *
 * `start` for each execution of the job, `suspend` when it fails or ends. The next checkpoint is triggered only after the sinks have
 * committed the one before: so at most one completed checkpoint is uncommitted, and it is the latest.
 */
export class CheckpointCoordinator {
  readonly #options: CheckpointCoordinatorOptions;
  #nextId: number;
  #completed: CompletedCheckpoint[];
  #tasks: CheckpointTasks | undefined;
  #pending: Pending | undefined;
  /** True from a trigger's first step to the last of its completion or failure. */
  #busy = false;
  #requests: Request[] = [];
  #timer: Cancellable | undefined;
  #expiry: Cancellable | undefined;
  #lastTriggeredAt = 0;
  #lastEndedAt = 0;
  #consecutiveFailures = 0;
  /** Grows with each start and suspend: work begun under another number is not continued. */
  #epoch = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: CheckpointCoordinatorOptions) {
    this.#options = options;
    this.#nextId = options.nextId;
    this.#completed = [...options.completed];
  }

  /** Completed ones that are retained, newest first; savepoints aside. */
  get completed(): readonly CompletedCheckpoint[] {
    return this.#completed;
  }

  get nextId(): number {
    return this.#nextId;
  }

  /** All tasks run: checkpoints may be taken. */
  start(tasks: CheckpointTasks): void {
    this.#epoch++;
    this.#tasks = tasks;
    this.#busy = false;
    this.#lastTriggeredAt = this.#options.clock.now();
    this.#scheduleNext();
    this.#next();
  }

  /** Gives up what is under way. Resolves once nothing of it touches disk or sinks any more. */
  suspend(reason: string): Promise<void> {
    this.#epoch++;
    this.#tasks = undefined;
    this.#timer?.cancel();
    if (this.#pending !== undefined) this.#fail(reason);
    for (const request of this.#requests.splice(0)) request.reject(new CheckpointFailedError(undefined, reason));
    return this.#work;
  }

  /** Takes a checkpoint as soon as the one under way, if any, has ended. */
  trigger(options: TriggerOptions): Promise<CompletedCheckpoint> {
    return new Promise((resolve, reject) => {
      if (this.#tasks === undefined) {
        reject(new CheckpointFailedError(undefined, 'not all tasks of the job are running'));
        return;
      }
      this.#requests.push({ ...options, resolve, reject });
      this.#next();
    });
  }

  #scheduleNext(): void {
    const { interval, minPause } = this.#options.configuration;
    this.#timer?.cancel();
    if (interval === 0) return;
    const now = this.#options.clock.now();
    const due = Math.max(this.#lastTriggeredAt + interval, this.#lastEndedAt + minPause);
    this.#timer = this.#options.clock.schedule(Math.max(0, due - now), () => {
      if (this.#tasks !== undefined && !this.#busy) this.#run(undefined);
    });
  }

  #next(): void {
    if (this.#busy || this.#tasks === undefined) return;
    const request = this.#requests.shift();
    if (request !== undefined) this.#run(request);
  }

  #run(request: Request | undefined): void {
    this.#busy = true;
    this.#timer?.cancel();
    const work = this.#begin(request, this.#epoch);
    this.#work = Promise.all([this.#work, work]).then(() => undefined);
  }

  async #begin(request: Request | undefined, epoch: number): Promise<void> {
    const { configuration, clock, storage, jobId } = this.#options;
    const id = this.#nextId++;
    const savepoint = request?.savepoint ?? false;
    // A savepoint has no in-flight data, so that it can be restored at any parallelism.
    const unaligned = configuration.unaligned && configuration.mode === 'EXACTLY_ONCE' && !savepoint;
    const type: CheckpointType = savepoint ? 'SAVEPOINT' : unaligned ? 'UNALIGNED_CHECKPOINT' : 'CHECKPOINT';
    const vertices = this.#tasks?.vertices ?? [];
    const triggeredAt = clock.now();
    this.#lastTriggeredAt = triggeredAt;
    const checkpoint = new PendingCheckpoint({ id, type, isSavepoint: savepoint, triggeredAt, vertices });
    let directory = '';
    try {
      await this.#options.onTriggered(id);
      directory = savepoint
        ? await storage.createSavepointLocation(jobId, request?.targetDirectory, (location) =>
            this.#options.onSavepointLocation(id, location),
          )
        : await storage.createLocation(jobId, id);
    } catch (error) {
      if (epoch !== this.#epoch) {
        request?.reject(new CheckpointFailedError(id, 'the job failed meanwhile'));
        return;
      }
      this.#pending = { checkpoint, request, directory };
      this.#fail(messageOf(error));
      return;
    }
    if (epoch !== this.#epoch || this.#tasks === undefined) {
      request?.reject(new CheckpointFailedError(id, 'the job failed meanwhile'));
      await storage.discard(directory).catch(ignore);
      return;
    }
    this.#pending = { checkpoint, request, directory };
    this.#expiry = clock.schedule(configuration.timeout, () => {
      if (this.#pending?.checkpoint === checkpoint)
        this.#fail(`it expired: not all tasks had acknowledged within ${configuration.timeout} ms`);
    });
    this.#report(checkpoint);
    const flags = (unaligned ? BarrierFlag.UNALIGNED : 0) | (savepoint ? BarrierFlag.SAVEPOINT : 0);
    this.#tasks.trigger(id, triggeredAt, flags, directory, request?.stop ?? false);
  }

  acknowledge(
    checkpointId: number,
    vertexId: string,
    subtask: number,
    states: readonly AcknowledgedState[],
    figures: SnapshotFigures,
  ): void {
    const pending = this.#pending;
    if (pending?.checkpoint.id !== checkpointId) return;
    if (!pending.checkpoint.acknowledge(vertexId, subtask, this.#options.clock.now(), states, figures)) return;
    if (!pending.checkpoint.isFullyAcknowledged) {
      this.#report(pending.checkpoint);
      return;
    }
    this.#pending = undefined;
    this.#expiry?.cancel();
    const work = this.#complete(pending, this.#epoch);
    this.#work = Promise.all([this.#work, work]).then(() => undefined);
  }

  decline(checkpointId: number, reason: string): void {
    if (this.#pending?.checkpoint.id === checkpointId) this.#fail(reason);
  }

  async #complete(pending: Pending, epoch: number): Promise<void> {
    const { clock, storage } = this.#options;
    const { checkpoint, request, directory } = pending;
    const metadata = this.#options.metadataOf(checkpoint);
    try {
      await storage.writeMetadata(directory, metadata);
      checkpoint.completed(clock.now(), externalPath(directory));
      // A recovery finds checkpoints by their directory, a savepoint by this note alone: it must stand before a sink commits past the latest checkpoint.
      if (checkpoint.isSavepoint) await this.#note(checkpoint);
    } catch (error) {
      this.#failed(pending, messageOf(error), epoch);
      return;
    }
    const completed: CompletedCheckpoint = {
      id: checkpoint.id,
      directory,
      isSavepoint: checkpoint.isSavepoint,
      recordsOut: checkpoint.recordsOut,
    };
    this.#consecutiveFailures = 0;
    if (!checkpoint.isSavepoint) this.#completed.unshift(completed);
    this.#options.onCompleted(completed);
    if (!checkpoint.isSavepoint) this.#report(checkpoint);
    const [committed] = await Promise.all([this.#commit(completed, metadata, epoch), this.#options.onStored(directory, metadata)]);
    if (!committed) {
      request?.reject(new CheckpointFailedError(checkpoint.id, 'the job failed before its sinks had committed'));
      return;
    }
    if (epoch === this.#epoch) this.#tasks?.notifyComplete(checkpoint.id);
    request?.resolve(completed);
    await this.#subsume();
    // What was left by one that was cut off or could not be removed: no other is under way now.
    if (!checkpoint.isSavepoint) await storage.sweep(this.#options.jobId, new Set()).catch(ignore);
    this.#end(epoch);
  }

  /** Again and again until it is through: giving up would leave output behind that the state is past. False if the job failed meanwhile. */
  async #commit(completed: CompletedCheckpoint, metadata: CheckpointMetadata, epoch: number): Promise<boolean> {
    for (let delay: number = COMMIT_RETRY_MS.first; ; delay = Math.min(delay * 2, COMMIT_RETRY_MS.most)) {
      try {
        await this.#options.commit(completed.id, completed.directory, metadata);
        return true;
      } catch {
        if (epoch !== this.#epoch) return false;
        await new Promise<void>((resolve) => this.#options.clock.schedule(delay, resolve));
        if (epoch !== this.#epoch) return false;
      }
    }
  }

  async #subsume(): Promise<void> {
    const { retained } = this.#options.configuration;
    for (const old of this.#completed.slice(retained)) {
      try {
        await this.#options.storage.discard(old.directory);
      } catch {
        // Its files are of no use to anybody, but a failure to remove them must not touch the new one (FLINK-6328). The next one tries again.
        continue;
      }
      this.#completed = this.#completed.filter((other) => other !== old);
      this.#options.onDiscarded(old.id);
    }
  }

  #fail(reason: string): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    this.#failed(pending, reason, this.#epoch);
  }

  #failed(pending: Pending, reason: string, epoch: number): void {
    const { checkpoint, request, directory } = pending;
    this.#expiry?.cancel();
    checkpoint.failed(this.#options.clock.now(), reason);
    this.#report(checkpoint);
    if (directory !== '') {
      const removal = this.#options.storage.discard(directory).catch(ignore);
      this.#work = Promise.all([this.#work, removal]).then(() => undefined);
    }
    request?.reject(new CheckpointFailedError(checkpoint.id, reason));
    // One that a failure of the job took along says nothing of checkpoints (FLINK-18336).
    if (epoch !== this.#epoch || this.#tasks === undefined) return;
    this.#tasks.notifyAborted(checkpoint.id);
    // A savepoint is a wish of somebody, who is told: it may be for a directory that cannot be written.
    if (!checkpoint.isSavepoint) this.#consecutiveFailures++;
    const { tolerableFailed } = this.#options.configuration;
    if (tolerableFailed >= 0 && this.#consecutiveFailures > tolerableFailed) {
      // The restart begins with a clean slate, as in Flink.
      this.#consecutiveFailures = 0;
      this.#options.onTooManyFailures(
        `checkpoint ${checkpoint.id} failed: ${reason}; more than ${tolerableFailed} in a row are not tolerated`,
      );
    }
    this.#end(epoch);
  }

  #end(epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#busy = false;
    this.#lastEndedAt = this.#options.clock.now();
    this.#scheduleNext();
    this.#next();
  }

  #report(checkpoint: PendingCheckpoint): void {
    this.#note(checkpoint).catch(ignore);
  }

  #note(checkpoint: PendingCheckpoint): Promise<void> {
    return this.#options.onCheckpoint(checkpoint.info(this.#options.clock.now()));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ignore(): void {}
