import type { EngineEvent } from '@weir/protocol';
import { type Alert, type AlertLog, readAlert } from './alert.js';
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

/** Enough to look at; alerts themselves are never lost, the log has them once they are committed. */
const PENDING_KEPT = 10_000;
const WITHDRAWN_KEPT = 1_000;

interface Pending {
  readonly alert: Alert;
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
  readonly #feed: CommittedFeed;
  /** Triggered after the last restore and completed: what is still in doubt then is withdrawn. */
  #restoredAt = 0;

  readonly #onError: (error: unknown) => void;

  /** `onError`: the log could not be read on the way; the next commit tries again. */
  constructor(log: AlertLog, onError: (error: unknown) => void = () => {}) {
    this.#log = log;
    this.#onError = onError;
    this.#feed = new CommittedFeed(log, (alert) => {
      this.#pending.delete(alert.id);
      this.#withdrawn.delete(alert.id);
    });
  }

  /** Every event of the engine, in order. */
  accept(event: EngineEvent): void {
    switch (event.type) {
      case 'published': {
        const alert = event.topic === 'alert' ? readAlert(event.payload) : undefined;
        if (alert) this.#raised(alert);
        return;
      }
      case 'recovery':
        if (event.phase === 'restoring') {
          this.#restoredAt = event.at;
          for (const pending of this.#pending.values()) pending.inDoubt = true;
        }
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

  #raised(alert: Alert): void {
    this.#withdrawn.delete(alert.id);
    // To the end of the map: the newest are kept.
    this.#pending.delete(alert.id);
    this.#pending.set(alert.id, { alert, inDoubt: false });
    dropOldest(this.#pending, PENDING_KEPT);
  }

  async #settle(): Promise<void> {
    const doubted = [...this.#pending.values()].filter((pending) => pending.inDoubt);
    if (doubted.length === 0) return;
    // What the restored checkpoint had covered is committed with its restore: that must be seen first.
    await this.#feed.poll();
    for (const { alert } of doubted) {
      if (!this.#pending.get(alert.id)?.inDoubt) continue;
      this.#pending.delete(alert.id);
      this.#withdrawn.set(alert.id, alert);
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

function dropOldest(map: Map<string, unknown>, keep: number): void {
  for (const key of map.keys()) {
    if (map.size <= keep) return;
    map.delete(key);
  }
}
