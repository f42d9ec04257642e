// Data plane: no allocation per access; growth, shrinking and copies for a snapshot allocate.
import type { MemorySegment } from '../memory/memory-segment.js';

/**
 * The entries of one key group of one state: open addressing with linear probing over one buffer of 32-byte slots, so that hash, value and key of an entry
 * are in one half of a cache line.
 *
 *     byte 0   hash, i32
 *     byte 4   key length in bytes, i32; 0 marks a free slot (an encoded key has a byte at least)
 *     byte 8   value: f64, or an i32 index into `objects`
 *     byte 16  the key if it has 16 bytes at most, zero-padded; else i32 offset of it in `arena`
 *
 * Deletion shifts back what follows, so there are no tombstones and a table that is used for years probes as a fresh one.
 *
 * Copy on write: while `frozen`, a snapshot has yet to read the table as it was; `prepareWrite` gives it a copy before the first change.
 */
export const INLINE_KEY_BYTES = 16;
/** i32 words of a slot. */
export const SLOT_WORDS = 8;

const SLOT_BYTES = 32;
const MIN_CAPACITY = 8;
/** 2³² / golden ratio. Hashes within a key group are all congruent, so the low bits alone would not do. */
const GOLDEN = 0x9e3779b1 | 0;

/** What a snapshot reads: a live table or the copy of one. */
export interface TableContent {
  readonly capacity: number;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly f64: Float64Array;
  readonly arena: Uint8Array;
  readonly objects: readonly unknown[];
}

export class KeyTable implements TableContent {
  capacity = MIN_CAPACITY;
  i32!: Int32Array;
  u8!: Uint8Array;
  f64!: Float64Array;
  view!: DataView;
  arena: Uint8Array = EMPTY_ARENA;
  objects: unknown[] = [];
  count = 0;
  frozen = false;
  copy: TableCopy | null = null;

  readonly #hasObjects: boolean;
  #mask = 0;
  #shift = 0;
  #arenaUsed = 0;
  #arenaLive = 0;
  /** Indexes into `objects` that are free. */
  #free: number[] = [];
  /** Buffer of the last copy, kept for the next: writing into memory that is mapped already takes a fifth of the time. */
  #spare: ArrayBuffer | null = null;

  constructor(hasObjects: boolean) {
    this.#hasObjects = hasObjects;
    this.#allocate(MIN_CAPACITY);
  }

  get memoryUsed(): number {
    const copied = this.copy === null ? 0 : this.copy.u8.byteLength + this.copy.objects.length * 8;
    return this.u8.byteLength + this.arena.byteLength + this.objects.length * 8 + copied + (this.#spare?.byteLength ?? 0);
  }

  /** The slot of a key, or `~slot` of the free one where it would go. */
  find(source: MemorySegment, position: number, length: number, hash: number): number {
    const { i32 } = this;
    const mask = this.#mask;
    let slot = Math.imul(hash, GOLDEN) >>> this.#shift;
    for (;;) {
      const at = slot << 3;
      const keyLength = i32[at + 1];
      if (keyLength === 0) return ~slot;
      if (i32[at] === hash && keyLength === length && this.#isKey(at, source, position, length)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** `free` is what `find` just gave for this key. Returns the new entry's slot, whose value is 0 (or a new index into `objects`). Call `prepareWrite` before. */
  insert(free: number, source: MemorySegment, position: number, length: number, hash: number): number {
    let slot = ~free;
    // At most ⅔ full: beyond it misses have to probe long runs.
    if ((this.count + 1) * 3 > this.capacity * 2) {
      this.#resize(this.capacity * 2);
      slot = ~this.find(source, position, length, hash);
    }
    const { i32, u8 } = this;
    const at = slot << 3;
    if (length <= INLINE_KEY_BYTES) {
      const from = source.u8;
      const to = (slot << 5) + 16;
      for (let i = 0; i < length; i++) u8[to + i] = from[position + i];
    } else {
      // Before the slot is marked as taken: this may walk the taken ones.
      i32[at + 4] = this.#appendToArena(source.u8, position, length);
    }
    i32[at] = hash;
    i32[at + 1] = length;
    if (this.#hasObjects) {
      const index = this.#free.pop() ?? this.objects.length;
      this.objects[index] = undefined;
      i32[at + 2] = index;
    }
    this.count++;
    return slot;
  }

  /** Call `prepareWrite` before. All slots of before are void. */
  remove(slot: number): void {
    const { i32 } = this;
    const mask = this.#mask;
    if (this.#hasObjects) {
      const index = i32[(slot << 3) + 2];
      this.objects[index] = undefined;
      this.#free.push(index);
    }
    const keyLength = i32[(slot << 3) + 1];
    if (keyLength > INLINE_KEY_BYTES) this.#arenaLive -= keyLength;
    let hole = slot;
    for (let next = (slot + 1) & mask; i32[(next << 3) + 1] !== 0; next = (next + 1) & mask) {
      const home = Math.imul(i32[next << 3], GOLDEN) >>> this.#shift;
      // It may move into the hole if the hole lies between its home and where it is.
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        for (let i = 0; i < SLOT_WORDS; i++) i32[(hole << 3) + i] = i32[(next << 3) + i];
        hole = next;
      }
    }
    i32.fill(0, hole << 3, (hole << 3) + SLOT_WORDS);
    this.count--;
    if (this.capacity > MIN_CAPACITY && this.count * 8 < this.capacity) this.#resize(this.capacity / 2);
  }

  /** Before a restore of that many entries more, so that the table grows once. */
  reserve(entries: number): void {
    let capacity = this.capacity;
    while ((this.count + entries) * 3 > capacity * 2) capacity *= 2;
    if (capacity !== this.capacity) this.#resize(capacity);
  }

  freeze(): void {
    this.frozen = true;
  }

  /** Must come before every change. */
  prepareWrite(): void {
    if (!this.frozen || this.copy !== null) return;
    const { byteLength } = this.u8;
    const reused = this.#spare?.byteLength === byteLength;
    const buffer = reused ? this.#spare! : new ArrayBuffer(byteLength);
    this.#spare = null;
    this.copy = new TableCopy(buffer, this);
  }

  /** The snapshot has read the table or does not want it any more. A table that was not written to meanwhile keeps no spare buffer. */
  unfreeze(): void {
    this.frozen = false;
    this.#spare = this.copy !== null && this.copy.u8.byteLength === this.u8.byteLength ? this.copy.buffer : null;
    this.copy = null;
  }

  #isKey(at: number, source: MemorySegment, position: number, length: number): boolean {
    const { u8 } = source;
    if (length <= INLINE_KEY_BYTES) {
      // Four bytes at a time, the last four overlapping: half the time of a loop over bytes.
      const { view: own } = this;
      const { view } = source;
      const from = (at << 2) + 16;
      if (length >= 4) {
        const last = length - 4;
        for (let i = 0; i < last; i += 4) if (own.getInt32(from + i, true) !== view.getInt32(position + i, true)) return false;
        return own.getInt32(from + last, true) === view.getInt32(position + last, true);
      }
      for (let i = 0; i < length; i++) if (this.u8[from + i] !== u8[position + i]) return false;
      return true;
    }
    const { arena } = this;
    const from = this.i32[at + 4];
    for (let i = 0; i < length; i++) if (arena[from + i] !== u8[position + i]) return false;
    return true;
  }

  /** The arena is only ever appended to, or replaced: a copy of the slots stays right with the arena it was made with. */
  #appendToArena(source: Uint8Array, position: number, length: number): number {
    if (this.#arenaUsed + length > this.arena.byteLength) this.#renewArena(length);
    const offset = this.#arenaUsed;
    this.arena.set(source.subarray(position, position + length), offset);
    this.#arenaUsed += length;
    this.#arenaLive += length;
    return offset;
  }

  /** Leaves behind the keys that were removed. */
  #renewArena(extra: number): void {
    const old = this.arena;
    const renewed = new Uint8Array(Math.max(256, (this.#arenaLive + extra) * 2));
    let used = 0;
    const { i32 } = this;
    for (let at = 0; at < i32.length; at += SLOT_WORDS) {
      const length = i32[at + 1];
      if (length <= INLINE_KEY_BYTES) continue;
      const offset = i32[at + 4];
      renewed.set(old.subarray(offset, offset + length), used);
      i32[at + 4] = used;
      used += length;
    }
    this.arena = renewed;
    this.#arenaUsed = used;
  }

  #allocate(capacity: number): void {
    const buffer = new ArrayBuffer(capacity * SLOT_BYTES);
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
    this.capacity = capacity;
    this.#mask = capacity - 1;
    this.#shift = 32 - Math.log2(capacity);
  }

  #resize(capacity: number): void {
    const old = this.i32;
    this.#allocate(capacity);
    this.#spare = null;
    const { i32 } = this;
    const mask = this.#mask;
    for (let from = 0; from < old.length; from += SLOT_WORDS) {
      if (old[from + 1] === 0) continue;
      let slot = Math.imul(old[from], GOLDEN) >>> this.#shift;
      while (i32[(slot << 3) + 1] !== 0) slot = (slot + 1) & mask;
      const to = slot << 3;
      for (let i = 0; i < SLOT_WORDS; i++) i32[to + i] = old[from + i];
    }
    if (this.#hasObjects) this.#closeObjectGaps();
  }

  /** Not while there is a copy: it is compared with the live table index by index (`preserve` in keyed-state-table.ts). */
  #closeObjectGaps(): void {
    if (this.copy !== null || this.#free.length === 0) return;
    const { i32, objects } = this;
    const closed: unknown[] = [];
    for (let at = 0; at < i32.length; at += SLOT_WORDS) {
      if (i32[at + 1] !== 0) i32[at + 2] = closed.push(objects[i32[at + 2]]) - 1;
    }
    this.objects = closed;
    this.#free = [];
  }
}

/** A table as it was when a snapshot was taken. */
export class TableCopy implements TableContent {
  readonly buffer: ArrayBuffer;
  readonly capacity: number;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly f64: Float64Array;
  readonly arena: Uint8Array;
  readonly objects: unknown[];

  constructor(buffer: ArrayBuffer, table: TableContent) {
    this.buffer = buffer;
    this.capacity = table.capacity;
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.u8.set(table.u8);
    this.arena = table.arena;
    this.objects = table.objects.slice();
  }
}

const EMPTY_ARENA = new Uint8Array(0);
