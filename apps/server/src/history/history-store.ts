import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertEntry } from '@weir/protocol';
import type { ClassicLevel } from 'classic-level';
import type { AlertsTakenBack } from '../alerts/alert-book.js';
import { KEPT_FOR, type Sample } from './throughput-history.js';

const WITHDRAWN_KEPT = 1_000;
/** As many recoveries as a job remembers, of the last jobs. */
const TAKEN_BACK_KEPT = 200;
/** An hour of figures is well below 1 MB. */
const OPTIONS = { valueEncoding: 'json', cacheSize: 512 * 1024, writeBufferSize: 512 * 1024, compression: false } as const;

const FIGURES = 'figures/';
const WITHDRAWN = 'withdrawn/';
const TAKEN_BACK = 'taken-back/';
/** Sorts as the number does. */
const timeKey = (at: number): string => String(Math.max(0, Math.floor(at))).padStart(15, '0');
const figuresKey = (at: number): string => FIGURES + timeKey(at);
/** Everything whose key begins so. */
const within = (prefix: string) => ({ gte: prefix, lt: prefix.replace('/', '0') });

type Value = Sample | AlertEntry | KeptTakenBack;

export interface KeptTakenBack extends AlertsTakenBack {
  readonly at: number;
}

/**
 * What pages are shown of the past and nothing else remembers, in the data directory (`history/`): figures of the last hour, alerts that were withdrawn, and
 * how many each recovery took back.
 * Checkpoints, recoveries and exceptions are in the job's journal, committed alerts in their log. Losing it costs pictures, no truth.
 *
 * LevelDB, not LMDB: LMDB trusts the file that it maps, and one that is damaged ends the whole process by a signal (tried); LevelDB has checksums and says so.
 */
export class HistoryStore {
  readonly #level: ClassicLevel<string, Value>;

  private constructor(level: ClassicLevel<string, Value>) {
    this.#level = level;
  }

  /** The library is loaded only here: most commands keep no history. A damaged store is begun anew. */
  static async open(dataDirectory: string): Promise<HistoryStore> {
    const { ClassicLevel } = await import('classic-level');
    const path = join(dataDirectory, 'history');
    const level = new ClassicLevel<string, Value>(path, OPTIONS);
    try {
      await level.open();
      // Damage may show only in what is read.
      await level.keys().all();
      return new HistoryStore(level);
    } catch {
      await level.close().catch(() => undefined);
      await rm(path, { recursive: true, force: true });
      const fresh = new ClassicLevel<string, Value>(path, OPTIONS);
      await fresh.open();
      return new HistoryStore(fresh);
    }
  }

  /** Oldest first. */
  async figures(now: number): Promise<readonly Sample[]> {
    return (await this.#level.values({ ...within(FIGURES), gte: figuresKey(now - KEPT_FOR) }).all()) as Sample[];
  }

  /** Adds samples and lets go of those that are too old. */
  async addFigures(samples: readonly Sample[], now: number): Promise<void> {
    const old = await this.#level.keys({ gte: FIGURES, lt: figuresKey(now - KEPT_FOR) }).all();
    await this.#level.batch([
      ...samples.map((sample) => ({ type: 'put' as const, key: figuresKey(sample.at), value: sample })),
      ...old.map((key) => ({ type: 'del' as const, key })),
    ]);
  }

  /** Oldest first. */
  async withdrawn(): Promise<readonly AlertEntry[]> {
    const entries = (await this.#level.values(within(WITHDRAWN)).all()) as AlertEntry[];
    return entries.sort((a, b) => a.raisedAt - b.raisedAt);
  }

  async addWithdrawn(entries: readonly AlertEntry[]): Promise<void> {
    const known = await this.withdrawn();
    const old = known.slice(0, Math.max(0, known.length + entries.length - WITHDRAWN_KEPT));
    await this.#level.batch([
      ...old.map(({ id }) => ({ type: 'del' as const, key: WITHDRAWN + id })),
      ...entries.map((entry) => ({ type: 'put' as const, key: WITHDRAWN + entry.id, value: entry })),
    ]);
  }

  /** It was made again after all. */
  async removeWithdrawn(id: string): Promise<void> {
    await this.#level.del(WITHDRAWN + id);
  }

  /** Oldest first. */
  async takenBack(): Promise<readonly KeptTakenBack[]> {
    return (await this.#level.values(within(TAKEN_BACK)).all()) as KeptTakenBack[];
  }

  async addTakenBack(entry: KeptTakenBack): Promise<void> {
    const known = await this.#level.keys(within(TAKEN_BACK)).all();
    await this.#level.batch([
      ...known.slice(0, Math.max(0, known.length + 1 - TAKEN_BACK_KEPT)).map((key) => ({ type: 'del' as const, key })),
      { type: 'put', key: `${TAKEN_BACK}${timeKey(entry.at)}/${entry.jobId}/${entry.number}`, value: entry },
    ]);
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}
