// Data plane.
import type { BarrierHandler } from './barrier-handler.js';
import type { Backpressure, ChannelReader, EntryHandler } from './channel-reader.js';

export const GateStatus = {
  /** There was something to read. */
  PROGRESS: 0,
  /** Nothing to read now. */
  EMPTY: 1,
} as const;
export type GateStatus = (typeof GateStatus)[keyof typeof GateStatus];

/** All input channels of a task, of all its in-edges, read in turn. */
export class InputGate {
  readonly channels: readonly ChannelReader[];
  readonly #barriers: BarrierHandler;
  #next = 0;
  #restoring: boolean;
  #ended = 0;
  /** The channel that `readNext` has read last. */
  lastRead = 0;

  constructor(channels: readonly ChannelReader[], barriers: BarrierHandler) {
    this.channels = channels;
    this.#barriers = barriers;
    this.#restoring = channels.some((channel) => channel.hasRestored);
  }

  /** Notices barriers that were announced ahead of data; returns whether any channel has something to read. */
  poll(): boolean {
    let readable = false;
    for (const channel of this.channels) {
      const announced = channel.poll();
      if (announced !== undefined) this.#barriers.onAnnounced(channel.index, announced.checkpointId, announced.timestamp);
    }
    // After all announcements: one of them may have let another channel go on.
    for (const channel of this.channels) readable = this.#mayRead(channel) || readable;
    return readable;
  }

  /**
   * What was in flight in the restored checkpoint comes before anything new of any channel: after a change of parallelism a key's old records may lie
   * in another channel than its new ones.
   */
  #mayRead(channel: ChannelReader): boolean {
    return channel.readable && (!this.#restoring || channel.hasRestored);
  }

  /** Reads at most a segment of the next channel in turn that has anything. */
  readNext(handler: EntryHandler, backpressure: Backpressure): GateStatus {
    const count = this.channels.length;
    for (let step = 0; step < count; step++) {
      const channel = this.channels[this.#next] as ChannelReader;
      this.#next = this.#next + 1 === count ? 0 : this.#next + 1;
      const announced = channel.poll();
      if (announced !== undefined) this.#barriers.onAnnounced(channel.index, announced.checkpointId, announced.timestamp);
      if (this.#mayRead(channel)) {
        this.lastRead = channel.index;
        channel.read(handler, backpressure);
        if (this.#restoring) this.#restoring = this.channels.some((other) => other.hasRestored);
        return GateStatus.PROGRESS;
      }
    }
    return GateStatus.EMPTY;
  }

  /** Counts a channel whose writer has no more input; true once that holds for all. */
  endChannel(): boolean {
    this.#ended++;
    return this.#ended === this.channels.length;
  }

  get bytesRead(): number {
    let total = 0;
    for (const channel of this.channels) total += channel.bytesRead;
    return total;
  }

  get buffersInUse(): number {
    let total = 0;
    for (const channel of this.channels) total += channel.buffersInUse;
    return total;
  }

  get buffersTotal(): number {
    let total = 0;
    for (const channel of this.channels) total += channel.buffersTotal;
    return total;
  }
}
