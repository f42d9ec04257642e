// Data plane: no allocation per record while there is room.

import type { ShipStrategy } from '@weir/protocol';
import type { Key } from '../api/functions.js';
import type { TypeSerializer } from '../api/types.js';
import { keyHash } from '../graph/java-hash.js';
import { computeKeyGroupForKeyHash, computeOperatorIndexForKeyGroup } from '../graph/key-groups.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { encodedKeySize, encodeKey } from '../state/key-codec.js';
import { BarrierFlag, type CheckpointBarrier } from './barrier-handler.js';
import type { ChannelWriter } from './channel-writer.js';
import { align8, ENTRY_HEADER_SIZE, EntryKind } from './ring-layout.js';

/** Bytes before the encoded key: its length. */
export const KEY_LENGTH_SIZE = 4;

export interface RecordWriterOptions {
  readonly name: string;
  readonly shipStrategy: ShipStrategy;
  readonly serializer: TypeSerializer<unknown>;
  readonly keySelector: ((value: unknown) => Key) | undefined;
  /** Of the reading vertex: key groups are its. */
  readonly targetMaxParallelism: number;
  readonly channels: readonly ChannelWriter[];
  /** Where round robin begins, so that subtasks do not all begin with the same reader. */
  readonly subtask: number;
}

/** One out-edge of a task: chooses the channel and writes the record there (Flink's RecordWriter over a result partition). */
export class RecordWriter {
  readonly name: string;
  readonly channels: readonly ChannelWriter[];
  readonly #shipStrategy: ShipStrategy;
  readonly #serializer: TypeSerializer<unknown>;
  readonly #keySelector: ((value: unknown) => Key) | undefined;
  readonly #maxParallelism: number;
  #next: number;
  #scratch = MemorySegment.allocate(1024);
  recordsOut = 0;

  /** Records written to all channels together: on a broadcast exchange each copy counts. */
  get recordsSent(): number {
    return this.#shipStrategy === 'BROADCAST' ? this.recordsOut * this.channels.length : this.recordsOut;
  }

  constructor(options: RecordWriterOptions) {
    this.name = options.name;
    this.channels = options.channels;
    this.#shipStrategy = options.shipStrategy;
    this.#serializer = options.serializer;
    this.#keySelector = options.keySelector;
    this.#maxParallelism = options.targetMaxParallelism;
    this.#next = options.subtask % options.channels.length;
  }

  /** Whether barriers may overtake data here: only where in-flight data can be dealt out anew. */
  get supportsUnaligned(): boolean {
    return this.#shipStrategy === 'HASH' || this.#shipStrategy === 'REBALANCE';
  }

  emit(value: unknown): void {
    this.recordsOut++;
    switch (this.#shipStrategy) {
      case 'HASH':
        this.#emitKeyed(value);
        return;
      case 'FORWARD':
        this.#write(this.channels[0] as ChannelWriter, value);
        return;
      case 'REBALANCE':
        this.#write(this.channels[this.#next] as ChannelWriter, value);
        this.#next = this.#next + 1 === this.channels.length ? 0 : this.#next + 1;
        return;
      case 'BROADCAST':
        for (const channel of this.channels) this.#write(channel, value);
    }
  }

  #emitKeyed(value: unknown): void {
    const key = (this.#keySelector as (value: unknown) => Key)(value);
    const hash = keyHash(key);
    const group = computeKeyGroupForKeyHash(hash, this.#maxParallelism);
    const channel = this.channels[computeOperatorIndexForKeyGroup(this.#maxParallelism, this.channels.length, group)] as ChannelWriter;
    const keySize = encodedKeySize(key);
    const prefix = align8(ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE + keySize);
    const maxSize = align8(prefix + this.#serializer.maxSize(value));
    const offset = channel.reserve(maxSize);
    if (offset >= 0) {
      channel.finish(EntryKind.RECORD, hash, offset, this.#writeKeyed(channel.data, offset, key, keySize, prefix, value));
      return;
    }
    const scratch = this.#scratchOf(maxSize);
    const end = this.#writeKeyed(scratch, 0, key, keySize, prefix, value);
    channel.writeThrough(EntryKind.RECORD, hash, scratch.u8.subarray(ENTRY_HEADER_SIZE, end));
  }

  #writeKeyed(target: MemorySegment, offset: number, key: Key, keySize: number, prefix: number, value: unknown): number {
    target.i32[(offset + ENTRY_HEADER_SIZE) >> 2] = keySize;
    encodeKey(key, target, offset + ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE);
    return this.#serializer.write(value, target, offset + prefix);
  }

  #write(channel: ChannelWriter, value: unknown): void {
    const maxSize = align8(ENTRY_HEADER_SIZE + this.#serializer.maxSize(value));
    const offset = channel.reserve(maxSize);
    if (offset >= 0) {
      channel.finish(EntryKind.RECORD, 0, offset, this.#serializer.write(value, channel.data, offset + ENTRY_HEADER_SIZE));
      return;
    }
    const scratch = this.#scratchOf(maxSize);
    const end = this.#serializer.write(value, scratch, ENTRY_HEADER_SIZE);
    channel.writeThrough(EntryKind.RECORD, 0, scratch.u8.subarray(ENTRY_HEADER_SIZE, end));
  }

  #scratchOf(size: number): MemorySegment {
    if (this.#scratch.size < size) this.#scratch = MemorySegment.allocate(size * 2);
    return this.#scratch;
  }

  /**
   * Sends a barrier on. Returns, per channel, the entries emitted before it that are not in the channel yet where the barrier overtakes them;
   * undefined where it goes with the stream.
   */
  sendBarrier(barrier: CheckpointBarrier): readonly (readonly Uint8Array[])[] | undefined {
    if ((barrier.flags & BarrierFlag.UNALIGNED) !== 0 && this.supportsUnaligned) {
      return this.channels.map((channel) => channel.announceBarrier(barrier.checkpointId, barrier.timestamp));
    }
    const payload = new Uint8Array(24);
    const view = new DataView(payload.buffer);
    view.setFloat64(0, barrier.checkpointId, true);
    view.setFloat64(8, barrier.timestamp, true);
    view.setInt32(16, barrier.flags, true);
    this.#sendEvent(EntryKind.BARRIER, payload);
    return undefined;
  }

  sendLatencyMarker(emittedAt: number, sourceSubtask: number): void {
    const payload = new Uint8Array(16);
    const view = new DataView(payload.buffer);
    view.setFloat64(0, emittedAt, true);
    view.setInt32(8, sourceSubtask, true);
    this.#sendEvent(EntryKind.LATENCY_MARKER, payload);
  }

  sendEndOfData(): void {
    this.#sendEvent(EntryKind.END_OF_DATA, new Uint8Array(0));
  }

  #sendEvent(kind: number, payload: Uint8Array): void {
    for (const channel of this.channels) channel.writeEvent(kind, payload);
  }

  flush(): void {
    for (const channel of this.channels) channel.flush();
  }

  get bytesOut(): number {
    let total = 0;
    for (const channel of this.channels) total += channel.bytesWritten;
    return total;
  }
}
