// Data plane: no allocation per record while there is room.
import { MemorySegment } from '../memory/memory-segment.js';
import type { Backpressure } from './channel-reader.js';
import type { Doorbell } from './doorbell.js';
import {
  align8,
  BARRIER_TIMESTAMP_F64,
  ENTRY_HEADER_SIZE,
  EntryKind,
  isRecord,
  RING_HEADER_SIZE,
  RingWord,
  SEGMENT_SIZE,
} from './ring-layout.js';

const LARGEST_PAYLOAD = SEGMENT_SIZE - ENTRY_HEADER_SIZE;

/**
 * The writing end of a channel. Never waits: what does not fit goes to an overflow list, and the task is not run again before that is drained.
 * One thread only.
 */
export class ChannelWriter {
  /** Views of the ring's data; an offset that `reserve` returned is an offset in it. */
  readonly data: MemorySegment;
  readonly #header: Int32Array;
  readonly #headerF64: Float64Array;
  readonly #mask: number;
  readonly #capacity: number;
  readonly #consumer: Doorbell;
  #position = 0;
  #committed = 0;
  #read = 0;
  /** Whole entries that wait for room, oldest first. */
  #overflow: Uint8Array[] = [];
  #overflowBytes = 0;
  bytesWritten = 0;
  readonly #backpressure: Backpressure;

  /** `backpressure` is told as soon as no whole buffer is free any more. */
  constructor(memory: SharedArrayBuffer, consumer: Doorbell, backpressure: Backpressure) {
    this.#backpressure = backpressure;
    this.data = new MemorySegment(memory, RING_HEADER_SIZE);
    this.#header = new Int32Array(memory, 0, RING_HEADER_SIZE >> 2);
    this.#headerF64 = new Float64Array(memory, 0, RING_HEADER_SIZE >> 3);
    this.#capacity = this.data.size;
    this.#mask = this.#capacity - 1;
    this.#consumer = consumer;
  }

  /**
   * Room for an entry of at most `maxSize` bytes (header included): the offset in `data` to write it at, or -1 if it has to take the overflow
   * or be cut in fragments. `finish` must follow.
   */
  reserve(maxSize: number): number {
    if (this.#overflow.length !== 0 || maxSize > SEGMENT_SIZE) return -1;
    const left = SEGMENT_SIZE - (this.#position & (SEGMENT_SIZE - 1));
    if (maxSize <= left) {
      return this.#hasFree(maxSize) ? this.#position & this.#mask : -1;
    }
    if (!this.#hasFree(left + maxSize)) return -1;
    if (!this.#hasFree(left + maxSize + SEGMENT_SIZE)) this.#backpressure.blocked = true;
    this.data.i32[(this.#position & this.#mask) >> 2] = (EntryKind.PAD << 24) | left;
    this.#position = (this.#position + left) | 0;
    return this.#position & this.#mask;
  }

  /** Closes what `reserve` opened: the entry ends at offset `end` (of `data`). */
  finish(kind: number, hash: number, offset: number, end: number): void {
    const length = align8(end - offset);
    const word = offset >> 2;
    this.data.i32[word] = (kind << 24) | length;
    this.data.i32[word + 1] = hash;
    this.#position = (this.#position + length) | 0;
    this.bytesWritten += length;
  }

  /** The slow way, for an entry that `reserve` had no room for: through the overflow, in fragments if it is long. */
  writeThrough(kind: number, hash: number, payload: Uint8Array): void {
    let from = 0;
    while (payload.length - from > LARGEST_PAYLOAD) {
      this.#append(makeEntry(EntryKind.FRAGMENT, hash, payload.subarray(from, from + LARGEST_PAYLOAD)));
      from += LARGEST_PAYLOAD;
    }
    this.#append(makeEntry(kind, hash, payload.subarray(from)));
  }

  /** An event in the stream, behind everything written so far. */
  writeEvent(kind: number, payload: Uint8Array): void {
    this.writeThrough(kind, 0, payload);
    this.flush();
  }

  #append(entry: Uint8Array): void {
    this.#backpressure.blocked = true;
    this.#overflow.push(entry);
    this.#overflowBytes += entry.length;
    this.bytesWritten += entry.length;
    this.drain();
  }

  /** Moves what waits into the ring as far as there is room; true if nothing waits any more. */
  drain(): boolean {
    if (this.#overflow.length === 0) return true;
    let moved = 0;
    for (const entry of this.#overflow) {
      if (!this.#move(entry)) break;
      moved++;
      this.#overflowBytes -= entry.length;
    }
    if (moved > 0) {
      this.#overflow = moved === this.#overflow.length ? [] : this.#overflow.slice(moved);
      this.flush();
    }
    return this.#overflow.length === 0;
  }

  #move(entry: Uint8Array): boolean {
    const left = SEGMENT_SIZE - (this.#position & (SEGMENT_SIZE - 1));
    const pad = entry.length <= left ? 0 : left;
    if (!this.#hasFree(pad + entry.length)) return false;
    if (pad !== 0) {
      this.data.i32[(this.#position & this.#mask) >> 2] = (EntryKind.PAD << 24) | pad;
      this.#position = (this.#position + pad) | 0;
    }
    this.data.u8.set(entry, this.#position & this.#mask);
    this.#position = (this.#position + entry.length) | 0;
    return true;
  }

  #hasFree(bytes: number): boolean {
    if (this.#capacity - ((this.#position - this.#read) >>> 0) >= bytes) return true;
    this.#read = Atomics.load(this.#header, RingWord.READ);
    return this.#capacity - ((this.#position - this.#read) >>> 0) >= bytes;
  }

  /** Whether a whole buffer is free: the condition under which the writing task may run. */
  isWritable(): boolean {
    return this.drain() && this.#hasFree(SEGMENT_SIZE);
  }

  /** Like `isWritable`, but asks the reader to ring when it makes room if there is none. */
  isWritableOrWake(): boolean {
    if (this.isWritable()) return true;
    Atomics.store(this.#header, RingWord.WRITER_WAITS, 1);
    if (!this.isWritable()) return false;
    Atomics.store(this.#header, RingWord.WRITER_WAITS, 0);
    return true;
  }

  /** Lets the reader see what was written, and wakes its thread if that sleeps. */
  flush(): void {
    if (this.#position === this.#committed) return;
    this.#committed = this.#position;
    Atomics.store(this.#header, RingWord.COMMITTED, this.#position | 0);
    this.#consumer.ring();
  }

  /**
   * Announces a barrier that overtakes the data in the ring: it stands at the present position, and the reader may act on it before it has read that far.
   * Returns the entries that were written before it but are not in the ring yet: they belong in the writer's part of the checkpoint.
   */
  announceBarrier(checkpointId: number, timestamp: number): readonly Uint8Array[] {
    this.flush();
    Atomics.add(this.#header, RingWord.BARRIER_COUNT, 1);
    Atomics.store(this.#header, RingWord.BARRIER_POSITION, this.#position | 0);
    Atomics.store(this.#header, RingWord.BARRIER_CHECKPOINT, checkpointId);
    this.#headerF64[BARRIER_TIMESTAMP_F64] = timestamp;
    Atomics.add(this.#header, RingWord.BARRIER_COUNT, 1);
    this.#consumer.ring();
    return [...this.#overflow];
  }

  /** Entries of the restored checkpoint that were behind the barrier: they go first. */
  restoreOverflow(entries: Uint8Array): void {
    const words = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
    let position = 0;
    while (position < entries.length) {
      const word = words.getInt32(position, true);
      const length = word & 0xff_ff_ff;
      const kind = word >>> 24;
      // A barrier among them is of a checkpoint that was given up before, and whether the data has ended is for the restored task to say.
      if (isRecord(kind) || kind === EntryKind.FRAGMENT) this.#append(entries.slice(position, position + length));
      position += length;
    }
  }

  get buffersInUse(): number {
    const used = (this.#position - (Atomics.load(this.#header, RingWord.READ) >>> 0)) >>> 0;
    return Math.ceil((used + this.#overflowBytes) / SEGMENT_SIZE);
  }

  get buffersTotal(): number {
    return this.#capacity / SEGMENT_SIZE;
  }
}

function makeEntry(kind: number, hash: number, payload: Uint8Array): Uint8Array {
  const length = align8(ENTRY_HEADER_SIZE + payload.length);
  const entry = new Uint8Array(length);
  const view = new DataView(entry.buffer);
  view.setInt32(0, (kind << 24) | length, true);
  view.setInt32(4, hash, true);
  entry.set(payload, ENTRY_HEADER_SIZE);
  return entry;
}
