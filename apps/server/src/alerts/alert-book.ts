import type { EngineEvent } from '@weir/protocol';
import { type Alert, type AlertLog, type CommittedAlert, readAlert } from './alert.js';
import { CommittedFeed } from './committed-feed.js';

export type AlertStatus = 'committed' | 'pending' | 'withdrawn';

export interface ListedAlert extends Alert {
  readonly seq: number | null;
  readonly status: AlertStatus;
}

export interface AlertList {
  readonly alerts: readonly ListedAlert[];
  readonly last: number;
}

/** What became of an alert: each change of its status once. */
export interface AlertChange {
  readonly alert: Alert;
  readonly status: AlertStatus;
  /** Given at the commit. */
  readonly seq: number | null;
  /** When it was raised, as far as this process knows. */
  readonly raisedAt: number | undefined;
}

/** How many pending alerts a recovery took back. */
export interface AlertsTakenBack {
  readonly jobId: string;
  /** The recovery's. */
  readonly number: number;
  readonly alerts: number;
}

export interface AlertBookOptions {
  /** The log could not be read on the way; the next commit tries again. */
  readonly onError?: (error: unknown) => void;
  /** Of what is committed the newest, and whatever was pending or withdrawn before; the log has all of it. */
  readonly onChange?: (change: AlertChange) => void;
  readonly onTakenBack?: (takenBack: AlertsTakenBack) => void;
}

/** Enough to look at; alerts themselves are never lost, the log has them once they are committed. */
const PENDING_KEPT = 10_000;
const WITHDRAWN_KEPT = 1_000;
/**
 * A commit may be seen before the word that the alert was raised: these are not raised again by it. As many of the newest are read of a commit, more than any
 * page is shown.
 */
const COMMITTED_REMEMBERED = 2_000;

interface Pending {
  readonly alert: Alert;
  readonly raisedAt: number;
  /** A failure came after it: unless the replay makes it again, the next checkpoint shows that it is gone. */
  inDoubt: boolean;
}

/**
 * Alerts as a person sees them. Raised → pending; covered by a checkpoint → committed; taken back by a failure and not made again → withdrawn.
 * Pending ones are known from what the job published, committed ones from the log, which alone counts.
 */
export class AlertBook {
  readonly #log: AlertLog;
  readonly #pending = new Map<string, Pending>();
  readonly #withdrawn = new Map<string, Alert>();
  readonly #committed = new Set<string>();
  readonly #feed: CommittedFeed;
  /** Triggered after the last restore and completed: what is still in doubt then is withdrawn. */
  #restoredAt = 0;

  readonly #onError: (error: unknown) => void;
  readonly #onChange: (change: AlertChange) => void;
  readonly #onTakenBack: (takenBack: AlertsTakenBack) => void;
  /** Jobs that this process has seen at work: of others it does not know what was pending. */
  readonly #seenRunning = new Set<string>();

  constructor(log: AlertLog, { onError = () => {}, onChange = () => {}, onTakenBack = () => {} }: AlertBookOptions = {}) {
    this.#log = log;
    this.#onError = onError;
    this.#onChange = onChange;
    this.#onTakenBack = onTakenBack;
    this.#feed = new CommittedFeed(log, {
      newest: COMMITTED_REMEMBERED,
      isAwaited: (id) => this.#pending.has(id) || this.#withdrawn.has(id),
      accept: (alert) => this.#commit(alert),
    });
  }

  /** Those that a failure has not taken back and no checkpoint covers yet. */
  get pending(): number {
    let count = 0;
    for (const { inDoubt } of this.#pending.values()) if (!inDoubt) count++;
    return count;
  }

  /** Resolves once all that is committed has been told to `onChange` (of what was there before this process, the newest). */
  catchUp(): Promise<void> {
    return this.#feed.poll();
  }

  /** What an earlier process saw withdrawn; a replay may still make it again. */
  restoreWithdrawn(alerts: readonly Alert[]): void {
    for (const alert of alerts) if (!this.#pending.has(alert.id) && !this.#committed.has(alert.id)) this.#withdrawn.set(alert.id, alert);
    dropOldest(this.#withdrawn, WITHDRAWN_KEPT);
  }

  /** Every event of the engine, in order. */
  accept(event: EngineEvent): void {
    switch (event.type) {
      case 'published': {
        const alert = event.topic === 'alert' ? readAlert(event.payload) : undefined;
        if (alert) this.#raised(alert, event.at);
        return;
      }
      case 'recovery':
        if (event.phase === 'restoring') this.#restoring(event.at, event.jobId, event.recovery.number).catch(this.#onError);
        return;
      case 'job-status':
        if (event.status === 'RUNNING') this.#seenRunning.add(event.jobId);
        return;
      case 'committed':
        this.#feed.poll().catch(this.#onError);
        return;
      case 'checkpoint':
        if (event.checkpoint.status === 'COMPLETED' && event.checkpoint.triggerTimestamp > this.#restoredAt)
          this.#settle().catch(this.#onError);
        return;
      default:
    }
  }

  async #restoring(at: number, jobId: string, number: number): Promise<void> {
    this.#restoredAt = at;
    const doubted: string[] = [];
    for (const [id, pending] of this.#pending) {
      if (!pending.inDoubt) doubted.push(id);
      pending.inDoubt = true;
    }
    if (!this.#seenRunning.has(jobId)) return;
    // What the restored checkpoint covers has been committed before this: it is not taken back.
    await this.#feed.poll();
    this.#onTakenBack({ jobId, number, alerts: doubted.filter((id) => this.#pending.has(id)).length });
  }

  #raised(alert: Alert, at: number): void {
    if (this.#committed.has(alert.id)) return;
    this.#withdrawn.delete(alert.id);
    const before = this.#pending.get(alert.id);
    const raisedAt = before?.raisedAt ?? at;
    // To the end of the map: the newest are kept.
    this.#pending.delete(alert.id);
    this.#pending.set(alert.id, { alert, raisedAt, inDoubt: false });
    dropOldest(this.#pending, PENDING_KEPT);
    if (before === undefined) this.#onChange({ alert, status: 'pending', seq: null, raisedAt });
  }

  #commit({ seq, ...alert }: CommittedAlert): void {
    const raisedAt = this.#pending.get(alert.id)?.raisedAt;
    this.#pending.delete(alert.id);
    this.#withdrawn.delete(alert.id);
    this.#committed.add(alert.id);
    dropOldest(this.#committed, COMMITTED_REMEMBERED);
    this.#onChange({ alert, status: 'committed', seq, raisedAt });
  }

  async #settle(): Promise<void> {
    const doubted = [...this.#pending.values()].filter((pending) => pending.inDoubt);
    if (doubted.length === 0) return;
    // What the restored checkpoint had covered is committed with its restore: that must be seen first.
    await this.#feed.poll();
    for (const { alert, raisedAt } of doubted) {
      if (!this.#pending.get(alert.id)?.inDoubt) continue;
      this.#pending.delete(alert.id);
      this.#withdrawn.set(alert.id, alert);
      this.#onChange({ alert, status: 'withdrawn', seq: null, raisedAt });
    }
    dropOldest(this.#withdrawn, WITHDRAWN_KEPT);
  }

  async list(query: { readonly after: number; readonly limit: number; readonly pending: boolean }): Promise<AlertList> {
    const last = await this.#log.last();
    const committed = await this.#log.read({ after: query.after, limit: query.limit });
    const alerts: ListedAlert[] = committed.map(({ seq, id, userId, count, timestamp, message }) => ({
      seq,
      id,
      userId,
      count,
      timestamp,
      message,
      status: 'committed',
    }));
    if (query.pending) {
      await this.#feed.poll();
      for (const { alert } of this.#pending.values()) alerts.push({ seq: null, ...alert, status: 'pending' });
      for (const alert of this.#withdrawn.values()) alerts.push({ seq: null, ...alert, status: 'withdrawn' });
    }
    return { alerts, last: Math.max(last, committed.at(-1)?.seq ?? 0) };
  }

  last(): Promise<number> {
    return this.#log.last();
  }
}

function dropOldest(collection: Map<string, unknown> | Set<string>, keep: number): void {
  for (const key of collection.keys()) {
    if (collection.size <= keep) return;
    collection.delete(key);
  }
}
