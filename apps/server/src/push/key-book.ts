import type { EngineEvent, EngineSnapshot, JobInfo, KeyState, VertexInfo } from '@weir/protocol';
import { assignToKeyGroup, computeOperatorIndexForKeyGroup } from '@weir/runtime';

/** Keys that a page is shown, and those remembered to choose them from. */
const SHOWN = 200;
const REMEMBERED = 1_000;
/** Of more keys than are shown the most active change all the time, and the list is most of a frame: it is made so often only, ms. */
const MANY_EVERY = 1_000;

type Published = Extract<EngineEvent, { type: 'published' }>;

interface Entry {
  count: number;
  known: boolean;
  events: number;
  alerts: number;
  lastEventAt: number;
  taskManagerId: string;
}

export interface KeyBookOptions {
  readonly snapshot: () => EngineSnapshot | undefined;
  /** The counts in a checkpoint; undefined if they cannot be read or are too many. */
  readonly readCounts: (externalPath: string) => Promise<ReadonlyMap<string, number> | undefined>;
}

/**
 * What the engine has counted for single keys, from what the job publishes of each event.
 *
 * The truth is the engine's keyed state, so a count is shown as known only while it cannot differ from that: from a failure until the restored checkpoint has been
 * read it is not, nor is it where events are not published one by one. Words of an attempt that is over may come late: they are told by their time.
 */
export class KeyBook {
  readonly #options: KeyBookOptions;
  readonly #keys = new Map<string, Entry>();
  #jobId: string | undefined;
  /** When the restore was made that was seen last. */
  #restoredAt = 0;
  /** What was published before is of an attempt that is over; infinite while there is none. */
  #since = 0;
  /** One more with each attempt that is over: what was read for it is of no use any more. */
  #epoch = 0;
  #shown: readonly KeyState[] | undefined;
  #shownAt = 0;
  /** Something was published since. */
  #stale = false;

  constructor(options: KeyBookOptions) {
    this.#options = options;
  }

  /** Every event of the engine, in order. */
  accept(event: EngineEvent): void {
    switch (event.type) {
      case 'published':
        if (event.jobId === this.#job()?.id && event.at >= this.#since) this.#published(event);
        return;
      case 'jobmanager':
        if (!event.leading) this.#attemptEnds();
        return;
      case 'recovery':
        if (event.jobId !== this.#job()?.id) return;
        if (event.phase === 'failed' || event.phase === 'detected') this.#attemptEnds();
        if (event.phase === 'restoring') this.#attemptBegins(event.at, event.recovery.checkpointId === undefined);
        return;
      case 'changed':
        this.#lookForRestore();
        return;
      default:
    }
  }

  /** Those that are shown, by name. The same array until something changed. */
  list(): readonly KeyState[] {
    if (this.#stale && (this.#keys.size <= SHOWN || performance.now() - this.#shownAt >= MANY_EVERY)) this.#shown = undefined;
    if (this.#shown === undefined) {
      this.#shown = this.#list();
      this.#shownAt = performance.now();
      this.#stale = false;
    }
    return this.#shown;
  }

  #job(): JobInfo | undefined {
    const job = this.#options.snapshot()?.jobs[0];
    if (job !== undefined && job.id !== this.#jobId) {
      this.#jobId = job.id;
      this.#restoredAt = 0;
      this.#since = 0;
      this.#epoch++;
      this.#keys.clear();
      this.#shown = undefined;
    }
    return job;
  }

  #published({ topic, payload, at, taskManagerId, dropped }: Published): void {
    if (topic !== 'process' && topic !== 'alert') return;
    const { userId, abnormalCount, count } = (payload ?? {}) as Record<string, unknown>;
    if (typeof userId !== 'string') return;
    this.#stale = true;
    const entry = this.#touch(userId);
    entry.taskManagerId = taskManagerId;
    entry.lastEventAt = Math.round(at);
    if (topic === 'process') {
      // What was left out was of this TaskManager's keys, whichever they were.
      if (dropped > 0) for (const other of this.#keys.values()) if (other.taskManagerId === taskManagerId) other.known = false;
      entry.events++;
      entry.count = Number(abnormalCount);
      entry.known = true;
    } else {
      entry.alerts++;
      // Of each event or of none: where events are not published, the next one may have changed it already.
      if (!entry.known) entry.count = Number(count);
    }
  }

  /** The entry of a key, as the most recent one. */
  #touch(key: string): Entry {
    const entry = this.#keys.get(key) ?? { count: 0, known: false, events: 0, alerts: 0, lastEventAt: 0, taskManagerId: '' };
    this.#keys.delete(key);
    this.#keys.set(key, entry);
    if (this.#keys.size > REMEMBERED) this.#keys.delete(this.#keys.keys().next().value as string);
    return entry;
  }

  #attemptEnds(): void {
    this.#epoch++;
    this.#since = Number.POSITIVE_INFINITY;
    for (const entry of this.#keys.values()) entry.known = false;
    this.#shown = undefined;
  }

  #attemptBegins(at: number, empty: boolean): void {
    this.#since = at;
    for (const entry of this.#keys.values()) {
      entry.events = 0;
      entry.alerts = 0;
    }
    if (empty) this.#keys.clear();
    this.#shown = undefined;
  }

  #lookForRestore(): void {
    const job = this.#job();
    const restored = job?.checkpoints.latestRestored;
    if (job === undefined || restored === undefined || restored.restoreTimestamp === this.#restoredAt) return;
    this.#restoredAt = restored.restoreTimestamp;
    if (!publishesEachEvent(job)) return;
    const epoch = this.#epoch;
    void this.#options.readCounts(restored.externalPath).then(
      (counts) => {
        if (epoch !== this.#epoch || counts === undefined) return;
        this.#restore(counts);
      },
      // They stay unknown until an event of theirs says.
      () => undefined,
    );
  }

  #restore(counts: ReadonlyMap<string, number>): void {
    for (const [key, count] of counts) {
      const known = this.#keys.get(key);
      // An event since then knows better.
      if (known?.known) continue;
      const entry = known ?? this.#touch(key);
      entry.count = count;
      entry.known = true;
    }
    this.#shown = undefined;
  }

  #list(): readonly KeyState[] {
    const job = this.#job();
    const vertex = job === undefined ? undefined : keyedVertex(job);
    if (vertex === undefined) return [];
    const { maxParallelism, parallelism } = vertex;
    const entries = [...this.#keys];
    // All of them where they are few, else the most active, and of those the most recent.
    if (entries.length > SHOWN) entries.reverse().sort(([, a], [, b]) => b.events + b.alerts - (a.events + a.alerts));
    return entries
      .slice(0, SHOWN)
      .map(([key, { count, known, events, alerts, lastEventAt }]): KeyState => {
        const keyGroup = assignToKeyGroup(key, maxParallelism);
        const subtask = computeOperatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup);
        return { key, keyGroup, subtask, abnormalCount: count, countKnown: known, events, alerts, lastEventAt };
      })
      .sort((a, b) => a.key.length - b.key.length || (a.key < b.key ? -1 : 1));
  }
}

function keyedVertex(job: JobInfo): VertexInfo | undefined {
  return job.vertices.find(({ inputs }) => inputs.some(({ shipStrategy }) => shipStrategy === 'HASH'));
}

/** As the job itself decides it. */
function publishesEachEvent({ parameters }: JobInfo): boolean {
  const { kind = 'simulated', intervalMs = 5_000, logEvents, follow } = (parameters.source ?? {}) as Record<string, unknown>;
  if (kind === 'http' || (kind === 'files' && follow === true)) return true;
  return kind === 'simulated' && (typeof logEvents === 'boolean' ? logEvents : Number(intervalMs) >= 100);
}
