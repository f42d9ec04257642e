import { type FSWatcher, watch } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { PaceChange } from './pace.js';

/** What is durable of one split's schedule. */
export interface DurablePace {
  /** Of event 0: what a start without state goes on with, since events may have been handed over before the first checkpoint. */
  readonly start: number;
  readonly interval: number;
  /** Who wrote it. */
  readonly jobId: string;
  readonly processId: string;
  /** No attempt has handed over event `horizon` or a later one. */
  readonly horizon: number;
  readonly changes: readonly PaceChange[];
}

/** Where the wanted speed is found, and the schedules are kept. */
export interface SpeedFiles {
  /** 1 unless told. */
  readWanted(): Promise<number>;
  readSplit(split: number): Promise<DurablePace | undefined>;
  /** Durable once it resolves; if it rejects nothing has changed. */
  writeSplit(split: number, pace: DurablePace): Promise<void>;
  /** Calls `listener` whenever another speed may be wanted, until the returned function is called. */
  watch(listener: () => void): () => void;
}

const WANTED = 'wanted.json';
/** Where the system tells nothing of files, ms. */
const POLL = 1_000;

/** The directory of one job line's speeds below the source's `speedDirectory`. */
export const speedDirectoryOf = (speedDirectory: string, lineage: string): string => join(speedDirectory, lineage);
/** `{"speed": 10}`, written by whoever steers, replaced whole. */
export const wantedSpeedPath = (directory: string): string => join(directory, WANTED);

/**
 * Files of one directory per job line: it outlives jobs that go on from each other's checkpoints. A split has one reader at a time, and a reader's writes are through
 * before the next attempt begins, so nobody else writes its file.
 */
export class NodeSpeedFiles implements SpeedFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async readWanted(): Promise<number> {
    // Damaged, it says nothing; the schedules themselves must not be guessed at.
    const { speed } = ((await this.#read(WANTED).catch(() => undefined)) ?? {}) as { speed?: unknown };
    return typeof speed === 'number' && speed > 0 ? speed : 1;
  }

  async readSplit(split: number): Promise<DurablePace | undefined> {
    return (await this.#read(splitFile(split))) as DurablePace | undefined;
  }

  async writeSplit(split: number, pace: DurablePace): Promise<void> {
    const path = join(this.#directory, splitFile(split));
    await mkdir(this.#directory, { recursive: true });
    const file = await open(`${path}.new`, 'w');
    try {
      await file.writeFile(JSON.stringify(pace));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    // It holds for whatever ends this process; that it also outlives the machine is not worth taking it back for.
    await this.#syncDirectory().catch(() => undefined);
  }

  watch(listener: () => void): () => void {
    let watcher: FSWatcher | undefined;
    let timer: NodeJS.Timeout | undefined;
    const poll = (): void => {
      timer ??= setInterval(listener, POLL);
    };
    mkdir(this.#directory, { recursive: true })
      .then(() => {
        if (closed) return;
        watcher = watch(this.#directory, { persistent: false }, (_event, name) => {
          if (name === null || name === WANTED) listener();
        });
        watcher.on('error', poll);
        // What was wanted before it watched.
        listener();
      })
      .catch(poll);
    let closed = false;
    return () => {
      closed = true;
      watcher?.close();
      clearInterval(timer);
    };
  }

  async #read(name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.#directory, name), 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #syncDirectory(): Promise<void> {
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

const splitFile = (split: number): string => `split-${split}.json`;
