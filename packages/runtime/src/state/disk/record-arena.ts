// Data plane: no allocation per access; growth allocates.
import { MemorySegment } from '../../memory/memory-segment.js';

/**
 * Entries of keyed state in memory in front of the store: records appended to one stretch of memory, an open-addressing index over them, and a chain through
 * the records of each state and key group, the newest first.
 *
 *     i32      key length · value length, −1 where the key was removed · room for the value · next of its chain, 0 at the end ·
 *              epoch of its last change, 0 for none · epoch in which a later record took its place, 0 if none has · state, and `DIRTY` · hash
 *     key      padded so that what follows is aligned
 *     hash     once more, i32: with the value it is what the store is given
 *     value    at a multiple of 8
 *
 * A record is named by its position / 8. While a snapshot is being written, what it shows is not overwritten: a change appends a record.
 */
export const KEY_LENGTH = 0;
export const VALUE_LENGTH = 1;
export const VALUE_ROOM = 2;
export const NEXT = 3;
export const EPOCH = 4;
export const SUPERSEDED = 5;
const STATE = 6;
export const HASH = 7;

export const REMOVED = -1;
/** In the word of the state: the store has another value of the key, or none. */
const DIRTY = 0x10000;
const HEADER_BYTES = 32;
const GOLDEN = 0x9e3779b1 | 0;
const MIN_BYTES = 16 * 1024;
const MIN_CAPACITY = 256;

export class RecordArena {
  segment: MemorySegment;
  /** Bytes. */
  used = 8;
  /** By state, then by key group − the first one's. */
  readonly heads: (Int32Array | undefined)[] = [];
  /** By state: the last epoch in which one of its records changed. */
  readonly changed: number[] = [];
  readonly #groups: number;
  #index = new Int32Array(MIN_CAPACITY);
  #count = 0;
  #mask = MIN_CAPACITY - 1;
  #shift = 32 - Math.log2(MIN_CAPACITY);

  /** `bytes`: how many are to be expected. */
  constructor(groups: number, bytes = MIN_BYTES) {
    this.segment = MemorySegment.allocate(bytes);
    this.#groups = groups;
  }

  get memoryUsed(): number {
    return this.segment.size + this.#index.byteLength;
  }

  /** The newest record of a key, 0 if there is none. */
  find(state: number, source: MemorySegment, position: number, length: number, hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    for (let slot = this.#home(state, hash); ; slot = (slot + 1) & mask) {
      const record = index[slot];
      if (record === 0 || this.#isKey(record, state, source, position, length, hash)) return record;
    }
  }

  /** The record's value is yet to be written: `length` bytes at `valueAt`. It takes the place of the key's former record. */
  append(state: number, group: number, source: MemorySegment, position: number, length: number, hash: number, valueLength: number): number {
    const room = Math.max(8, (valueLength + 7) & ~7);
    // Room for the key and the hash behind it.
    const keyRoom = (length + 4 + 7) & ~7;
    const start = this.used;
    const end = start + HEADER_BYTES + keyRoom + room;
    if (end > this.segment.size) this.#grow(end);
    const { i32, u8 } = this.segment;
    const at = start >> 2;
    i32[at + KEY_LENGTH] = length;
    i32[at + VALUE_LENGTH] = valueLength;
    i32[at + VALUE_ROOM] = room;
    i32[at + EPOCH] = 0;
    i32[at + SUPERSEDED] = 0;
    i32[at + STATE] = state;
    i32[at + HASH] = hash;
    u8.set(source.u8.subarray(position, position + length), start + HEADER_BYTES);
    i32[(start + HEADER_BYTES + keyRoom - 4) >> 2] = hash;
    this.used = end;
    const record = start >> 3;
    let heads = this.heads[state];
    if (heads === undefined) {
      heads = new Int32Array(this.#groups);
      this.heads[state] = heads;
    }
    i32[at + NEXT] = heads[group];
    heads[group] = record;
    this.#enter(record, state, source, position, length, hash);
    return record;
  }

  /** Notes a change in `epoch`. */
  change(record: number, epoch: number): void {
    const { i32 } = this.segment;
    i32[(record << 1) + EPOCH] = epoch;
    const state = i32[(record << 1) + STATE] & 0xffff;
    i32[(record << 1) + STATE] = state | DIRTY;
    if (!(this.changed[state] >= epoch)) this.changed[state] = epoch;
  }

  word(record: number, word: number): number {
    return this.segment.i32[(record << 1) + word];
  }

  setWord(record: number, word: number, value: number): void {
    this.segment.i32[(record << 1) + word] = value;
  }

  isDirty(record: number): boolean {
    return (this.segment.i32[(record << 1) + STATE] & DIRTY) !== 0;
  }

  keyAt(record: number): number {
    return (record << 3) + HEADER_BYTES;
  }

  valueAt(record: number): number {
    return (record << 3) + HEADER_BYTES + ((this.segment.i32[(record << 1) + KEY_LENGTH] + 4 + 7) & ~7);
  }

  /** Whether the record belongs to what the state was at the end of `epoch`. */
  isLiveAt(record: number, epoch: number): boolean {
    const { i32 } = this.segment;
    const superseded = i32[(record << 1) + SUPERSEDED];
    return i32[(record << 1) + EPOCH] <= epoch && (superseded === 0 || superseded > epoch);
  }

  #home(state: number, hash: number): number {
    return Math.imul(hash + Math.imul(state, 0x85ebca6b), GOLDEN) >>> this.#shift;
  }

  #isKey(record: number, state: number, source: MemorySegment, position: number, length: number, hash: number): boolean {
    const { i32, u8 } = this.segment;
    const at = record << 1;
    if (i32[at + HASH] !== hash || i32[at + KEY_LENGTH] !== length || (i32[at + STATE] & 0xffff) !== state) return false;
    const own = (record << 3) + HEADER_BYTES;
    const from = source.u8;
    for (let i = 0; i < length; i++) if (u8[own + i] !== from[position + i]) return false;
    return true;
  }

  #enter(record: number, state: number, source: MemorySegment, position: number, length: number, hash: number): void {
    if ((this.#count + 1) * 3 > this.#index.length * 2) this.#growIndex();
    const index = this.#index;
    const mask = this.#mask;
    let slot = this.#home(state, hash);
    for (; ; slot = (slot + 1) & mask) {
      const other = index[slot];
      if (other === 0) {
        this.#count++;
        break;
      }
      if (this.#isKey(other, state, source, position, length, hash)) break;
    }
    index[slot] = record;
  }

  #growIndex(): void {
    const old = this.#index;
    const index = new Int32Array(old.length * 2);
    this.#index = index;
    this.#mask = index.length - 1;
    this.#shift--;
    const { i32 } = this.segment;
    for (const record of old) {
      if (record === 0) continue;
      let slot = this.#home(i32[(record << 1) + STATE] & 0xffff, i32[(record << 1) + HASH]);
      while (index[slot] !== 0) slot = (slot + 1) & this.#mask;
      index[slot] = record;
    }
  }

  #grow(needed: number): void {
    const grown = MemorySegment.allocate(Math.max(needed, this.segment.size * 2));
    grown.u8.set(this.segment.u8.subarray(0, this.used));
    this.segment = grown;
  }
}
