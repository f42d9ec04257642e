import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collector } from '../api/functions.js';
import { InputStatus, type ReaderOutput } from '../api/source.js';
import type { TypeSchema, TypeSerializer } from '../api/types.js';
import type { OperatorStateHandle, WriteOperatorState, WritingPace } from '../checkpoint/checkpoint-storage.js';
import { IncompatibleStateError } from '../common/errors.js';
import { channelName, exchangeUids } from '../graph/exchange-name.js';
import { compileApart } from '../memory/compile-apart.js';
import type { KeyedRecordSerializer, KeyedRecordType } from '../memory/keyed-record.js';
import type { MemorySegment } from '../memory/memory-segment.js';
import { compileSerializer } from '../memory/serializer-compiler.js';
import { layoutOf } from '../memory/serializer-layout.js';
import {
  type AlignmentFigures,
  BarrierFlag,
  BarrierHandler,
  type CheckpointBarrier,
  type CheckpointTarget,
} from '../network/barrier-handler.js';
import type { Backpressure, ChannelReader, EntryHandler } from '../network/channel-reader.js';
import { countRecords } from '../network/in-flight-records.js';
import { GateStatus, InputGate } from '../network/input-gate.js';
import type { RecordWriter } from '../network/record-writer.js';
import { align8, ENTRY_HEADER_SIZE, EntryKind, KEY_LENGTH_SIZE } from '../network/ring-layout.js';
import type { AcknowledgedState, DeployedJob, SnapshotFigures, TaskDeployment } from '../rpc/taskmanager-messages.js';
import { ExchangeCounter, type RestoredExchanges } from './exchange-counter.js';
import { bytesSection, type OperatorChain, type OperatorSnapshot } from './operator-chain.js';
import { compileRecordLoop, type RecordLoop } from './record-loop-compiler.js';
import { SlicePace } from './slice-pace.js';
import { LatencyHistogram, TaskActivity, TaskMetricSlot, TaskMetricsWriter } from './task-metrics.js';

/** Reads of a segment between two looks at the clock: a read may hand out no record at all, but fragments of a long one. */
const READS_UNCLOCKED = 64;

/** Longest stretch of writing a snapshot before the stream has its turn, ms. A pause of processing is not longer than this and one chunk. */
const WRITING_MS = 1;

/** What a task tells the TaskManager it runs in. */
export interface TaskEvents {
  /** There may be something to run. */
  wake(): void;
  inputEnded(task: StreamTask): void;
  failed(task: StreamTask, thrown: unknown): void;
  acknowledge(task: StreamTask, checkpointId: number, states: readonly AcknowledgedState[], figures: SnapshotFigures): void;
  decline(task: StreamTask, checkpointId: number, reason: string): void;
  /** Resolves once the coordinator's word has come where this checkpoint is written. */
  locationOf(checkpointId: number): Promise<string>;
}

export interface TaskInput {
  readonly schema: TypeSchema;
  readonly serializer: TypeSerializer<unknown>;
  readonly keyed: boolean;
  /** Where records come without the field that is their key. */
  readonly keyedType: KeyedRecordType | undefined;
  readonly keyedSerializer: KeyedRecordSerializer | undefined;
  /** `sourceUid->targetUid` and the subtask that writes: names the channel in checkpoints. */
  readonly edge: string;
  readonly sourceSubtask: number;
  readonly inStreamOnly: boolean;
}

export interface TaskParts {
  readonly deployment: TaskDeployment;
  readonly job: DeployedJob;
  readonly executionAttempt: number;
  readonly chain: OperatorChain;
  readonly channels: readonly ChannelReader[];
  readonly inputs: readonly TaskInput[];
  readonly writers: readonly RecordWriter[];
  readonly backpressure: Backpressure;
  readonly writeState: WriteOperatorState;
  readonly events: TaskEvents;
  readonly now: () => number;
  readonly restoredExchanges: RestoredExchanges;
  /** One view for all records of an input, see `StreamExecutionEnvironment.enableObjectReuse`. */
  readonly objectReuse: boolean;
}

interface Snapshot {
  readonly checkpointId: number;
  readonly operators: readonly OperatorSnapshot[];
  readonly heldBack: ReadonlyMap<string, readonly Uint8Array[]>;
  readonly syncDuration: number;
  readonly recordsOut: number;
  aborted: boolean;
}

/**
 * One subtask at work: input gate or source reader → operator chain → record writers.
 *
 * Run in slices by the TaskManager's loop, only while every output has a free buffer; control calls (checkpoints, cancel) come between slices.
 */
export class StreamTask implements EntryHandler, CheckpointTarget {
  readonly deployment: TaskDeployment;
  readonly metrics: TaskMetricsWriter;
  readonly chain: OperatorChain;
  readonly #parts: TaskParts;
  readonly #gate: InputGate | undefined;
  readonly #barriers: BarrierHandler | undefined;
  readonly #exchanges: ExchangeCounter;
  readonly #latency = new LatencyHistogram();
  readonly #readerOutput: ReaderOutput<unknown>;
  /** Of asynchronous sinks: the task waits. */
  #waiting = 0;
  #sourceAvailable = true;
  #inputEnded = false;
  #stopped = false;
  readonly #pace: SlicePace;
  /** By channel. */
  readonly #loops: readonly RecordLoop[];
  #deferred: (() => void)[] = [];
  /** Of an asynchronous operator. */
  #failure: { readonly thrown: unknown } | undefined;
  #snapshot: Snapshot | undefined;
  #lastMarker: number;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    this.deployment = parts.deployment;
    this.chain = parts.chain;
    this.metrics = new TaskMetricsWriter(parts.deployment.metrics, parts.now);
    this.#lastMarker = parts.now();
    this.#exchanges = new ExchangeCounter(
      parts.writers,
      parts.inputs.map((input) => input.edge),
      parts.restoredExchanges,
    );
    if (parts.chain.source === undefined) {
      this.#barriers = new BarrierHandler(
        parts.channels,
        parts.inputs.map((input) => input.inStreamOnly),
        parts.job.mode,
        parts.deployment.restore?.checkpointId ?? 0,
        this,
        parts.now,
      );
      this.#gate = new InputGate(parts.channels, this.#barriers);
    }
    this.#pace = new SlicePace(parts.backpressure);
    this.#loops = parts.inputs.map((input) => this.#loopOf(input));
    this.#readerOutput = readerOutput(parts.chain.head, this.#pace, parts.backpressure);
  }

  get isSource(): boolean {
    return this.#gate === undefined;
  }

  /** Called by operators through their `waitFor`. */
  readonly waitFor = (promise: Promise<unknown>): void => {
    this.#waiting++;
    this.#parts.backpressure.blocked = true;
    promise
      .then(() => {
        this.#waiting--;
        if (this.#waiting === 0) for (const action of this.#deferred.splice(0)) action();
        this.#parts.events.wake();
      })
      .catch((thrown: unknown) => {
        // Nobody may know the task yet: one that fails while it is opened fails at its first turn.
        this.#failure = { thrown };
        this.#parts.events.failed(this, thrown);
      });
  };

  /** Whether a slice would do anything now. Books what the task waits for. */
  canRun(): boolean {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    if (this.#waiting > 0) {
      this.metrics.enter(TaskActivity.BUSY);
      return false;
    }
    for (const writer of this.#parts.writers) {
      for (const channel of writer.channels) {
        if (!channel.isWritableOrWake()) {
          this.metrics.enter(TaskActivity.BACKPRESSURED);
          // Barriers that overtake the data must not wait for room.
          this.#gate?.poll();
          return false;
        }
      }
    }
    const ready = this.#gate === undefined ? this.#sourceAvailable && !this.#inputEnded && !this.#stopped : this.#gate.poll();
    if (!ready) this.metrics.enter(TaskActivity.IDLE);
    return ready;
  }

  /** Works until `deadline` (`performance.now()`), or nothing is left to do, or an output is full. */
  run(deadline: number): void {
    this.metrics.enter(TaskActivity.BUSY);
    const backpressure = this.#parts.backpressure;
    backpressure.blocked = false;
    this.#pace.start(deadline);
    if (this.#gate === undefined) this.#runSource(deadline, backpressure);
    else this.#runGate(this.#gate, deadline, backpressure);
    this.flush();
    this.#reportFigures();
  }

  #runSource(deadline: number, backpressure: Backpressure): void {
    const reader = this.#parts.chain.source?.reader;
    if (reader === undefined) return;
    do {
      const status = reader.pollNext(this.#readerOutput);
      if (status === InputStatus.END_OF_INPUT) {
        this.#endInput();
        return;
      }
      if (status === InputStatus.NOTHING_AVAILABLE) {
        this.#awaitSource(reader.isAvailable());
        return;
      }
    } while (!backpressure.blocked && performance.now() < deadline);
  }

  #awaitSource(available: Promise<void>): void {
    this.#sourceAvailable = false;
    available.then(
      () => {
        this.#sourceAvailable = true;
        this.#parts.events.wake();
      },
      (thrown: unknown) => this.#parts.events.failed(this, thrown),
    );
  }

  #runGate(gate: InputGate, deadline: number, backpressure: Backpressure): void {
    let reads = 0;
    while (gate.readNext(this, backpressure) === GateStatus.PROGRESS) {
      this.#exchanges.attribute(gate.lastRead, this.#pace.recordsIn);
      if (backpressure.blocked) return;
      if (++reads % READS_UNCLOCKED === 0 && performance.now() >= deadline) return;
    }
  }

  // EntryHandler

  onRecord(channel: number, segment: MemorySegment, payload: number, hash: number, kind: number): void {
    const input = this.#parts.inputs[channel] as TaskInput;
    const { keyContext, head } = this.chain;
    let position = payload;
    if (input.keyed) {
      const keySize = segment.i32[payload >> 2] as number;
      keyContext.set(segment, payload + KEY_LENGTH_SIZE, keySize, hash);
      position = payload - ENTRY_HEADER_SIZE + align8(ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE + keySize);
    }
    if (kind === EntryKind.KEYED_RECORD) head.collect(keyedSerializerOf(input).read(segment, position, keyContext.key));
    else head.collect(input.serializer.read(segment, position));
    if (++this.#pace.recordsIn >= this.#pace.nextLook) this.#pace.look();
  }

  onRecords(channel: number, segment: MemorySegment, from: number, to: number): number {
    const stopped = (this.#loops[channel] as RecordLoop)(segment, from, to);
    if (stopped !== from) return stopped;
    // Of another kind than the channel's own: it comes from a checkpoint of before there were two.
    const word = segment.i32[from >> 2] as number;
    this.onRecord(channel, segment, from + ENTRY_HEADER_SIZE, segment.i32[(from >> 2) + 1] as number, word >>> 24);
    return from + (word & 0xff_ff_ff);
  }

  #loopOf({ keyed, keyedType, schema }: TaskInput): RecordLoop {
    const { chain, backpressure, objectReuse } = this.#parts;
    return compileRecordLoop({
      kind: keyedType === undefined ? EntryKind.RECORD : EntryKind.KEYED_RECORD,
      keyed,
      source: keyedType?.source ?? compileSerializer(layoutOf(schema)),
      objectReuse,
      next: chain.head.collect,
      keyContext: chain.keyContext,
      backpressure,
      pace: this.#pace,
      touch: keyed ? chain.touch : undefined,
    });
  }

  onBarrier(channel: number, checkpointId: number, timestamp: number, flags: number): void {
    this.#exchanges.attribute(channel, this.#pace.recordsIn);
    this.#barriers?.onBarrier(channel, { checkpointId, timestamp, flags });
  }

  onLatencyMarker(emittedAt: number, sourceSubtask: number): void {
    this.#latency.record(this.#parts.now() - emittedAt, this.metrics.slots);
    for (const writer of this.#parts.writers) writer.sendLatencyMarker(emittedAt, sourceSubtask);
  }

  onEndOfData(): void {
    if (this.#gate?.endChannel() === true) this.#endInput();
  }

  #endInput(): void {
    if (this.#inputEnded) return;
    this.#inputEnded = true;
    const end = (): void => {
      this.chain.finish();
      for (const writer of this.#parts.writers) writer.sendEndOfData();
      this.#reportFigures();
      this.#whenIdle(() => this.#parts.events.inputEnded(this));
    };
    this.#whenIdle(end);
  }

  /** Now, or once asynchronous sinks have settled. */
  #whenIdle(action: () => void): void {
    if (this.#waiting === 0) action();
    else this.#deferred.push(action);
  }

  // Checkpoints

  /** On sources: the coordinator's trigger takes the place of a barrier. */
  triggerCheckpoint(barrier: CheckpointBarrier, stop: boolean): void {
    this.#whenIdle(() => {
      const now = this.#parts.now();
      this.takeSnapshot(barrier);
      if (stop) this.#stopped = true;
      this.completeSnapshot(barrier, [], { startDelay: Math.max(0, now - barrier.timestamp), alignmentDuration: 0, processedBytes: 0 });
      this.flush();
    });
  }

  /** Ends a source as if its input had. */
  drain(): void {
    if (this.isSource) this.#endInput();
  }

  takeSnapshot(barrier: CheckpointBarrier): void {
    const started = performance.now();
    this.#releaseSnapshot(true);
    const heldBack = new Map<string, readonly Uint8Array[]>();
    for (const writer of this.#parts.writers) {
      writer.sendBarrier(barrier)?.forEach((entries, target) => {
        if (entries.length > 0) heldBack.set(channelName(writer.name, target), entries);
      });
    }
    const exchanges = this.#exchanges.sections(barrier.checkpointId);
    const operators = this.chain.snapshot({
      checkpointId: barrier.checkpointId,
      savepoint: (barrier.flags & BarrierFlag.SAVEPOINT) !== 0,
    });
    for (const { uid, sections } of operators) {
      const records = exchanges.get(uid);
      if (records !== undefined) sections.push(records);
    }
    this.#snapshot = {
      checkpointId: barrier.checkpointId,
      operators,
      heldBack,
      syncDuration: performance.now() - started,
      recordsOut: this.#recordsOut(),
      aborted: false,
    };
  }

  completeSnapshot(barrier: CheckpointBarrier, inFlight: readonly (readonly Uint8Array[])[], figures: AlignmentFigures): void {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || snapshot.checkpointId !== barrier.checkpointId) return;
    const persisted = this.#addInFlight(snapshot, inFlight);
    void this.#write(snapshot, barrier, {
      syncDuration: snapshot.syncDuration,
      asyncDuration: 0,
      alignmentDuration: figures.alignmentDuration,
      startDelay: figures.startDelay,
      processedBytes: figures.processedBytes,
      persistedBytes: persisted,
      unaligned: (barrier.flags & BarrierFlag.UNALIGNED) !== 0 && this.#parts.inputs.some((input) => !input.inStreamOnly),
      recordsOut: snapshot.recordsOut,
    });
  }

  abortSnapshot(checkpointId: number): void {
    if (this.#snapshot?.checkpointId === checkpointId) this.#releaseSnapshot(true);
  }

  /** The coordinator gave a checkpoint up. */
  checkpointAborted(checkpointId: number): void {
    this.#barriers?.onAborted(checkpointId);
    this.abortSnapshot(checkpointId);
    this.chain.notifyCheckpointAborted(checkpointId);
    this.#parts.events.wake();
  }

  #addInFlight(snapshot: Snapshot, inFlight: readonly (readonly Uint8Array[])[]): number {
    let bytes = 0;
    const add = (
      operator: OperatorSnapshot | undefined,
      name: string,
      kind: 'input-channel' | 'output-channel',
      chunks: readonly Uint8Array[],
    ) => {
      const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      if (size === 0) return;
      bytes += size;
      const records = chunks.reduce((sum, chunk) => sum + countRecords(chunk), 0);
      operator?.sections.push(bytesSection(name, kind, chunks, records));
    };
    inFlight.forEach((chunks, channel) => {
      const input = this.#parts.inputs[channel] as TaskInput;
      add(snapshot.operators[0], channelName(input.edge, input.sourceSubtask), 'input-channel', chunks);
    });
    for (const [name, chunks] of snapshot.heldBack) {
      const uid = exchangeUids(name).sourceUid;
      add(
        snapshot.operators.find((operator) => operator.uid === uid),
        name,
        'output-channel',
        chunks,
      );
    }
    return bytes;
  }

  async #write(snapshot: Snapshot, barrier: CheckpointBarrier, figures: SnapshotFigures): Promise<void> {
    const started = performance.now();
    const { events, writeState, job, executionAttempt } = this.#parts;
    const pace = writingPace();
    try {
      const directory = await events.locationOf(barrier.checkpointId);
      const states: AcknowledgedState[] = [];
      for (const { uid, sections, incremental } of snapshot.operators) {
        if (snapshot.aborted) return;
        const handle: OperatorStateHandle | undefined = await writeState(
          directory,
          {
            jobId: job.jobId,
            checkpointId: barrier.checkpointId,
            operatorUid: uid,
            subtask: this.deployment.subtask,
            attempt: executionAttempt,
          },
          sections,
          pace,
          incremental,
        );
        if (handle !== undefined) states.push({ uid, handle });
      }
      if (snapshot.aborted) return;
      if (this.#snapshot === snapshot) this.#releaseSnapshot(false);
      events.acknowledge(this, barrier.checkpointId, states, { ...figures, asyncDuration: performance.now() - started });
    } catch (error) {
      if (snapshot.aborted) return;
      if (this.#snapshot === snapshot) this.#releaseSnapshot(true);
      events.decline(this, barrier.checkpointId, error instanceof Error ? error.message : String(error));
    }
  }

  #releaseSnapshot(aborted: boolean): void {
    if (this.#snapshot === undefined) return;
    this.#snapshot.aborted ||= aborted;
    for (const operator of this.#snapshot.operators) operator.release();
    this.#snapshot = undefined;
  }

  /** Due latency markers; called by the TaskManager's timer. */
  emitLatencyMarker(): void {
    if (this.#inputEnded || this.#stopped) return;
    // At most one waits for room.
    if (!this.#parts.writers.every((writer) => writer.channels.every((channel) => channel.drain()))) return;
    const now = this.#parts.now();
    if (now - this.#lastMarker < this.#parts.job.latencyTrackingInterval * 0.9) return;
    this.#lastMarker = now;
    for (const writer of this.#parts.writers) writer.sendLatencyMarker(now, this.deployment.subtask);
  }

  flush(): void {
    for (const writer of this.#parts.writers) writer.flush();
  }

  #recordsOut(): number {
    let total = 0;
    for (const writer of this.#parts.writers) total += writer.recordsOut;
    return total;
  }

  #reportFigures(): void {
    const slots = this.metrics.slots;
    let bytesOut = 0;
    let outUse = 0;
    let outTotal = 0;
    for (const writer of this.#parts.writers) {
      bytesOut += writer.bytesOut;
      for (const channel of writer.channels) {
        outUse += channel.buffersInUse;
        outTotal += channel.buffersTotal;
      }
    }
    // As in Flink, a source has no records in, and a sink none out.
    slots[TaskMetricSlot.RECORDS_IN] = this.isSource ? 0 : this.#pace.recordsIn;
    slots[TaskMetricSlot.RECORDS_OUT] = this.#recordsOut();
    slots[TaskMetricSlot.BYTES_IN] = this.#gate?.bytesRead ?? 0;
    slots[TaskMetricSlot.BYTES_OUT] = bytesOut;
    slots[TaskMetricSlot.BUFFERS_IN_USE] = this.#gate?.buffersInUse ?? 0;
    slots[TaskMetricSlot.BUFFERS_IN_TOTAL] = this.#gate?.buffersTotal ?? 0;
    slots[TaskMetricSlot.BUFFERS_OUT_USE] = outUse;
    slots[TaskMetricSlot.BUFFERS_OUT_TOTAL] = outTotal;
  }

  /** Buffers of the input channels: each channel is counted by its reader. */
  bufferUse(): { readonly inTotal: number; readonly inUse: number } {
    return { inTotal: this.#gate?.buffersTotal ?? 0, inUse: this.#gate?.buffersInUse ?? 0 };
  }

  async close(): Promise<void> {
    this.#deferred = [];
    this.#releaseSnapshot(true);
    this.metrics.enter(TaskActivity.NONE);
    await this.chain.close();
  }
}

/** Of one checkpoint's writing in this thread. */
function writingPace(): WritingPace {
  let since = performance.now();
  return () => {
    if (performance.now() - since < WRITING_MS) return undefined;
    return nextTurn().then(() => {
      since = performance.now();
    });
  };
}

function keyedSerializerOf(input: TaskInput): KeyedRecordSerializer {
  if (input.keyedSerializer !== undefined) return input.keyedSerializer;
  throw new IncompatibleStateError(
    exchangeUids(input.edge).targetUid,
    `in-flight data of ${input.edge} was keyed by a field's name, which the job does not do any more; restore a savepoint, or key by the field again`,
  );
}

/** Where a source's records go. `collect` has a type feedback of its own, as every loop has. */
function readerOutput(head: Collector<unknown>, pace: SlicePace, backpressure: Backpressure): ReaderOutput<unknown> {
  const code = `'use strict';
    return (value) => {
      next(value);
      if (++pace.recordsIn >= pace.nextLook) pace.look();
    };`;
  const collect = compileApart(code, { next: head.collect, pace }) as (value: unknown) => void;
  return { collect, hasRoom: () => !backpressure.blocked };
}
