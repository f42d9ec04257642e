import type { Clock } from '../common/clock.js';
import { plain } from '../memory/record-view.js';

/** What user code publishes for people to see, on its way out of a TaskManager. */
export interface PublishedMessage {
  readonly topic: string;
  readonly at: number;
  readonly jobId: string;
  readonly vertexId: string;
  readonly subtask: number;
  /** Messages of this topic left out since the last one sent. */
  readonly dropped: number;
  readonly payload: unknown;
}

/** Between two flushes: short enough for a page to show a line at once, long enough for one message to carry a burst. */
const FLUSH_DELAY_MS = 8;
/** Messages of one topic in a second; beyond that a person cannot read them, and the stream must not pay for them. */
const RATE_PER_SECOND = 500;

/** Bounds what is published by a token bucket per topic and sends it in batches: never a longer queue, never in the way of the stream. */
export class Publisher {
  readonly #clock: Clock;
  readonly #send: (messages: readonly PublishedMessage[]) => void;
  readonly #buckets = new Map<string, { tokens: number; at: number; dropped: number }>();
  #batch: PublishedMessage[] = [];

  constructor(clock: Clock, send: (messages: readonly PublishedMessage[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  publish(jobId: string, vertexId: string, subtask: number, topic: string, payload: unknown): void {
    let bucket = this.#buckets.get(topic);
    if (bucket === undefined) {
      bucket = { tokens: RATE_PER_SECOND, at: this.#clock.now(), dropped: 0 };
      this.#buckets.set(topic, bucket);
    }
    if (bucket.tokens < 1) {
      const now = this.#clock.now();
      bucket.tokens = Math.min(RATE_PER_SECOND, bucket.tokens + ((now - bucket.at) * RATE_PER_SECOND) / 1000);
      bucket.at = now;
      if (bucket.tokens < 1) {
        bucket.dropped++;
        return;
      }
    }
    bucket.tokens--;
    const message = {
      topic,
      at: this.#clock.now(),
      jobId,
      vertexId,
      subtask,
      dropped: bucket.dropped,
      payload: plain(typeof payload === 'function' ? payload() : payload),
    };
    bucket.dropped = 0;
    if (this.#batch.length === 0) this.#clock.schedule(FLUSH_DELAY_MS, () => this.flush());
    this.#batch.push(message);
  }

  /** Sends what waits: before a task says that it has finished, so that nothing comes after that. */
  flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    try {
      this.#send(batch);
    } catch {
      for (const message of batch) this.#sendAlone(message);
    }
  }

  /** What cannot cross threads (a payload that is no plain data) is left out, and counted. */
  #sendAlone(message: PublishedMessage): void {
    try {
      this.#send([message]);
    } catch {
      const bucket = this.#buckets.get(message.topic);
      if (bucket !== undefined) bucket.dropped += message.dropped + 1;
    }
  }
}
