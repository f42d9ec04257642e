import { type Backoff, defaultBackoff, pauseAfter } from './backoff.js';
import type { Deliver, Message } from './delivery.js';

/** At once; more would only make a slow receiver slower. */
const CONCURRENCY = 4;
/** Messages that wait, for a turn or for a retry. */
const WAITING_MOST = 1_000;

export interface DeliveryQueueOptions {
  readonly deliver: Deliver;
  readonly onDelivered: (message: Message) => void;
  readonly backoff?: Backoff;
  readonly random?: () => number;
  /** A line for the terminal when deliveries begin to fail and when they work again. */
  readonly report?: (line: string) => void;
}

/** Messages on their way: a few at a time, each tried again until it is taken. Nothing here is waited for by the stream. */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  /** Ready to be sent, oldest first. */
  readonly #ready: Message[] = [];
  /** Ready, under way or waiting for a retry, with its failures so far. */
  readonly #known = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stop = new AbortController();
  #sending = 0;
  #failing = false;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? defaultBackoff;
    this.#random = options.random ?? Math.random;
  }

  get closed(): boolean {
    return this.#stop.signal.aborted;
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** False if it was not taken: too many wait, or all is over. */
  offer(message: Message): boolean {
    if (this.closed || this.#known.size >= WAITING_MOST) return false;
    this.#known.set(message.id, 0);
    this.#ready.push(message);
    this.#next();
    return true;
  }

  /** Ends what is under way. */
  close(): void {
    this.#stop.abort();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #next(): void {
    while (this.#sending < CONCURRENCY && this.#ready.length > 0 && !this.closed) {
      const message = this.#ready.shift() as Message;
      this.#sending++;
      void this.#send(message).finally(() => {
        this.#sending--;
        this.#next();
      });
    }
  }

  async #send(message: Message): Promise<void> {
    const { report } = this.#options;
    const result = await this.#options.deliver(message, this.#stop.signal);
    if (result.ok) {
      this.#known.delete(message.id);
      if (this.#failing) report?.('the webhook answers again');
      this.#failing = false;
      this.#options.onDelivered(message);
      return;
    }
    if (this.closed) return;
    if (!this.#failing) report?.(`the webhook does not take what it is sent: ${result.reason}; it is tried again`);
    this.#failing = true;
    const failures = (this.#known.get(message.id) ?? 0) + 1;
    this.#known.set(message.id, failures);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#ready.push(message);
        this.#next();
      },
      pauseAfter(failures, this.#backoff, this.#random, result.retryAfter),
    );
    this.#timers.add(timer);
  }
}
