import type {
  CheckpointCounts,
  CheckpointInfo,
  CheckpointsInfo,
  ExceptionInfo,
  JobStatus,
  LedgerInfo,
  RecoveryInfo,
  RestoredCheckpointInfo,
} from '@weir/protocol';
import { JOURNAL_COMPACTION_SIZE } from './job-journal.js';
import type { FileJobStore } from './job-store.js';

const KEPT_CHECKPOINTS = 100;
const KEPT_EXCEPTIONS = 50;

const JOB_STATUSES: readonly JobStatus[] = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
];

/** A line of the journal. `at` is when it happened. */
type HistoryEntry = { readonly at: number } & (
  | { readonly type: 'status'; readonly status: JobStatus }
  | { readonly type: 'timestamps'; readonly timestamps: Partial<Record<JobStatus, number>> }
  | { readonly type: 'triggered'; readonly id: number }
  /** Where a savepoint is being written; null once nothing of it is there any more. */
  | { readonly type: 'savepoint-location'; readonly id: number; readonly directory: string | null }
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointInfo; readonly counts: CheckpointCounts }
  | { readonly type: 'restored'; readonly restored: RestoredCheckpointInfo; readonly count: number }
  | { readonly type: 'ledger'; readonly ledger: LedgerInfo }
  | { readonly type: 'restart'; readonly count: number }
  | { readonly type: 'exception'; readonly exception: ExceptionInfo }
  | { readonly type: 'recovery'; readonly recovery: RecoveryInfo }
  | { readonly type: 'commit-base'; readonly uid: string; readonly records: number }
  | { readonly type: 'committed'; readonly uid: string; readonly total: number }
);

/**
 * What has happened to a job since it was submitted: counters, checkpoints, exceptions, recoveries. Kept in the job's journal, so that it
 * outlives JobManager and process; a total stands in each entry that changes one, so that a compacted journal still gives it.
 */
export class JobHistory {
  readonly #store: FileJobStore;
  readonly #jobId: string;
  #counts: CheckpointCounts = { restored: 0, total: 0, inProgress: 0, completed: 0, failed: 0 };
  readonly #checkpoints = new Map<number, CheckpointInfo>();
  #latestCompleted: CheckpointInfo | undefined;
  #latestSavepoint: CheckpointInfo | undefined;
  #latestFailed: CheckpointInfo | undefined;
  #latestRestored: RestoredCheckpointInfo | undefined;
  #ledger: LedgerInfo | undefined;
  #exceptions: ExceptionInfo[] = [];
  #recoveries: RecoveryInfo[] = [];
  #numRestarts = 0;
  #lastCheckpointId = 0;
  readonly #savepointLocations = new Map<number, string>();
  readonly #committed = new Map<string, number>();
  readonly #commitBase = new Map<string, number>();
  readonly #timestamps = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as Record<JobStatus, number>;
  #lastStatus: JobStatus | undefined;
  #lastModification = 0;
  #compacting = false;

  constructor(store: FileJobStore, jobId: string) {
    this.#store = store;
    this.#jobId = jobId;
  }

  async load(): Promise<void> {
    for (const entry of (await this.#store.readJournal(this.#jobId)).entries) this.#apply(entry as unknown as HistoryEntry);
    // What was under way when the process ended has failed with it.
    for (const checkpoint of [...this.#checkpoints.values()]) {
      if (checkpoint.status !== 'IN_PROGRESS') continue;
      await this.checkpoint({
        ...checkpoint,
        status: 'FAILED',
        failureMessage: 'the JobManager ended',
        failureTimestamp: checkpoint.triggerTimestamp,
      });
    }
  }

  /** Durable enough for the end of this process; a write that fails is of no consequence for the job itself. */
  async #append(entry: HistoryEntry, durable = false): Promise<void> {
    this.#apply(entry);
    const size = await this.#store.append(this.#jobId, entry, { durable });
    if (size > JOURNAL_COMPACTION_SIZE && !this.#compacting) {
      this.#compacting = true;
      await this.#store.rewriteJournal(this.#jobId, this.#compacted()).finally(() => {
        this.#compacting = false;
      });
    }
  }

  #apply(entry: HistoryEntry): void {
    this.#lastModification = Math.max(this.#lastModification, Math.round(entry.at));
    switch (entry.type) {
      case 'status':
        this.#timestamps[entry.status] = Math.round(entry.at);
        this.#lastStatus = entry.status;
        break;
      case 'timestamps':
        Object.assign(this.#timestamps, entry.timestamps);
        break;
      case 'triggered':
        this.#lastCheckpointId = Math.max(this.#lastCheckpointId, entry.id);
        break;
      case 'savepoint-location':
        if (entry.directory === null) this.#savepointLocations.delete(entry.id);
        else this.#savepointLocations.set(entry.id, entry.directory);
        break;
      case 'checkpoint':
        this.#setCheckpoint(entry.checkpoint, entry.counts);
        break;
      case 'restored':
        this.#latestRestored = entry.restored;
        this.#counts = { ...this.#counts, restored: entry.count };
        break;
      case 'ledger':
        if (entry.ledger.checkpointId >= (this.#ledger?.checkpointId ?? 0)) this.#ledger = entry.ledger;
        break;
      case 'restart':
        this.#numRestarts = entry.count;
        break;
      case 'exception':
        this.#exceptions = [entry.exception, ...this.#exceptions].slice(0, KEPT_EXCEPTIONS);
        break;
      case 'recovery': {
        const { recovery } = entry;
        const others = this.#recoveries.filter((other) => other.number !== recovery.number);
        this.#recoveries = [recovery, ...others].slice(0, KEPT_EXCEPTIONS);
        break;
      }
      case 'commit-base':
        this.#commitBase.set(entry.uid, entry.records);
        break;
      case 'committed':
        this.#committed.set(entry.uid, entry.total);
        break;
    }
  }

  #setCheckpoint(checkpoint: CheckpointInfo, counts: CheckpointCounts): void {
    this.#counts = { ...counts, restored: this.#counts.restored };
    this.#lastCheckpointId = Math.max(this.#lastCheckpointId, checkpoint.id);
    this.#checkpoints.set(checkpoint.id, checkpoint);
    if (checkpoint.status === 'COMPLETED') this.#savepointLocations.delete(checkpoint.id);
    if (checkpoint.status === 'COMPLETED' && checkpoint.isSavepoint) this.#latestSavepoint = newer(this.#latestSavepoint, checkpoint);
    else if (checkpoint.status === 'COMPLETED') this.#latestCompleted = newer(this.#latestCompleted, checkpoint);
    else if (checkpoint.status === 'FAILED') this.#latestFailed = newer(this.#latestFailed, checkpoint);
    while (this.#checkpoints.size > KEPT_CHECKPOINTS) this.#checkpoints.delete(Math.min(...this.#checkpoints.keys()));
  }

  #compacted(): HistoryEntry[] {
    const at = this.#lastModification;
    const entries: HistoryEntry[] = [
      { at, type: 'timestamps', timestamps: { ...this.#timestamps } },
      { at, type: 'triggered', id: this.#lastCheckpointId },
      { at, type: 'restart', count: this.#numRestarts },
    ];
    const last = this.#lastStatus;
    if (last !== undefined) entries.push({ at: this.#timestamps[last], type: 'status', status: last });
    for (const checkpoint of this.#checkpoints.values()) entries.push({ at, type: 'checkpoint', checkpoint, counts: this.#counts });
    for (const [id, directory] of this.#savepointLocations) entries.push({ at, type: 'savepoint-location', id, directory });
    if (this.#latestRestored !== undefined) {
      entries.push({ at, type: 'restored', restored: this.#latestRestored, count: this.#counts.restored });
    }
    if (this.#ledger !== undefined) entries.push({ at, type: 'ledger', ledger: this.#ledger });
    for (const exception of [...this.#exceptions].reverse()) entries.push({ at, type: 'exception', exception });
    for (const recovery of [...this.#recoveries].reverse()) entries.push({ at, type: 'recovery', recovery });
    for (const [uid, records] of this.#commitBase) entries.push({ at, type: 'commit-base', uid, records });
    for (const [uid, total] of this.#committed) entries.push({ at, type: 'committed', uid, total });
    return entries;
  }

  status(at: number, status: JobStatus): Promise<void> {
    return this.#append({ at, type: 'status', status });
  }

  triggered(at: number, id: number): Promise<void> {
    return this.#append({ at, type: 'triggered', id });
  }

  savepointLocation(at: number, id: number, directory: string): Promise<void> {
    return this.#append({ at, type: 'savepoint-location', id, directory });
  }

  savepointRemoved(at: number, id: number): Promise<void> {
    return this.#append({ at, type: 'savepoint-location', id, directory: null });
  }

  /** Directories of savepoints that did not come about, by id, as far as is not known that they are gone; with that of the one under way. */
  get savepointLocations(): ReadonlyMap<number, string> {
    return this.#savepointLocations;
  }

  /** One more state of a checkpoint; counts follow from what it was before. */
  async checkpoint(checkpoint: CheckpointInfo): Promise<void> {
    const before = this.#checkpoints.get(checkpoint.id)?.status;
    const counts = { ...this.#counts };
    const add = (status: CheckpointInfo['status'] | undefined, by: number) => {
      if (status === 'IN_PROGRESS') counts.inProgress += by;
      else if (status === 'COMPLETED') counts.completed += by;
      else if (status === 'FAILED') counts.failed += by;
    };
    if (before === undefined) counts.total++;
    add(before, -1);
    add(checkpoint.status, 1);
    const at = Math.max(checkpoint.latestAckTimestamp, checkpoint.triggerTimestamp);
    const entry: HistoryEntry = { at, type: 'checkpoint', checkpoint, counts };
    // Acknowledgements on the way are not worth a line.
    if (before === 'IN_PROGRESS' && checkpoint.status === 'IN_PROGRESS') this.#apply(entry);
    // A savepoint may be what a recovery has to go on from, and only this line says where it is.
    else await this.#append(entry, checkpoint.isSavepoint && checkpoint.status === 'COMPLETED');
  }

  /** Undefined for one that is not remembered. */
  async discarded(at: number, id: number): Promise<CheckpointInfo | undefined> {
    const known = this.#checkpoints.get(id);
    if (known === undefined) return undefined;
    const checkpoint = { ...known, discarded: true };
    await this.#append({ at, type: 'checkpoint', checkpoint, counts: this.#counts });
    return checkpoint;
  }

  restored(restored: RestoredCheckpointInfo): Promise<void> {
    return this.#append({ at: restored.restoreTimestamp, type: 'restored', restored, count: this.#counts.restored + 1 });
  }

  ledger(at: number, ledger: LedgerInfo): Promise<void> {
    return this.#append({ at, type: 'ledger', ledger });
  }

  restart(at: number): Promise<void> {
    return this.#append({ at, type: 'restart', count: this.#numRestarts + 1 });
  }

  exception(exception: ExceptionInfo): Promise<void> {
    return this.#append({ at: exception.at, type: 'exception', exception });
  }

  recovery(at: number, recovery: RecoveryInfo): Promise<void> {
    return this.#append({ at, type: 'recovery', recovery });
  }

  /** What the lineage had committed before this job; noted once, before its first commit. */
  async commitBase(at: number, uid: string, records: number): Promise<void> {
    if (!this.#commitBase.has(uid)) await this.#append({ at, type: 'commit-base', uid, records });
  }

  /** `ofLineage`: all that the lineage has committed. */
  async committed(at: number, uid: string, ofLineage: number): Promise<void> {
    const total = ofLineage - (this.#commitBase.get(uid) ?? 0);
    if ((this.#committed.get(uid) ?? 0) !== total) await this.#append({ at, type: 'committed', uid, total });
  }

  get numRestarts(): number {
    return this.#numRestarts;
  }

  get lastCheckpointId(): number {
    return this.#lastCheckpointId;
  }

  /** Completed and not discarded, as far as is remembered: newest first. */
  get retained(): readonly CheckpointInfo[] {
    return this.#newestFirst().filter(
      (checkpoint) => checkpoint.status === 'COMPLETED' && !checkpoint.discarded && !checkpoint.isSavepoint,
    );
  }

  /** Undefined for a job that has just been submitted. */
  get lastStatus(): JobStatus | undefined {
    return this.#lastStatus;
  }

  get timestamps(): Readonly<Record<JobStatus, number>> {
    return { ...this.#timestamps };
  }

  get lastModification(): number {
    return this.#lastModification;
  }

  /** Undefined before the first completed checkpoint that has counts. */
  get latestLedger(): LedgerInfo | undefined {
    return this.#ledger;
  }

  get exceptions(): readonly ExceptionInfo[] {
    return this.#exceptions;
  }

  get recoveries(): readonly RecoveryInfo[] {
    return this.#recoveries;
  }

  get committedTotals(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#committed);
  }

  get checkpoints(): CheckpointsInfo {
    return {
      counts: this.#counts,
      history: this.#newestFirst(),
      ...(this.#latestCompleted === undefined ? {} : { latestCompleted: this.#latestCompleted }),
      ...(this.#latestSavepoint === undefined ? {} : { latestSavepoint: this.#latestSavepoint }),
      ...(this.#latestFailed === undefined ? {} : { latestFailed: this.#latestFailed }),
      ...(this.#latestRestored === undefined ? {} : { latestRestored: this.#latestRestored }),
    };
  }

  #newestFirst(): CheckpointInfo[] {
    return [...this.#checkpoints.values()].sort((a, b) => b.id - a.id);
  }
}

function newer(before: CheckpointInfo | undefined, checkpoint: CheckpointInfo): CheckpointInfo {
  return before !== undefined && before.id > checkpoint.id ? before : checkpoint;
}
