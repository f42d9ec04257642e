import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { FirstAlert, Work } from '../contender.js';

/** As Progress.java has it. */
const SLOT = 256;
const FIRST_ALERTS = 64;
const ATTEMPTS = 24;

/** The file in which a job's subtasks say how far they are: they have it in memory, so that asking costs them nothing. */
export class JobProgress {
  readonly #file: number;
  readonly #slots: Buffer;
  readonly #parallelism: number;

  constructor(path: string, parallelism: number) {
    this.#parallelism = parallelism;
    this.#slots = Buffer.alloc(parallelism * SLOT);
    this.#file = openSync(path, 'w+');
    ftruncateSync(this.#file, this.#slots.length + SLOT);
  }

  /** Events that the process function has taken in; over failures each counts once. */
  processed(): number {
    return sum(this.#words(0));
  }

  /** Events that the source of each split has handed over, and alerts that have come to the sinks. */
  work(): Work {
    return { events: this.#words(16), alerts: sum(this.#words(8)) };
  }

  firstAlerts(): FirstAlert[] {
    return Array.from({ length: ATTEMPTS }, (_, attempt) =>
      this.#words(FIRST_ALERTS + attempt * 8).map((micros, subtask) => ({ subtask, attempt, at: micros / 1000 })),
    )
      .flat()
      .filter(({ at }) => at > 0);
  }

  /** Makes the sources end; the job is FINISHED once all that they made has been processed. */
  stopSources(): void {
    writeSync(this.#file, Buffer.from([1]), 0, 1, this.#slots.length);
  }

  close(): void {
    closeSync(this.#file);
  }

  #words(offset: number): number[] {
    readSync(this.#file, this.#slots, 0, this.#slots.length, 0);
    return Array.from({ length: this.#parallelism }, (_, subtask) => Number(this.#slots.readBigInt64LE(subtask * SLOT + offset)));
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
