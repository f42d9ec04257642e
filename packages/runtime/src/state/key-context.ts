// Data plane: set once per record.
import type { Key } from '../api/functions.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { decodeKey } from './key-codec.js';

/**
 * The current key of a task: where its encoded bytes lie, and its hash as it came with the record.
 *
 * The bytes (see `key-codec.ts`) are canonical: two keys are equal exactly if their bytes are.
 */
export class KeyContext {
  /** murmur(key.hashCode()), not negative: what key group and table slot are made from. */
  hash = 0;
  segment: MemorySegment = EMPTY;
  position = 0;
  length = 0;
  /** Grows with each `set`, so that a state can tell whether what it looked up is still of the current key. */
  version = 0;
  #key: Key | undefined;

  set(segment: MemorySegment, position: number, length: number, hash: number): void {
    this.segment = segment;
    this.position = position;
    this.length = length;
    this.hash = hash;
    this.#key = undefined;
    this.version++;
  }

  /** Decoded on first use, per record. */
  get key(): Key {
    if (this.#key === undefined) this.#key = decodeKey(this.segment, this.position, this.length);
    return this.#key;
  }
}

const EMPTY = MemorySegment.allocate(8);
