// Data plane: no allocation per record while there is room.

import type { ShipStrategy } from '@weir/protocol';
import type { Key } from '../api/functions.js';
import type { TypeSerializer } from '../api/types.js';
import { keyHash } from '../graph/java-hash.js';
import { computeOperatorIndexForKeyGroup } from '../graph/key-groups.js';
import { isKeyOf, type KeyedRecordSerializer, type KeyedRecordType, keyedRecordSerializer } from '../memory/keyed-record.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { encodedKeySize, encodeKey } from '../state/key-codec.js';
import { BarrierFlag, type CheckpointBarrier } from './barrier-handler.js';
import type { ChannelWriter } from './channel-writer.js';
import { compileKeyedEmit } from './keyed-emit-compiler.js';
import { align8, ENTRY_HEADER_SIZE, EntryKind, KEY_LENGTH_SIZE } from './ring-layout.js';

export interface RecordWriterOptions {
  readonly name: string;
  readonly shipStrategy: ShipStrategy;
  readonly serializer: TypeSerializer<unknown>;
  readonly keySelector: ((value: unknown) => Key) | undefined;
  /** Where the key is a field of the record: the field is not written beside the key. */
  readonly keyedType?: KeyedRecordType | undefined;
  /** False for the general path alone, which is the definition of what the compiled one does. */
  readonly compiled?: boolean;
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
  readonly #keyedType: KeyedRecordType | undefined;
  readonly #keyedSerializer: KeyedRecordSerializer | undefined;
  /** The channel of each key group. */
  readonly #channelOfGroup: Uint16Array;
  /** Writes one record; it is counted. */
  readonly emit: (value: unknown) => void;
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
    this.#keyedType = options.keyedType;
    this.#keyedSerializer = options.keyedType === undefined ? undefined : keyedRecordSerializer(options.keyedType);
    const keyGroups = options.shipStrategy === 'HASH' ? options.targetMaxParallelism : 0;
    this.#channelOfGroup = Uint16Array.from({ length: keyGroups }, (_, group) =>
      computeOperatorIndexForKeyGroup(keyGroups, options.channels.length, group),
    );
    this.emit = this.#emitterOf(options);
    this.#next = options.subtask % options.channels.length;
  }

  /** Whether barriers may overtake data here: only where in-flight data can be dealt out anew. */
  get supportsUnaligned(): boolean {
    return this.#shipStrategy === 'HASH' || this.#shipStrategy === 'REBALANCE';
  }

  #emitterOf({ shipStrategy, keyedType, channels, compiled }: RecordWriterOptions): (value: unknown) => void {
    if (shipStrategy === 'HASH' && keyedType !== undefined && compiled !== false) {
      const general = (value: unknown): void => this.#emitKeyed(value);
      const emit = compileKeyedEmit({ type: keyedType, channels, channelOfGroup: this.#channelOfGroup, counter: this, general });
      if (emit !== undefined) return emit;
    }
    return (value) => {
      this.recordsOut++;
      this.#emit(value);
    };
  }

  #emit(value: unknown): void {
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
    const channel = this.channels[this.#channelOfGroup[hash % this.#channelOfGroup.length] as number] as ChannelWriter;
    const inKey = this.#keyedType !== undefined && isKeyOf(this.#keyedType, key);
    const kind = inKey ? EntryKind.KEYED_RECORD : EntryKind.RECORD;
    // A key that is not of its field's type: this serializer will say so.
    const serializer = inKey ? (this.#keyedSerializer as KeyedRecordSerializer) : this.#serializer;
    const keySize = encodedKeySize(key);
    const prefix = align8(ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE + keySize);
    const maxSize = align8(prefix + serializer.maxSize(value));
    const offset = channel.reserve(maxSize);
    if (offset >= 0) {
      writeKey(channel.data, offset, key, keySize, prefix);
      channel.finish(kind, hash, offset, serializer.write(value, channel.data, offset + prefix));
      return;
    }
    const scratch = this.#scratchOf(maxSize);
    writeKey(scratch, 0, key, keySize, prefix);
    channel.writeThrough(kind, hash, scratch.u8.subarray(ENTRY_HEADER_SIZE, serializer.write(value, scratch, prefix)));
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

/** At `offset` the entry begins, at `offset + prefix` the record. */
function writeKey(target: MemorySegment, offset: number, key: Key, keySize: number, prefix: number): void {
  target.i32[(offset + ENTRY_HEADER_SIZE) >> 2] = keySize;
  const end = encodeKey(key, target, offset + ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE);
  // Nothing of older memory gets into a checkpoint.
  target.u8.fill(0, end, offset + prefix);
}
