// Data plane: no allocation per access; growth and shrinking allocate.
import type { MemorySegment } from '../memory/memory-segment.js';
import { hashEncodedKey } from './key-codec.js';
import { StateError } from './state-error.js';

/**
 * The entries of one key group of one state: entries lie side by side without gaps, in the order they came; an index of one word each finds them.
 *
 *     entry   byte 0   length of the key, u8 (255: a long one) · number of the snapshot that has it already, 24 bits
 *             byte 4   the key; of a long one its offset in `arena`, i32, and its length, u32
 *             last     the value: i32 of a narrow table, f64 of a wide one; of an object nothing, it is in `objects` at the entry's number
 *
 *     index   0 for a free slot, else the entry's number + 1 in the low bits and in the others a print of its hash, so that the entry of another key
 *             is hardly ever looked at
 *
 * So a key with an int32 takes 24 bytes and 5 to 7 of index, growing copies entries as they are, and the index is small enough to be in the cache where the entries
 * are not. Capacities of the index are 4 · 2ⁿ and 6 · 2ⁿ. The last entry takes the place of one that is removed, whose slot is marked as `REMOVED` unless a free one follows.
 *
 * A snapshot reads the live table. While it has yet to, `frozen`, an entry is written for it just before its first change (`EarlyWriter`), which is work that would have
 * to be done anyway: nothing is copied, and no change waits for more than the writing of its own entry.
 */
export const NARROW_WORDS = 6;
/** i32 words of an entry of which the last two are an f64. */
export const WIDE_WORDS = 8;
export const LONG_KEY = 255;

export type TableLayout = 'narrow' | 'wide' | 'objects';

/** A snapshot that is yet to come to an entry about to be changed. */
export interface EarlyWriter {
  /** `ordinal`: what the table was frozen with. */
  writeEarly(table: KeyTable, entry: number, ordinal: number): void;
}

const MIN_CAPACITY = 8;
const MIN_ENTRIES = 4;
/** Slots of the index that more than this are never taken, in sixteenths. */
const FULLEST = 11;
/** 2³² / golden ratio. Hashes within a key group are all congruent, so the low bits alone would not do. */
const GOLDEN = 0x9e3779b1 | 0;
const PRINT = 0x85ebca6b | 0;
/** Bits of the hash beyond those of the slot, so that thirds of a range are near enough to equal. */
const SPREAD = 6;
const LARGEST_SHIFTS = 23;
const EPOCHS = 1 << 24;

export class KeyTable {
  count = 0;
  i32!: Int32Array;
  f64!: Float64Array;
  view!: DataView;
  arena: DataView = EMPTY_ARENA;
  readonly objects: unknown[] = [];
  /** i32 words of an entry. */
  readonly words: number;
  frozen = false;
  /** Entries before this one the snapshot has read. */
  scanned = 0;

  readonly #hasObjects: boolean;
  /** Keys up to so many bytes lie in the entry. */
  readonly #inlineBytes: number;
  #index!: Int32Array;
  #shift = 0;
  /** 4 or 6. */
  #factor = 0;
  #entryMask = 0;
  #limit = 0;
  #removed = 0;
  #arenaUsed = 0;
  #arenaLive = 0;
  /** Number of the last snapshot, from 1. An entry that has it is in that snapshot already, or younger. */
  #epoch = 0;
  #early: EarlyWriter | undefined;
  #ordinal = 0;

  constructor(layout: TableLayout) {
    this.#hasObjects = layout === 'objects';
    this.words = layout === 'wide' ? WIDE_WORDS : NARROW_WORDS;
    this.#inlineBytes = layout === 'narrow' ? 16 : 20;
    this.#setEntries(new ArrayBuffer(MIN_ENTRIES * this.words * 4));
    this.#setIndex(MIN_CAPACITY);
  }

  get memoryUsed(): number {
    return this.i32.byteLength + this.#index.byteLength + this.arena.byteLength + this.objects.length * 8;
  }

  /** The entry of a key, or `~slot` of the free slot of the index where it would go. */
  find(source: MemorySegment, position: number, length: number, hash: number): number {
    const index = this.#index;
    const mask = this.#entryMask;
    const print = Math.imul(hash, PRINT) & ~mask;
    let slot = Math.imul(Math.imul(hash, GOLDEN) >>> this.#shift, this.#factor) >>> SPREAD;
    for (;;) {
      const word = index[slot];
      if (word === 0) return ~slot;
      if ((word & ~mask) === print) {
        const number = word & mask;
        // A slot marked as removed has no entry.
        if (number > 0 && this.#isKey((number - 1) * this.words, source, position, length)) return number - 1;
      }
      if (++slot === index.length) slot = 0;
    }
  }

  /** For `touch` of the state: reads of the index what `find` will read, and gives it back so that the reading is not left out. */
  touchIndex(hash: number): number {
    return this.#index[Math.imul(Math.imul(hash, GOLDEN) >>> this.#shift, this.#factor) >>> SPREAD];
  }

  /** Place in `i32` of the entry that a key with this hash has, most likely; −1 if it has none. Reads the index only. */
  placeOf(hash: number): number {
    const index = this.#index;
    const mask = this.#entryMask;
    const print = Math.imul(hash, PRINT) & ~mask;
    let slot = Math.imul(Math.imul(hash, GOLDEN) >>> this.#shift, this.#factor) >>> SPREAD;
    for (;;) {
      const word = index[slot];
      if (word === 0) return -1;
      const number = word & mask;
      if ((word & ~mask) === print && number > 0) return (number - 1) * this.words;
      if (++slot === index.length) slot = 0;
    }
  }

  /** `free` is what `find` just gave for this key. Returns the new entry, whose value is 0 (or undefined). */
  insert(free: number, source: MemorySegment, position: number, length: number, hash: number): number {
    let slot = ~free;
    const entry = this.count;
    if (entry + this.#removed >= this.#limit) {
      this.#setIndex(capacityFor(this.#removed === 0 ? entry + 1 : entry + 1 + (entry >>> 3)));
      slot = ~this.find(source, position, length, hash);
    }
    const { words } = this;
    const at = entry * words;
    if (at + words > this.i32.length) this.#growEntries(entry + 1);
    this.#writeKey(at, source, position, length);
    const { i32 } = this;
    if (words === WIDE_WORDS) this.f64[(at >> 1) + 3] = 0;
    else if (this.#hasObjects) this.objects.push(undefined);
    else i32[at + NARROW_WORDS - 1] = 0;
    this.#index[slot] = (Math.imul(hash, PRINT) & ~this.#entryMask) | (entry + 1);
    this.count = entry + 1;
    return entry;
  }

  /** Call `beforeChange` before. The number of every other entry is void. */
  remove(entry: number): void {
    const last = this.count - 1;
    if (this.frozen && entry !== last) this.beforeChange(last);
    const { i32, words } = this;
    if ((i32[entry * words] & 0xff) === LONG_KEY) this.#arenaLive -= i32[entry * words + 2] >>> 0;
    const slot = this.#slotOf(entry);
    if (entry !== last) {
      const moved = this.#slotOf(last);
      this.#index[moved] = (this.#index[moved] & ~this.#entryMask) | (entry + 1);
      i32.copyWithin(entry * words, last * words, last * words + words);
      if (this.#hasObjects) this.objects[entry] = this.objects[last];
    }
    if (this.#hasObjects) this.objects.pop();
    this.#freeSlot(slot);
    this.count = last;
    if (this.#index.length > MIN_CAPACITY && last * 5 < this.#index.length) this.#shrink();
  }

  /** Before a restore of that many entries more, so that the table grows once. */
  reserve(entries: number): void {
    const wanted = this.count + entries;
    if (wanted + this.#removed > this.#limit) this.#setIndex(capacityFor(wanted));
    if (wanted * this.words > this.i32.length) this.#growEntries(wanted);
  }

  keyLength(entry: number): number {
    const at = entry * this.words;
    const length = this.i32[at] & 0xff;
    return length === LONG_KEY ? this.i32[at + 2] >>> 0 : length;
  }

  // Snapshots

  freeze(writer: EarlyWriter, ordinal: number): void {
    this.frozen = true;
    this.scanned = 0;
    this.#early = writer;
    this.#ordinal = ordinal;
    this.#epoch = (this.#epoch + 1) % EPOCHS;
    if (this.#epoch > 0) return;
    // All numbers have been used: one of long ago must not be taken for a new one.
    this.#epoch = 1;
    const { i32, words } = this;
    for (let at = 0; at < i32.length; at += words) i32[at] &= 0xff;
  }

  /** The snapshot has read the table or does not want it any more. */
  unfreeze(): void {
    this.frozen = false;
    this.#early = undefined;
  }

  /** Must come before every change of an entry of a frozen table. */
  beforeChange(entry: number): void {
    if (!this.frozen || entry < this.scanned || this.isWritten(entry)) return;
    // If the writing fails the snapshot does, not whoever changes the entry.
    const at = entry * this.words;
    this.i32[at] = (this.i32[at] & 0xff) | (this.#epoch << 8);
    this.#early?.writeEarly(this, entry, this.#ordinal);
  }

  /** Whether the snapshot has the entry already, or does not want it as it is younger. */
  isWritten(entry: number): boolean {
    return this.i32[entry * this.words] >>> 8 === this.#epoch;
  }

  // Keys

  #isKey(at: number, source: MemorySegment, position: number, length: number): boolean {
    const { i32 } = this;
    const inline = i32[at] & 0xff;
    if (inline !== LONG_KEY) {
      if (inline !== length) return false;
      if ((position & 3) === 0) {
        // As a channel brings it: whole words, and of the last one what belongs to the key.
        const other = source.i32;
        let own = at + 1;
        let from = position >> 2;
        for (const last = own + (length >> 2); own < last; own++, from++) if (i32[own] !== other[from]) return false;
        const rest = length & 3;
        return rest === 0 || (i32[own] ^ other[from]) << (32 - (rest << 3)) === 0;
      }
      const own = this.view;
      const from = (at << 2) + 4;
      for (let i = 0; i < length; i++) if (own.getUint8(from + i) !== source.u8[position + i]) return false;
      return true;
    }
    if (i32[at + 2] >>> 0 !== length) return false;
    const { arena } = this;
    const { view } = source;
    const from = i32[at + 1];
    const last = length - 4;
    for (let i = 0; i < last; i += 4) if (arena.getInt32(from + i, true) !== view.getInt32(position + i, true)) return false;
    return arena.getInt32(from + last, true) === view.getInt32(position + last, true);
  }

  #writeKey(at: number, source: MemorySegment, position: number, length: number): void {
    if (length <= this.#inlineBytes) {
      const { view } = this;
      const to = (at << 2) + 4;
      let i = 0;
      for (; i + 4 <= length; i += 4) view.setInt32(to + i, source.view.getInt32(position + i, true), true);
      for (; i < length; i++) view.setUint8(to + i, source.u8[position + i]);
      this.i32[at] = length | (this.#epoch << 8);
      return;
    }
    const offset = this.#appendToArena(source.u8, position, length);
    const { i32 } = this;
    i32[at] = LONG_KEY | (this.#epoch << 8);
    i32[at + 1] = offset;
    i32[at + 2] = length;
  }

  #hashOf(entry: number): number {
    const at = entry * this.words;
    const length = this.i32[at] & 0xff;
    if (length === LONG_KEY) return hashEncodedKey(this.arena, this.i32[at + 1], this.i32[at + 2] >>> 0);
    return hashEncodedKey(this.view, (at << 2) + 4, length);
  }

  #appendToArena(source: Uint8Array, position: number, length: number): number {
    if (this.#arenaUsed + length > this.arena.byteLength) this.#renewArena(length);
    const offset = this.#arenaUsed;
    bytesOf(this.arena).set(source.subarray(position, position + length), offset);
    this.#arenaUsed += length;
    this.#arenaLive += length;
    return offset;
  }

  /** Leaves behind the keys that were removed. */
  #renewArena(extra: number): void {
    const old = bytesOf(this.arena);
    const renewed = new Uint8Array(Math.max(256, Math.ceil((this.#arenaLive + extra) * 1.5)));
    let used = 0;
    const { i32, words } = this;
    for (let at = 0; at < this.count * words; at += words) {
      if ((i32[at] & 0xff) !== LONG_KEY) continue;
      const offset = i32[at + 1];
      const length = i32[at + 2] >>> 0;
      renewed.set(old.subarray(offset, offset + length), used);
      i32[at + 1] = used;
      used += length;
    }
    this.arena = new DataView(renewed.buffer);
    this.#arenaUsed = used;
  }

  // Entries and index

  #setEntries(buffer: ArrayBuffer): void {
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
  }

  /** By an eighth at least, a half while it is small: copying entries is cheap, room for those that never come is not. */
  #growEntries(wanted: number): void {
    const now = this.i32.length / this.words;
    this.#moveEntries(Math.max(wanted, now + (now < 512 ? now >>> 1 : now >>> 3)));
  }

  #moveEntries(entries: number): void {
    const old = this.i32;
    this.#setEntries(new ArrayBuffer(entries * this.words * 4));
    this.i32.set(old.subarray(0, this.count * this.words));
  }

  #shrink(): void {
    this.#moveEntries(Math.max(MIN_ENTRIES, this.count + (this.count >>> 2)));
    this.#setIndex(capacityFor(this.count + (this.count >>> 2)));
  }

  #setIndex(capacity: number): void {
    const shifts = 31 - Math.clz32(capacity) - 2;
    if (shifts > LARGEST_SHIFTS) throw new StateError(`one key group has ${this.count} keys in a state, which is as many as it can hold`);
    this.#factor = capacity >>> shifts;
    this.#shift = 32 - shifts - SPREAD;
    this.#limit = (capacity * FULLEST) >>> 4;
    this.#entryMask = 2 ** (32 - Math.clz32(this.#limit)) - 1;
    this.#removed = 0;
    const index = new Int32Array(capacity);
    this.#index = index;
    const mask = this.#entryMask;
    for (let entry = 0; entry < this.count; entry++) {
      const hash = this.#hashOf(entry);
      let slot = Math.imul(Math.imul(hash, GOLDEN) >>> this.#shift, this.#factor) >>> SPREAD;
      while (index[slot] !== 0) if (++slot === capacity) slot = 0;
      index[slot] = (Math.imul(hash, PRINT) & ~mask) | (entry + 1);
    }
  }

  /** Slot of the index that has the entry. */
  #slotOf(entry: number): number {
    const index = this.#index;
    const mask = this.#entryMask;
    let slot = Math.imul(Math.imul(this.#hashOf(entry), GOLDEN) >>> this.#shift, this.#factor) >>> SPREAD;
    while ((index[slot] & mask) !== entry + 1) if (++slot === index.length) slot = 0;
    return slot;
  }

  #freeSlot(slot: number): void {
    const index = this.#index;
    const { length } = index;
    const removed = ~this.#entryMask;
    if (index[slot + 1 === length ? 0 : slot + 1] !== 0) {
      index[slot] = removed;
      this.#removed++;
      return;
    }
    index[slot] = 0;
    // Nothing probes beyond a free slot, so those removed just before it are free as well.
    for (let at = slot === 0 ? length - 1 : slot - 1; index[at] === removed; at = at === 0 ? length - 1 : at - 1) {
      index[at] = 0;
      this.#removed--;
    }
  }
}

/** The least capacity of the index for so many entries. */
function capacityFor(entries: number): number {
  let capacity = MIN_CAPACITY;
  while ((capacity * FULLEST) >>> 4 < entries) capacity = (capacity & (capacity - 1)) === 0 ? (capacity >>> 1) * 3 : (capacity / 3) * 4;
  return capacity;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

const EMPTY_ARENA = new DataView(new ArrayBuffer(0));
