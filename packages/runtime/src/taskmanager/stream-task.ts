import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputStatus, type ReaderOutput } from '../api/source.js';
import type { TypeSerializer } from '../api/types.js';
import type { OperatorStateHandle, WriteOperatorState, WritingPace } from '../checkpoint/checkpoint-storage.js';
import { channelName, exchangeUids } from '../graph/exchange-name.js';
import type { MemorySegment } from '../memory/memory-segment.js';
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
import { KEY_LENGTH_SIZE, type RecordWriter } from '../network/record-writer.js';
import { align8, ENTRY_HEADER_SIZE } from '../network/ring-layout.js';
import type { AcknowledgedState, DeployedJob, SnapshotFigures, TaskDeployment } from '../rpc/taskmanager-messages.js';
import { ExchangeCounter, type RestoredExchanges } from './exchange-counter.js';
import { bytesSection, type OperatorChain, type OperatorSnapshot } from './operator-chain.js';
import { LatencyHistogram, TaskActivity, TaskMetricSlot, TaskMetricsWriter } from './task-metrics.js';

/** Most records between two looks at the clock. */
const MOST_UNCLOCKED = 64;
/** Between two looks, ms: fewer records lie between them where one takes long. */
const CLOCK_PACE_MS = 0.5;

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
  readonly serializer: TypeSerializer<unknown>;
  readonly keyed: boolean;
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
  #recordsIn = 0;
  #deadline = 0;
  #clockAt = 0;
  #unclocked = 1;
  #nextLook = 0;
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
    const backpressure = parts.backpressure;
    const head = parts.chain.head;
    this.#readerOutput = {
      collect: (value) => {
        head.collect(value);
        if (++this.#recordsIn >= this.#nextLook) this.#lookAtClock();
      },
      hasRoom: () => !backpressure.blocked,
    };
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
    this.#deadline = deadline;
    this.#clockAt = performance.now();
    this.#nextLook = this.#recordsIn + this.#unclocked;
    if (this.#gate === undefined) this.#runSource(deadline, backpressure);
    else this.#runGate(this.#gate, deadline, backpressure);
    this.flush();
    this.#reportFigures();
  }

  /** Ends the slice after the record at hand once its time is up. */
  #lookAtClock(): void {
    const now = performance.now();
    const elapsed = now - this.#clockAt;
    this.#clockAt = now;
    this.#unclocked =
      elapsed < CLOCK_PACE_MS
        ? Math.min(MOST_UNCLOCKED, this.#unclocked * 2)
        : Math.max(1, Math.floor((this.#unclocked * CLOCK_PACE_MS) / elapsed));
    this.#nextLook = this.#recordsIn + this.#unclocked;
    if (now >= this.#deadline) this.#parts.backpressure.blocked = true;
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
      this.#exchanges.attribute(gate.lastRead, this.#recordsIn);
      if (backpressure.blocked) return;
      // A read may hand out no record at all: fragments of a long one.
      if (++reads % MOST_UNCLOCKED === 0 && performance.now() >= deadline) return;
    }
  }

  // EntryHandler

  onRecord(channel: number, segment: MemorySegment, payload: number, hash: number): void {
    const input = this.#parts.inputs[channel] as TaskInput;
    let position = payload;
    if (input.keyed) {
      const keySize = segment.i32[payload >> 2] as number;
      this.chain.keyContext.set(segment, payload + KEY_LENGTH_SIZE, keySize, hash);
      position = payload - ENTRY_HEADER_SIZE + align8(ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE + keySize);
    }
    this.chain.head.collect(input.serializer.read(segment, position));
    if (++this.#recordsIn >= this.#nextLook) this.#lookAtClock();
  }

  onBarrier(channel: number, checkpointId: number, timestamp: number, flags: number): void {
    this.#exchanges.attribute(channel, this.#recordsIn);
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
    const operators = this.chain.snapshot(barrier.checkpointId);
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
      for (const { uid, sections } of snapshot.operators) {
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
    slots[TaskMetricSlot.RECORDS_IN] = this.isSource ? 0 : this.#recordsIn;
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
