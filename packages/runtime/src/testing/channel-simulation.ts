import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { int32, record, string } from '../api/types.js';
import { serializerFor } from '../memory/serializers.js';
import { BarrierFlag, BarrierHandler, type CheckpointBarrier, type CheckpointTarget } from '../network/barrier-handler.js';
import { ChannelReader, type EntryHandler } from '../network/channel-reader.js';
import { ChannelWriter } from '../network/channel-writer.js';
import { Doorbell } from '../network/doorbell.js';
import { InputGate } from '../network/input-gate.js';
import { RecordWriter } from '../network/record-writer.js';
import { ENTRY_HEADER_SIZE, ringBytes } from '../network/ring-layout.js';

/** Of each channel: `any` lets barriers overtake the data, `in-stream` (forward, broadcast) does not. */
export type ChannelKind = 'any' | 'in-stream';

/** Of one channel in a completed checkpoint. */
interface ChannelCut {
  /** Records that the writer had emitted, and the reader had processed, when their states were taken. */
  readonly emitted: number;
  readonly processed: number;
  readonly inFlight: Uint8Array;
  readonly heldBack: Uint8Array;
}

interface Checkpoint {
  readonly barrier: CheckpointBarrier;
  readonly writers: (Pick<ChannelCut, 'emitted' | 'heldBack'> | undefined)[];
  readonly processed: number[] | undefined;
  inFlight: Uint8Array[] | undefined;
}

const schema = record({ n: int32(), padding: string() });
const serializer = serializerFor(schema.schema);
const SIZES = [0, 40, 700, 9_000, 33_000, 70_000] as const;

/** What record n of a channel holds: of a length from nothing to several segments, and unlike any other record's. */
function paddingOf(channel: number, n: number): string {
  const size = SIZES[(channel * 7 + n * 5 + (n >> 3)) % SIZES.length] as number;
  return `${channel}:${n};`.repeat(Math.ceil(size / 8)).slice(0, size);
}

/**
 * One reading task and the writers of its channels, step by step as a schedule says, checkpoints with it: triggered, given up, the word of both late.
 * Every record is checked for its place and content; every completed checkpoint for being a cut: what the reader had processed, then what was in flight,
 * then what the writer held back, is what the writer had emitted. `restore` goes on from the last one.
 */
export class ChannelSimulation implements EntryHandler, CheckpointTarget {
  readonly #kinds: readonly ChannelKind[];
  /** Records of each channel before its end. */
  readonly #sizes: readonly number[];
  #writers: RecordWriter[] = [];
  #blocked: { blocked: boolean }[] = [];
  #emitted: number[] = [];
  #ended: boolean[] = [];
  #gate!: InputGate;
  #handler!: BarrierHandler;
  #processed: number[] = [];
  #inputEnded = false;
  #nextId = 1;
  /** The checkpoint that the coordinator has under way, and all that somebody may still speak of. */
  #active: number | undefined;
  #checkpoints = new Map<number, Checkpoint>();
  #toWriters: CheckpointBarrier[][] = [];
  #toReader: number[] = [];
  #last: { readonly id: number; readonly cuts: readonly ChannelCut[] } | undefined;
  completed = 0;
  inFlightBytes = 0;

  constructor(kinds: readonly ChannelKind[], sizes: readonly number[]) {
    this.#kinds = kinds;
    this.#sizes = sizes;
    this.#build(undefined);
  }

  #build(from: { readonly id: number; readonly cuts: readonly ChannelCut[] } | undefined): void {
    const rings = this.#kinds.map(() => new SharedArrayBuffer(ringBytes(4)));
    this.#blocked = rings.map(() => ({ blocked: false }));
    const channels = rings.map((ring, index) => new ChannelReader(index, ring, new Doorbell()));
    this.#writers = rings.map((ring, index) => {
      const channel = new ChannelWriter(ring, new Doorbell(), this.#blocked[index] as { blocked: boolean });
      const cut = from?.cuts[index];
      if (cut !== undefined && cut.inFlight.length > 0) (channels[index] as ChannelReader).restore(cut.inFlight);
      if (cut !== undefined) channel.restoreOverflow(cut.heldBack);
      return new RecordWriter({
        name: `w${index}->r`,
        shipStrategy: this.#kinds[index] === 'any' ? 'REBALANCE' : 'FORWARD',
        serializer,
        keySelector: undefined,
        targetMaxParallelism: 1,
        channels: [channel],
        subtask: 0,
      });
    });
    const inStreamOnly = this.#kinds.map((kind) => kind === 'in-stream');
    this.#handler = new BarrierHandler(channels, inStreamOnly, 'EXACTLY_ONCE', from?.id ?? 0, this, () => 0);
    this.#gate = new InputGate(channels, this.#handler);
    this.#emitted = this.#kinds.map((_, index) => from?.cuts[index]?.emitted ?? 0);
    this.#processed = this.#kinds.map((_, index) => from?.cuts[index]?.processed ?? 0);
    this.#ended = this.#kinds.map(() => false);
    this.#inputEnded = false;
    this.#active = undefined;
    this.#checkpoints = new Map();
    this.#toWriters = this.#kinds.map(() => []);
    this.#toReader = [];
  }

  // Steps. Each does nothing where it cannot be done.

  emit(channel: number, count: number): void {
    const writer = this.#writers[channel] as RecordWriter;
    const backpressure = this.#blocked[channel] as { blocked: boolean };
    if (this.#ended[channel] === true || !(writer.channels[0] as ChannelWriter).isWritable()) return;
    backpressure.blocked = false;
    for (let i = 0; i < count && !backpressure.blocked; i++) {
      const n = this.#emitted[channel] as number;
      if (n === this.#sizes[channel]) {
        this.end(channel);
        break;
      }
      writer.emit({ n, padding: paddingOf(channel, n) });
      this.#emitted[channel] = n + 1;
    }
  }

  flush(channel: number): void {
    (this.#writers[channel] as RecordWriter).flush();
  }

  /** As a source that is told to: a restore knows nothing of it. */
  end(channel: number): void {
    if (this.#ended[channel] === true) return;
    this.#ended[channel] = true;
    (this.#writers[channel] as RecordWriter).sendEndOfData();
  }

  read(times: number): void {
    const never = { blocked: false };
    for (let i = 0; i < times && this.#gate.poll(); i++) this.#gate.readNext(this, never);
  }

  trigger(unaligned: boolean): void {
    if (this.#active !== undefined) return;
    const barrier = { checkpointId: this.#nextId++, timestamp: 0, flags: unaligned ? BarrierFlag.UNALIGNED : 0 };
    this.#active = barrier.checkpointId;
    const writers = this.#kinds.map(() => undefined);
    this.#checkpoints.set(barrier.checkpointId, { barrier, writers, processed: undefined, inFlight: undefined });
    for (const queue of this.#toWriters) queue.push(barrier);
  }

  /** The coordinator gives up what is under way; the reader will hear of it. */
  abort(): void {
    if (this.#active === undefined) return;
    this.#toReader.push(this.#active);
    this.#active = undefined;
  }

  tellWriter(channel: number): void {
    const barrier = (this.#toWriters[channel] as CheckpointBarrier[]).shift();
    if (barrier === undefined) return;
    const writer = this.#writers[channel] as RecordWriter;
    const heldBack = writer.sendBarrier(barrier)?.[0] ?? [];
    const { writers } = this.#checkpoints.get(barrier.checkpointId) as Checkpoint;
    writers[channel] = { emitted: this.#emitted[channel] as number, heldBack: Buffer.concat(heldBack) };
    writer.flush();
    this.#settle(barrier.checkpointId);
  }

  tellReader(): void {
    const id = this.#toReader.shift();
    if (id !== undefined) this.#handler.onAborted(id);
  }

  /** Everything is lost; the last completed checkpoint is what is left. */
  restore(): void {
    this.#build(this.#last);
  }

  /** No more faults: everything is delivered, written and read to the end. */
  finish(): void {
    for (let round = 0; round < 10_000 && !this.#inputEnded; round++) {
      for (const channel of this.#kinds.keys()) {
        this.tellWriter(channel);
        this.emit(channel, 8);
        this.flush(channel);
        (this.#writers[channel] as RecordWriter).channels[0]?.drain();
      }
      this.tellReader();
      this.read(8);
    }
    ok(this.#inputEnded, `the input never ended: processed ${this.#processed} of ${this.#sizes}`);
  }

  // What the reader's task would do

  onRecord(channel: number, segment: Parameters<EntryHandler['onRecord']>[1], payload: number): void {
    const value = serializer.read(segment, payload) as { n: number; padding: string };
    const expected = this.#processed[channel] as number;
    strictEqual(value.n, expected, `channel ${channel}: record ${value.n} where ${expected} was due`);
    ok(value.padding === paddingOf(channel, expected), `channel ${channel}: record ${expected} has another content`);
    this.#processed[channel] = expected + 1;
  }

  onBarrier(channel: number, checkpointId: number, timestamp: number, flags: number): void {
    this.#handler.onBarrier(channel, { checkpointId, timestamp, flags });
  }

  onLatencyMarker(): void {}

  onEndOfData(): void {
    if (!this.#gate.endChannel()) return;
    ok(!this.#inputEnded, 'the input ended twice');
    this.#inputEnded = true;
    for (const [channel, n] of this.#processed.entries()) strictEqual(n, this.#emitted[channel], `channel ${channel} ended too soon`);
  }

  takeSnapshot(barrier: CheckpointBarrier): void {
    const checkpoint = this.#checkpoints.get(barrier.checkpointId) as Checkpoint;
    strictEqual(checkpoint.processed, undefined, 'the state was taken twice');
    this.#checkpoints.set(barrier.checkpointId, { ...checkpoint, processed: [...this.#processed] });
  }

  completeSnapshot(barrier: CheckpointBarrier, inFlight: readonly (readonly Uint8Array[])[]): void {
    (this.#checkpoints.get(barrier.checkpointId) as Checkpoint).inFlight = inFlight.map((entries) => Buffer.concat(entries));
    this.#settle(barrier.checkpointId);
  }

  abortSnapshot(): void {}

  #settle(id: number): void {
    const { barrier, writers, processed, inFlight } = this.#checkpoints.get(id) as Checkpoint;
    if (id !== this.#active || processed === undefined || inFlight === undefined) return;
    const cuts = writers.map((writer, channel): ChannelCut => {
      ok(writer !== undefined, 'the reader was through before a writer had sent its barrier');
      return { ...writer, processed: processed[channel] as number, inFlight: inFlight[channel] as Uint8Array };
    });
    for (const [channel, cut] of cuts.entries()) {
      const kept = [...recordsOf(Buffer.concat([cut.inFlight, cut.heldBack]), channel)];
      deepStrictEqual(kept, range(cut.processed, cut.emitted), `checkpoint ${id}, channel ${channel}: not what lies between the states`);
      if ((barrier.flags & BarrierFlag.UNALIGNED) === 0 || this.#kinds[channel] === 'in-stream') strictEqual(kept.length, 0);
      this.inFlightBytes += cut.inFlight.length;
    }
    this.#active = undefined;
    this.#last = { id, cuts };
    this.completed++;
  }
}

/** By a reader of its own, which sees nothing but these bytes. */
function recordsOf(entries: Uint8Array, channel: number): number[] {
  const found: number[] = [];
  if (entries.length < ENTRY_HEADER_SIZE) return found;
  const reader = new ChannelReader(channel, new SharedArrayBuffer(ringBytes(1)), new Doorbell());
  reader.restore(entries);
  const ignored = { onBarrier: () => {}, onLatencyMarker: () => {}, onEndOfData: () => {} };
  const onRecord: EntryHandler['onRecord'] = (_channel, segment, payload) => {
    const { n, padding } = serializer.read(segment, payload) as { n: number; padding: string };
    ok(padding === paddingOf(channel, n), `in flight: record ${n} has another content`);
    found.push(n);
  };
  while (reader.hasRestored) reader.read({ ...ignored, onRecord }, { blocked: false });
  return found;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
