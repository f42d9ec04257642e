// Data plane: run once per key and checkpoint.
import { MemorySegment } from '../memory/memory-segment.js';
import type { CheckingSerializer } from '../memory/serializers.js';
import { TAG_LATIN1, TAG_NUMBER, TAG_UTF16 } from './key-codec.js';
import { type KeyTable, LONG_KEY, NARROW_WORDS } from './key-table.js';
import { INTEGER_KEY, OTHER_KEYS, type ValueKind } from './keyed-section-format.js';

/** What a key and a value of bounded size take at most; words are copied whole, so up to three bytes behind an entry are overwritten. */
const SHORT_ENTRY_BYTES = 48;
/** What stands before and after the bytes of a long key or value. */
const EXTRA_BYTES = 24;

/** Writes entries as version 2 of keyed-section-format.ts has them. */
export class KeyedEntryWriter {
  readonly #kind: ValueKind;
  readonly #serializer: CheckingSerializer<unknown>;
  #scratch = MemorySegment.allocate(1024);
  #encoded = 0;

  constructor(kind: ValueKind, serializer: CheckingSerializer<unknown>) {
    this.#kind = kind;
    this.#serializer = serializer;
  }

  /** Bytes that must be free for `write` of this entry, which has to be next. Serializes an object, and throws if that cannot be done. */
  prepare(table: KeyTable, entry: number): number {
    let bytes = SHORT_ENTRY_BYTES;
    if (this.#kind === 'object') {
      // Into the scratch segment, as serializers want aligned positions and entries are packed.
      const value = table.objects[entry];
      const most = this.#serializer.maxSize(value);
      if (most > this.#scratch.size) this.#scratch = MemorySegment.allocate(most * 2);
      this.#encoded = this.#serializer.write(value, this.#scratch, 0);
      bytes += this.#encoded;
    }
    if ((table.i32[entry * table.words] & 0xff) === LONG_KEY) bytes += EXTRA_BYTES + table.keyLength(entry);
    return bytes;
  }

  /** Returns the end. */
  write(table: KeyTable, entry: number, target: MemorySegment, position: number): number {
    const at = entry * table.words;
    const { i32 } = table;
    const { view } = target;
    const inline = i32[at] & 0xff;
    const first = i32[at + 1];
    let end: number;
    if (inline !== LONG_KEY && (first & 0xff) === TAG_LATIN1) {
      for (let i = 0, word = at + 1; i < inline; i += 4, word++) view.setInt32(position + i, i32[word], true);
      target.u8[position] = inline - 1;
      end = position + inline;
    } else
      end =
        inline === LONG_KEY ? this.#writeLongKey(table, at, target, position) : this.#writeOtherKey(table, at, inline, target, position);
    switch (this.#kind) {
      case 'int32': {
        const n = i32[at + NARROW_WORDS - 1];
        let bits = (n << 1) ^ (n >> 31);
        const { u8 } = target;
        while (bits >>> 0 > 0x7f) {
          u8[end++] = bits | 0x80;
          bits >>>= 7;
        }
        u8[end++] = bits;
        return end;
      }
      case 'boolean':
        target.u8[end] = i32[at + NARROW_WORDS - 1];
        return end + 1;
      case 'int64':
        return writeInteger(target.u8, end, table.f64[(at >> 1) + 3], 0, 0);
      case 'float64': {
        const n = table.f64[(at >> 1) + 3];
        if (Number.isSafeInteger(n) && !Object.is(n, -0)) return writeInteger(target.u8, end, n, 1, 1);
        target.u8[end] = 0;
        view.setFloat64(end + 1, n, true);
        return end + 9;
      }
      case 'object':
        end = writeUnsigned(target.u8, end, this.#encoded);
        target.u8.set(this.#scratch.u8.subarray(0, this.#encoded), end);
        return end + this.#encoded;
    }
  }

  #writeLongKey(table: KeyTable, at: number, target: MemorySegment, position: number): number {
    const { arena } = table;
    const offset = table.i32[at + 1];
    const length = table.i32[at + 2] >>> 0;
    return writeTagged(new Uint8Array(arena.buffer, arena.byteOffset + offset, length), target, position);
  }

  #writeOtherKey(table: KeyTable, at: number, length: number, target: MemorySegment, position: number): number {
    const { view } = table;
    const from = (at << 2) + 4;
    if (view.getUint8(from) === TAG_NUMBER) {
      const n = view.getFloat64(from + 1, true);
      if (Number.isSafeInteger(n)) {
        target.u8[position] = INTEGER_KEY;
        return writeInteger(target.u8, position + 1, n, 0, 0);
      }
    }
    return writeTagged(new Uint8Array(view.buffer, from, length), target, position);
  }
}

function writeTagged(key: Uint8Array, target: MemorySegment, position: number): number {
  const { u8, view } = target;
  const payload = key.length - 1;
  const tag = key[0];
  if (tag === TAG_LATIN1 && payload < OTHER_KEYS) u8[position++] = payload;
  else {
    u8[position++] = OTHER_KEYS + tag;
    if (tag === TAG_LATIN1 || tag === TAG_UTF16) {
      view.setUint32(position, payload, true);
      position += 4;
    }
  }
  u8.set(key.subarray(1), position);
  return position + payload;
}

/** `prefix` takes the lowest `prefixBits` bits. The arithmetic is of doubles: a safe integer has 53 bits and a sign. */
function writeInteger(u8: Uint8Array, position: number, n: number, prefix: number, prefixBits: number): number {
  const negative = n < 0 ? 1 : 0;
  const magnitude = n < 0 ? -1 - n : n;
  const room = 6 - prefixBits;
  const scale = 1 << room;
  let rest = Math.floor(magnitude / scale);
  const low = magnitude - rest * scale;
  u8[position++] = prefix | (negative << prefixBits) | (low << (prefixBits + 1)) | (rest > 0 ? 0x80 : 0);
  while (rest > 0) {
    const next = Math.floor(rest / 128);
    u8[position++] = (rest - next * 128) | (next > 0 ? 0x80 : 0);
    rest = next;
  }
  return position;
}

function writeUnsigned(u8: Uint8Array, position: number, n: number): number {
  while (n > 0x7f) {
    u8[position++] = (n & 0x7f) | 0x80;
    n >>>= 7;
  }
  u8[position++] = n;
  return position;
}
