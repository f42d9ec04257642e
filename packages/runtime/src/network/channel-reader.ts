// Data plane: no allocation per record.
import { MemorySegment } from '../memory/memory-segment.js';
import type { Doorbell } from './doorbell.js';
import { align8, BARRIER_TIMESTAMP_F64, ENTRY_HEADER_SIZE, EntryKind, RING_HEADER_SIZE, RingWord, SEGMENT_SIZE } from './ring-layout.js';

/** What a channel's entries are given to. `payload` is an offset in `segment`, valid during the call only. */
export interface EntryHandler {
  /** `kind`: RECORD or KEYED_RECORD. */
  onRecord(channel: number, segment: MemorySegment, payload: number, hash: number, kind: number): void;
  /** A faster way for the entry of a whole record at `from`, and for those that follow it up to `to`: as many as it likes. Returns where it stopped, past `from`. */
  onRecords?(channel: number, segment: MemorySegment, from: number, to: number): number;
  onBarrier(channel: number, checkpointId: number, timestamp: number, flags: number): void;
  onLatencyMarker(emittedAt: number, sourceSubtask: number): void;
  onEndOfData(channel: number): void;
}

/** Set by the task's outputs when they run full: reading stops after the record at hand. */
export interface Backpressure {
  blocked: boolean;
}

export interface AnnouncedBarrier {
  readonly checkpointId: number;
  readonly timestamp: number;
}

const BATCH_END_KINDS = (1 << EntryKind.BARRIER) | (1 << EntryKind.END_OF_DATA);

/**
 * The reading end of a channel: what a restored checkpoint had in flight first, then the ring. One thread only.
 *
 * A barrier that was announced ahead of the data is noticed by `poll`, which looks for it after it has seen how far the data goes: so data behind the
 * barrier is never handed out before the barrier is known.
 */
export class ChannelReader {
  readonly index: number;
  readonly #data: MemorySegment;
  readonly #header: Int32Array;
  readonly #headerF64: Float64Array;
  readonly #mask: number;
  readonly #producer: Doorbell;
  #position = 0;
  #released = 0;
  /** Data may be read up to here. */
  #limit = 0;
  #barrierCount = 0;
  /** Where an announced barrier stands while data behind it must wait; undefined for none. */
  #heldAt: number | undefined;
  #restored: MemorySegment | undefined;
  #restoredPosition = 0;
  #restoredLimit = 0;
  /** Payloads of the fragments of a record whose end has not come yet. */
  #assembly: MemorySegment | undefined;
  #assembled = 0;
  #recording: Uint8Array[] | undefined;
  /** Reading stops while true: its barrier has come, others' have not. */
  blocked = false;
  bytesRead = 0;

  constructor(index: number, memory: SharedArrayBuffer, producer: Doorbell) {
    this.index = index;
    this.#data = new MemorySegment(memory, RING_HEADER_SIZE);
    this.#header = new Int32Array(memory, 0, RING_HEADER_SIZE >> 2);
    this.#headerF64 = new Float64Array(memory, 0, RING_HEADER_SIZE >> 3);
    this.#mask = this.#data.size - 1;
    this.#producer = producer;
  }

  /** In-flight entries of the restored checkpoint; before the first `read`. */
  restore(entries: Uint8Array): void {
    const segment = MemorySegment.allocate(entries.length);
    segment.u8.set(entries);
    this.#restored = segment;
    this.#restoredLimit = entries.length;
  }

  get hasRestored(): boolean {
    return this.#restored !== undefined;
  }

  /** Looks how far the data goes and whether a barrier was announced; returns the barrier once. */
  poll(): AnnouncedBarrier | undefined {
    this.#limit = Atomics.load(this.#header, RingWord.COMMITTED);
    const count = Atomics.load(this.#header, RingWord.BARRIER_COUNT);
    // Odd while the writer is about to announce one. The limit was read before, so it is not past that one's position: the next poll is early enough.
    if (count === this.#barrierCount || (count & 1) === 1) return undefined;
    const position = Atomics.load(this.#header, RingWord.BARRIER_POSITION);
    const checkpointId = Atomics.load(this.#header, RingWord.BARRIER_CHECKPOINT);
    const timestamp = this.#headerF64[BARRIER_TIMESTAMP_F64] as number;
    // Another was announced meanwhile, so this one has been given up; what was read may be half of each.
    if (Atomics.load(this.#header, RingWord.BARRIER_COUNT) !== count) return undefined;
    this.#barrierCount = count;
    this.#heldAt = position;
    return { checkpointId, timestamp };
  }

  /** Whether `read` would hand out anything, by what the last `poll` saw. */
  get readable(): boolean {
    if (this.blocked) return false;
    return this.#restored !== undefined || this.#position !== (this.#heldAt ?? this.#limit);
  }

  /** Hands out entries: one segment's worth at most, fewer if outputs run full, a barrier or the end comes. */
  read(handler: EntryHandler, backpressure: Backpressure): void {
    if (this.#restored !== undefined) {
      this.#readRestored(this.#restored, handler, backpressure);
      return;
    }
    const limit = this.#heldAt ?? this.#limit;
    const start = this.#position;
    const available = (limit - start) >>> 0;
    const size = Math.min(available, SEGMENT_SIZE - (start & (SEGMENT_SIZE - 1)));
    const stopped = this.#handOut(this.#data, start & this.#mask, (start & this.#mask) + size, handler, backpressure);
    const read = stopped - (start & this.#mask);
    if (this.#recording !== undefined && read > 0) {
      this.#recording.push(this.#data.u8.slice(start & this.#mask, stopped));
    }
    this.#position = (start + read) | 0;
    this.bytesRead += read;
    this.#release();
  }

  #readRestored(segment: MemorySegment, handler: EntryHandler, backpressure: Backpressure): void {
    const start = this.#restoredPosition;
    const stopped = this.#handOut(segment, start, this.#restoredLimit, handler, backpressure);
    if (this.#recording !== undefined) this.#recording.push(segment.u8.slice(start, stopped));
    this.#restoredPosition = stopped;
    if (stopped >= this.#restoredLimit) this.#restored = undefined;
  }

  #handOut(segment: MemorySegment, from: number, to: number, handler: EntryHandler, backpressure: Backpressure): number {
    const words = segment.i32;
    let at = from;
    while (at < to) {
      const word = words[at >> 2] as number;
      const kind = word >>> 24;
      const payload = at + ENTRY_HEADER_SIZE;
      const hash = words[(at >> 2) + 1] as number;
      const length = word & 0xff_ff_ff;
      if (kind === EntryKind.RECORD || kind === EntryKind.KEYED_RECORD) {
        if (this.#assembled === 0 && handler.onRecords !== undefined) {
          at = handler.onRecords(this.index, segment, at, to);
        } else {
          at += length;
          if (this.#assembled === 0) handler.onRecord(this.index, segment, payload, hash, kind);
          else this.#finishAssembly(segment, payload, length - ENTRY_HEADER_SIZE, hash, kind, handler);
        }
        if (backpressure.blocked) break;
        continue;
      }
      at += length;
      if (kind !== EntryKind.PAD) {
        this.#onEvent(kind, segment, payload, length - ENTRY_HEADER_SIZE, handler);
        if (((BATCH_END_KINDS >> kind) & 1) === 1) break;
      }
    }
    return at;
  }

  #onEvent(kind: number, segment: MemorySegment, payload: number, size: number, handler: EntryHandler): void {
    const f64 = payload >> 3;
    switch (kind) {
      case EntryKind.FRAGMENT:
        this.#assemble(segment, payload, size);
        return;
      case EntryKind.BARRIER:
        // A barrier within restored in-flight data is of a checkpoint that was given up before.
        if (segment !== this.#restored) {
          const flags = segment.i32[(payload + 16) >> 2] as number;
          handler.onBarrier(this.index, segment.f64[f64] as number, segment.f64[f64 + 1] as number, flags);
        }
        return;
      case EntryKind.LATENCY_MARKER:
        // One that was in flight in a checkpoint would show the time that the job was down as latency.
        if (segment !== this.#restored) handler.onLatencyMarker(segment.f64[f64] as number, segment.i32[(payload + 8) >> 2] as number);
        return;
      case EntryKind.END_OF_DATA:
        // The restored writer says it again, when it is so again: a drained source goes on, a file may have grown.
        if (segment !== this.#restored) handler.onEndOfData(this.index);
        return;
      default:
        throw new Error(`channel ${this.index}: entry of unknown kind ${kind}; this is a defect of the engine`);
    }
  }

  #assemble(segment: MemorySegment, payload: number, size: number): void {
    const needed = this.#assembled + size;
    if (this.#assembly === undefined || this.#assembly.size < needed) {
      const grown = MemorySegment.allocate(Math.max(needed * 2, 4 * SEGMENT_SIZE));
      if (this.#assembly !== undefined) grown.u8.set(this.#assembly.u8.subarray(0, this.#assembled));
      this.#assembly = grown;
    }
    this.#assembly.u8.set(segment.u8.subarray(payload, payload + size), this.#assembled);
    this.#assembled = needed;
  }

  #finishAssembly(segment: MemorySegment, payload: number, size: number, hash: number, kind: number, handler: EntryHandler): void {
    this.#assemble(segment, payload, size);
    const whole = this.#assembly as MemorySegment;
    this.#assembled = 0;
    this.#assembly = undefined;
    handler.onRecord(this.index, whole, 0, hash, kind);
  }

  /** Gives the room of what was read back to the writer, and wakes it if it waits for that. */
  #release(): void {
    if (this.#released === this.#position) return;
    this.#released = this.#position;
    Atomics.store(this.#header, RingWord.READ, this.#position | 0);
    if (Atomics.load(this.#header, RingWord.WRITER_WAITS) === 1) {
      Atomics.store(this.#header, RingWord.WRITER_WAITS, 0);
      this.#producer.ring();
    }
  }

  /** From now on a copy is kept of all that is handed out, until `takeRecording`. Begins with the fragments at hand. */
  startRecording(): void {
    this.#recording = this.#assembledAsEntries();
  }

  /** Ends a recording and adds what lies between here and the announced barrier. */
  takeRecording(): Uint8Array[] {
    const recorded = this.#recording ?? this.#assembledAsEntries();
    this.#recording = undefined;
    if (this.#restored !== undefined) recorded.push(this.#restored.u8.slice(this.#restoredPosition, this.#restoredLimit));
    let at = this.#position;
    const until = this.#heldAt ?? this.#position;
    while (at !== until) {
      const offset = at & this.#mask;
      const size = Math.min((until - at) >>> 0, this.#data.size - offset);
      recorded.push(this.#data.u8.slice(offset, offset + size));
      at = (at + size) | 0;
    }
    return recorded;
  }

  #assembledAsEntries(): Uint8Array[] {
    const entries: Uint8Array[] = [];
    const largest = SEGMENT_SIZE - ENTRY_HEADER_SIZE;
    for (let from = 0; from < this.#assembled; from += largest) {
      const payload = (this.#assembly as MemorySegment).u8.subarray(from, Math.min(from + largest, this.#assembled));
      const entry = new Uint8Array(align8(ENTRY_HEADER_SIZE + payload.length));
      new DataView(entry.buffer).setInt32(0, (EntryKind.FRAGMENT << 24) | entry.length, true);
      entry.set(payload, ENTRY_HEADER_SIZE);
      entries.push(entry);
    }
    return entries;
  }

  /** Lets data behind an announced barrier through; anything else stays as it is. */
  ignoreAnnounced(): void {
    this.#heldAt = undefined;
  }

  /** Lets data behind the barrier through again, and forgets a recording. */
  resume(): void {
    this.#heldAt = undefined;
    this.forget();
  }

  /** Forgets a recording and a barrier in the stream; still waits at one announced. */
  forget(): void {
    this.#recording = undefined;
    this.blocked = false;
  }

  get buffersInUse(): number {
    const committed = Atomics.load(this.#header, RingWord.COMMITTED);
    return Math.ceil(((committed - this.#position) >>> 0) / SEGMENT_SIZE);
  }

  get buffersTotal(): number {
    return this.#data.size / SEGMENT_SIZE;
  }
}
