import { MemorySegment } from '../../memory/memory-segment.js';
import { BLOCK_HEADER_BYTES, END_MARK, KEYED_MAGIC } from '../keyed-section-format.js';

/**
 * Bytes of a section of kind 'keyed-changes': header, blocks and end as in keyed-section-format.ts, version 1; but an entry is
 *
 *     key hash i32 · key length · key bytes (key-codec.ts) · value length + 1, or 0 where the key was removed · value (value-codec.ts)
 *
 * with both lengths as unsigned integers of 7 bits a byte, the lowest first. A key stands in it once. Sections of one state and subtask are applied in order; the
 * first has `WHOLE` in the header's second u16: it holds everything that there was.
 */
const CHANGES_VERSION = 1;
const HEADER_BYTES = 12;
export const WHOLE = 1;
const CHUNK_BYTES = 64 * 1024;
/** Hash and two lengths. */
const MOST_EXTRA = 4 + 5 + 5;

/** Puts entries into chunks, blocks of one key group each. */
export class ChangesWriter {
  /** Entries written. */
  total = 0;
  readonly #maxParallelism: number;
  readonly #flags: number;
  #chunk = MemorySegment.allocate(CHUNK_BYTES);
  #end = 0;
  #begun = false;
  #blockStart = -1;
  #keyGroup = 0;
  #count = 0;

  constructor(maxParallelism: number, flags: number) {
    this.#flags = flags;
    this.#maxParallelism = maxParallelism;
  }

  /** Whether an entry of that size fits; if not, `take` first. An entry larger than a chunk is alone in one. */
  hasRoom(keyLength: number, valueLength: number): boolean {
    return this.#end === 0 || this.#end + BLOCK_HEADER_BYTES + MOST_EXTRA + keyLength + Math.max(0, valueLength) <= CHUNK_BYTES;
  }

  /** `valueLength` −1: removed. */
  add(
    keyGroup: number,
    hash: number,
    key: Uint8Array,
    keyAt: number,
    keyLength: number,
    value: Uint8Array,
    valueAt: number,
    valueLength: number,
  ): void {
    if (!this.#begun) this.#writeHeader();
    const most = this.#end + BLOCK_HEADER_BYTES + MOST_EXTRA + keyLength + Math.max(0, valueLength);
    if (most > this.#chunk.size) this.#growChunk(most);
    if (this.#blockStart < 0 || this.#keyGroup !== keyGroup) {
      this.#endBlock();
      this.#blockStart = this.#end;
      this.#keyGroup = keyGroup;
      this.#end += BLOCK_HEADER_BYTES;
    }
    const { u8, view } = this.#chunk;
    view.setInt32(this.#end, hash, true);
    let at = writeUnsigned(u8, this.#end + 4, keyLength);
    u8.set(key.subarray(keyAt, keyAt + keyLength), at);
    at = writeUnsigned(u8, at + keyLength, valueLength + 1);
    if (valueLength > 0) {
      u8.set(value.subarray(valueAt, valueAt + valueLength), at);
      at += valueLength;
    }
    this.#end = at;
    this.#count++;
    this.total++;
  }

  /** What has been written since the last call: the writer's own memory, valid until the next `add`. */
  take(): Uint8Array {
    this.#endBlock();
    const chunk = this.#chunk.u8.subarray(0, this.#end);
    this.#end = 0;
    return chunk;
  }

  /** The last of it. */
  end(): Uint8Array {
    if (!this.#begun) this.#writeHeader();
    this.#endBlock();
    if (this.#end + BLOCK_HEADER_BYTES > this.#chunk.size) this.#growChunk(this.#end + BLOCK_HEADER_BYTES);
    this.#writeBlockHeader(this.#end, END_MARK, this.total, 0);
    this.#end += BLOCK_HEADER_BYTES;
    return this.take();
  }

  #writeHeader(): void {
    const { view } = this.#chunk;
    view.setUint32(0, KEYED_MAGIC, true);
    view.setUint16(4, CHANGES_VERSION, true);
    view.setUint16(6, this.#flags, true);
    view.setUint32(8, this.#maxParallelism, true);
    this.#end = HEADER_BYTES;
    this.#begun = true;
  }

  #endBlock(): void {
    if (this.#blockStart < 0) return;
    this.#writeBlockHeader(this.#blockStart, this.#keyGroup, this.#count, this.#end - this.#blockStart - BLOCK_HEADER_BYTES);
    this.#blockStart = -1;
    this.#count = 0;
  }

  #writeBlockHeader(position: number, keyGroup: number, count: number, bytes: number): void {
    const { view } = this.#chunk;
    view.setUint32(position, keyGroup, true);
    view.setUint32(position + 4, count, true);
    view.setUint32(position + 8, bytes, true);
  }

  #growChunk(size: number): void {
    const grown = MemorySegment.allocate(size);
    grown.u8.set(this.#chunk.u8.subarray(0, this.#end));
    this.#chunk = grown;
  }
}

function writeUnsigned(u8: Uint8Array, position: number, n: number): number {
  let rest = n;
  while (rest > 0x7f) {
    u8[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  u8[position++] = rest;
  return position;
}
