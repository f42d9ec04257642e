// Data plane: one object per record, nothing else.

import type { UserEvent } from '../event.js';
import { mix32, randomBits, streamBase, threshold32 } from './counter-hash.js';
import type { LoadSourceOptions } from './load-source.js';

/** Time stamps of a source without a rate advance as if it made a million events a second. */
const UNLIMITED_RATE = 1_000_000;

/**
 * What the n-th event of one split of the load source is. The source and an oracle both ask here.
 *
 * Splits have different users, as far as there are enough: user k + 1 is one of split k mod `splits`. So each user's events come in the order of one split, and
 * what any run made of them follows from how far each split came.
 */
export class LoadEvents {
  readonly #base: number;
  /** Users of this split, and what lies between the numbers of two. */
  readonly #users: number;
  readonly #stride: number;
  readonly #firstUser: number;
  /** Bits of the number of users: skewed keys come from that many octaves. 0 for uniform ones. */
  readonly #octaves: number;
  readonly #abnormalBelow: number;
  readonly #msPerEvent: number;
  readonly #split: number;
  readonly #splits: number;
  readonly #start: number;

  constructor(options: LoadSourceOptions, split: number, splits: number, start: number) {
    this.#base = streamBase(options.seed, split);
    const disjoint = options.keys >= splits;
    this.#stride = disjoint ? splits : 1;
    this.#firstUser = disjoint ? split + 1 : 1;
    this.#users = disjoint ? Math.ceil((options.keys - split) / splits) : options.keys;
    this.#octaves = options.skew === 'zipf' ? Math.floor(Math.log2(this.#users)) + 1 : 0;
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
      userId: `user${this.#user(bits)}`,
      isAbnormal: this.#abnormal(bits),
      timestamp: this.#start + Math.floor(sequence * this.#msPerEvent),
      sequence,
    };
  }

  /** The number in the n-th event's `userId`, 1 … keys. */
  user(n: number): number {
    return this.#user(randomBits(this.#base, n));
  }

  isAbnormal(n: number): boolean {
    return this.#abnormal(randomBits(this.#base, n));
  }

  #user(bits: number): number {
    // Both operands unsigned for V8 to see, or it divides doubles.
    const rank = this.#octaves === 0 ? bits % (this.#users >>> 0) : this.#skewed(bits);
    return rank * this.#stride + this.#firstUser;
  }

  #abnormal(bits: number): boolean {
    return mix32(bits ^ 0x5bd1e995) >>> 0 < this.#abnormalBelow;
  }

  /**
   * Zipf's law with exponent 1 in steps: ranks 1, 2 – 3, 4 – 7, … are each drawn as often as the next twice as many. Whole numbers only, so that any language makes
   * the same of it.
   */
  #skewed(bits: number): number {
    const first = 2 ** ((mix32(bits ^ 0x1b873593) >>> 0) % this.#octaves);
    const last = Math.min(2 * first - 1, this.#users);
    return first - 1 + (bits % (last - first + 1));
  }
}

/** Events of one split out of `count` over all splits. */
export function eventsOfSplit(count: number | undefined, split: number, splits: number): number {
  return count === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.ceil((count - split) / splits));
}
