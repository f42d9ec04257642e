import type { CheckpointingMode } from '@weir/protocol';
import type { ChannelReader } from './channel-reader.js';

/** Flags of a barrier entry. */
export const BarrierFlag = { UNALIGNED: 1, SAVEPOINT: 2 } as const;

export interface CheckpointBarrier {
  readonly checkpointId: number;
  /** When the coordinator triggered it. */
  readonly timestamp: number;
  readonly flags: number;
}

/** What came of the alignment, in ms and bytes. */
export interface AlignmentFigures {
  readonly startDelay: number;
  readonly alignmentDuration: number;
  readonly processedBytes: number;
}

/** The task, as the handler sees it. */
export interface CheckpointTarget {
  /** Take state now and send the barrier on: everything before the barrier is in the state or will be in `inFlight`. */
  takeSnapshot(barrier: CheckpointBarrier): void;
  /** The last barrier has come: `inFlight[c]` are the entries of channel c that were before its barrier but after the state was taken. */
  completeSnapshot(barrier: CheckpointBarrier, inFlight: readonly (readonly Uint8Array[])[], figures: AlignmentFigures): void;
  /** Another checkpoint overtook it, or the coordinator gave it up; its snapshot, if taken, is of no use. */
  abortSnapshot(checkpointId: number): void;
}

interface Pending {
  readonly barrier: CheckpointBarrier;
  readonly arrived: boolean[];
  numArrived: number;
  readonly firstAt: number;
  readonly bytesAtFirst: number;
  taken: boolean;
  readonly inFlight: Uint8Array[][];
}

/**
 * Decides, from the barriers of a task's input channels, when its state is taken.
 *
 * Aligned, exactly once: a channel whose barrier has come waits until all have. At least once: nobody waits. Unaligned: the first announced barrier is
 * enough, and what the others still have before theirs goes into the checkpoint as in-flight data. On exchanges where in-flight data could not be dealt out
 * anew (forward, broadcast) barriers always come in the stream: a task that has both kinds takes its state once all of those have come.
 */
export class BarrierHandler {
  readonly #channels: readonly ChannelReader[];
  readonly #inStreamOnly: readonly boolean[];
  readonly #mode: CheckpointingMode;
  readonly #target: CheckpointTarget;
  readonly #now: () => number;
  #pending: Pending | undefined;
  /** Barriers up to this id are of no interest any more. */
  #settled: number;

  constructor(
    channels: readonly ChannelReader[],
    inStreamOnly: readonly boolean[],
    mode: CheckpointingMode,
    restoredCheckpointId: number,
    target: CheckpointTarget,
    now: () => number,
  ) {
    this.#channels = channels;
    this.#inStreamOnly = inStreamOnly;
    this.#mode = mode;
    this.#settled = restoredCheckpointId;
    this.#target = target;
    this.#now = now;
  }

  /** A barrier ahead of the data of channel `index`. */
  onAnnounced(index: number, checkpointId: number, timestamp: number): void {
    const pending = this.#arrive(index, { checkpointId, timestamp, flags: BarrierFlag.UNALIGNED }, index);
    const reader = this.#channels[index] as ChannelReader;
    if (pending === undefined) {
      // One given up long ago, by a slow writer. What is recorded meanwhile belongs to a newer one.
      reader.ignoreAnnounced();
      return;
    }
    if (pending.taken) {
      pending.inFlight[index] = reader.takeRecording();
      reader.resume();
    }
    this.#advance(pending);
  }

  /** A barrier in the stream of channel `index`. */
  onBarrier(index: number, barrier: CheckpointBarrier): void {
    const pending = this.#arrive(index, barrier);
    if (pending === undefined) return;
    if (this.#mode === 'EXACTLY_ONCE' && !pending.taken) (this.#channels[index] as ChannelReader).blocked = true;
    this.#advance(pending);
  }

  /** The coordinator gave it up. */
  onAborted(checkpointId: number): void {
    if (this.#pending?.barrier.checkpointId === checkpointId) this.#abort(this.#pending);
    this.#settled = Math.max(this.#settled, checkpointId);
  }

  /** `held`: the channel that the barrier was announced on, if so; it waits at its position. */
  #arrive(index: number, barrier: CheckpointBarrier, held?: number): Pending | undefined {
    if (barrier.checkpointId <= this.#settled) return undefined;
    if (this.#pending !== undefined && this.#pending.barrier.checkpointId !== barrier.checkpointId) {
      if (barrier.checkpointId < this.#pending.barrier.checkpointId) return undefined;
      this.#abort(this.#pending, held);
    }
    this.#pending ??= {
      barrier,
      arrived: this.#channels.map(() => false),
      numArrived: 0,
      firstAt: this.#now(),
      bytesAtFirst: this.#bytesRead(),
      taken: false,
      inFlight: this.#channels.map(() => []),
    };
    if (this.#pending.arrived[index] === true) return undefined;
    this.#pending.arrived[index] = true;
    this.#pending.numArrived++;
    return this.#pending;
  }

  #advance(pending: Pending): void {
    if (!pending.taken && this.#mayTake(pending)) this.#take(pending);
    if (pending.taken && pending.numArrived === this.#channels.length) this.#complete(pending);
  }

  #mayTake(pending: Pending): boolean {
    if ((pending.barrier.flags & BarrierFlag.UNALIGNED) === 0) return pending.numArrived === this.#channels.length;
    return this.#inStreamOnly.every((inStream, index) => !inStream || pending.arrived[index] === true);
  }

  #take(pending: Pending): void {
    pending.taken = true;
    this.#target.takeSnapshot(pending.barrier);
    for (const reader of this.#channels) {
      if (this.#inStreamOnly[reader.index] === true || (pending.barrier.flags & BarrierFlag.UNALIGNED) === 0) {
        reader.resume();
      } else if (pending.arrived[reader.index] === true) {
        pending.inFlight[reader.index] = reader.takeRecording();
        reader.resume();
      } else {
        reader.startRecording();
      }
    }
  }

  #complete(pending: Pending): void {
    this.#pending = undefined;
    this.#settled = pending.barrier.checkpointId;
    this.#target.completeSnapshot(pending.barrier, pending.inFlight, {
      startDelay: Math.max(0, pending.firstAt - pending.barrier.timestamp),
      alignmentDuration: this.#now() - pending.firstAt,
      processedBytes: this.#bytesRead() - pending.bytesAtFirst,
    });
  }

  #abort(pending: Pending, held?: number): void {
    this.#pending = undefined;
    this.#settled = Math.max(this.#settled, pending.barrier.checkpointId);
    for (const reader of this.#channels) {
      if (reader.index === held) reader.forget();
      else reader.resume();
    }
    this.#target.abortSnapshot(pending.barrier.checkpointId);
  }

  #bytesRead(): number {
    let total = 0;
    for (const reader of this.#channels) total += reader.bytesRead;
    return total;
  }
}
