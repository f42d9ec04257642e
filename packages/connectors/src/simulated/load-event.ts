// Data plane: one object per record, nothing else.

import type { UserEvent } from '../event.js';
import { mix32, randomBits, streamBase, threshold32 } from './counter-hash.js';
import type { LoadSourceOptions } from './load-source.js';

/** Time stamps of a source without a rate advance as if it made a million events a second. */
const UNLIMITED_RATE = 1_000_000;

/** What the n-th event of one split of the load source is. The source and an oracle both ask here. */
export class LoadEvents {
  readonly #base: number;
  readonly #keys: number;
  readonly #abnormalBelow: number;
  readonly #msPerEvent: number;
  readonly #split: number;
  readonly #splits: number;
  readonly #start: number;

  constructor(options: LoadSourceOptions, split: number, splits: number, start: number) {
    this.#base = streamBase(options.seed, split);
    this.#keys = options.keys;
    this.#abnormalBelow = threshold32(options.abnormalRate);
    this.#msPerEvent = 1000 / (options.rate || UNLIMITED_RATE);
    this.#split = split;
    this.#splits = splits;
    this.#start = start;
  }

  event(n: number): UserEvent {
    const bits = randomBits(this.#base, n);
    const sequence = n * this.#splits + this.#split;
    return {
      userId: `user${(bits % this.#keys) + 1}`,
      isAbnormal: mix32(bits ^ 0x5bd1e995) >>> 0 < this.#abnormalBelow,
      timestamp: this.#start + Math.floor(sequence * this.#msPerEvent),
      sequence,
    };
  }
}

/** Events of one split out of `count` over all splits. */
export function eventsOfSplit(count: number | undefined, split: number, splits: number): number {
  return count === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.ceil((count - split) / splits));
}
