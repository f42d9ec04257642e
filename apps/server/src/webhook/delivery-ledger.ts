import type { CursorFile, Delivered } from './cursor-file.js';

/** Committed alerts that are looked at beyond the first one not delivered, and ids delivered before their commit. */
const MOST = 10_000;
/** Between two writes of the file: a kill repeats what was delivered in between. */
const SAVE_EVERY = 1_000;

/**
 * Which alerts have been delivered. In order of commit they are gone through up to `horizon`; those not delivered yet are `open`; everything before
 * the oldest open one is behind the cursor and needs no memory.
 */
export class DeliveryLedger {
  /** seq up to which committed alerts have been looked at. */
  horizon: number;
  readonly #file: CursorFile;
  /** Delivered, beyond the cursor or not committed yet. */
  readonly #delivered: Set<string>;
  /** Committed between cursor and horizon, in order of seq. */
  readonly #seen = new Map<number, string>();
  #cursor: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(start: Delivered, file: CursorFile) {
    this.#cursor = start.cursor;
    this.horizon = start.cursor;
    this.#delivered = new Set(start.beyond);
    this.#file = file;
  }

  has(id: string): boolean {
    return this.#delivered.has(id);
  }

  hasRoom(): boolean {
    return this.#seen.size < MOST;
  }

  delivered(id: string): void {
    this.#delivered.add(id);
    // Raised, delivered, then withdrawn by a failure: such ids are never committed, and the oldest are given up.
    if (this.#delivered.size > 2 * MOST) this.#delivered.delete(this.#delivered.values().next().value as string);
    this.#advance();
  }

  committed(seq: number, id: string): void {
    this.horizon = seq;
    this.#seen.set(seq, id);
    this.#advance();
  }

  #advance(): void {
    for (const [seq, id] of this.#seen) {
      if (!this.#delivered.has(id)) break;
      this.#seen.delete(seq);
      this.#delivered.delete(id);
      this.#cursor = seq;
    }
    this.#timer ??= setTimeout(() => this.save(), SAVE_EVERY).unref();
  }

  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#file.write({ cursor: this.#cursor, beyond: [...this.#delivered] });
  }

  close(): void {
    this.save();
  }
}
