import type { EngineSnapshot } from '@weir/protocol';
import type { Alert } from '../alerts/alert.js';
import type { AlertChange, AlertsTakenBack } from '../alerts/alert-book.js';
import type { HistoryStore } from './history-store.js';
import type { ThroughputHistory } from './throughput-history.js';

/** Figures lost by a SIGKILL at most, ms. */
const SAVE_EVERY = 15_000;

/** Recoveries, more than pages show. */
const TAKEN_BACK_KNOWN = 500;

export interface HistoryKeeperOptions {
  readonly open: () => Promise<HistoryStore>;
  readonly throughput: ThroughputHistory;
  /** What an earlier process saw withdrawn, oldest first. */
  readonly onWithdrawn: (alerts: readonly (Alert & { readonly raisedAt: number })[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps what the store is for, without ever being in the way: it is opened when something is to be read or written, and where it cannot be (a full disk), that is said
 * once and pages show what this process has seen.
 */
export class HistoryKeeper {
  readonly #options: HistoryKeeperOptions;
  #store: Promise<HistoryStore | undefined> | undefined;
  /** By job and recovery. */
  readonly #takenBack = new Map<string, number>();
  /** Ids of alerts in the store. */
  readonly #withdrawn = new Set<string>();
  #savedAt = performance.now();
  #writing: Promise<void> = Promise.resolve();
  #complained = false;

  constructor(options: HistoryKeeperOptions) {
    this.#options = options;
  }

  /** Resolves once what an earlier process kept has been handed over, or cannot be. */
  async restored(): Promise<void> {
    await this.#open();
  }

  /** After each event. */
  accept(snapshot: EngineSnapshot): void {
    this.#options.throughput.accept(snapshot);
    if (performance.now() - this.#savedAt >= SAVE_EVERY) this.#saveFigures(snapshot.at);
  }

  acceptAlert({ alert, status, seq, raisedAt }: AlertChange): void {
    const { id, userId, count, timestamp, message } = alert;
    if (status === 'withdrawn') {
      this.#withdrawn.add(id);
      const entry = { id, seq, userId, count, timestamp, message, status, raisedAt: Math.round(raisedAt ?? Date.now()) };
      this.#write((store) => store.addWithdrawn([entry]));
    } else if (this.#withdrawn.delete(id)) {
      this.#write((store) => store.removeWithdrawn(id));
    }
  }

  acceptTakenBack(takenBack: AlertsTakenBack): void {
    this.#setTakenBack(takenBack);
    this.#write((store) => store.addTakenBack({ at: Date.now(), ...takenBack }));
  }

  /** How many alerts a recovery took back; undefined where nobody knows. */
  takenBack(jobId: string, number: number): number | undefined {
    return this.#takenBack.get(`${jobId}/${number}`);
  }

  #setTakenBack({ jobId, number, alerts }: AlertsTakenBack): void {
    this.#takenBack.set(`${jobId}/${number}`, alerts);
    for (const oldest of this.#takenBack.keys()) if (this.#takenBack.size > TAKEN_BACK_KNOWN) this.#takenBack.delete(oldest);
  }

  async close(now: number): Promise<void> {
    this.#saveFigures(now);
    await this.#writing;
    await (await this.#store)?.close();
  }

  #saveFigures(now: number): void {
    this.#savedAt = performance.now();
    const samples = this.#options.throughput.takeUnsaved();
    if (samples.length > 0) this.#write((store) => store.addFigures(samples, now));
  }

  /** One after the other. */
  #write(work: (store: HistoryStore) => Promise<void>): void {
    this.#writing = this.#writing
      .then(async () => {
        const store = await this.#open();
        if (store !== undefined) await work(store);
      })
      .catch((error: unknown) => this.#complain(error));
  }

  #open(): Promise<HistoryStore | undefined> {
    this.#store ??= this.#load().catch((error: unknown) => {
      this.#complain(error);
      return undefined;
    });
    return this.#store;
  }

  async #load(): Promise<HistoryStore> {
    const { open, throughput, onWithdrawn } = this.#options;
    const store = await open();
    throughput.restore(await store.figures(Date.now()));
    const withdrawn = await store.withdrawn();
    for (const { id } of withdrawn) this.#withdrawn.add(id);
    onWithdrawn(withdrawn);
    for (const takenBack of await store.takenBack()) {
      if (this.takenBack(takenBack.jobId, takenBack.number) === undefined) this.#setTakenBack(takenBack);
    }
    return store;
  }

  #complain(error: unknown): void {
    if (!this.#complained) this.#options.onError(error);
    this.#complained = true;
  }
}
