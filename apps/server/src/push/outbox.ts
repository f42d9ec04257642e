export interface OutboxOptions<T> {
  /** Items of one message at most. */
  readonly most: number;
  /**
   * How much an item matters, from 0 up; and of each rank so many in a second at most: beyond that nobody can read them, and every client would pay for them.
   * Ranks above those have no such bound.
   */
  readonly rankOf: (item: T) => number;
  readonly perSecond: readonly number[];
  readonly send: (items: readonly T[], dropped: number) => void;
  /** Between two messages at least, ms: with many clients they come less often, and each says more. */
  readonly interval: () => number;
}

/** With the 8 ms of a TaskManager's publisher, within the 20 ms in which a line is to be on its way. */
const DELAY_MS = 8;

/** Collects for a moment what is sent together. It carries the newest and says how many it left out: never a longer queue. */
export class Outbox<T> {
  readonly #options: OutboxOptions<T>;
  #items: T[] = [];
  #dropped = 0;
  readonly #tokens: number[];
  #filledAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** No message before. */
  #next = 0;

  constructor(options: OutboxOptions<T>) {
    this.#options = options;
    this.#tokens = [...options.perSecond];
  }

  /** `dropped`: how many before it are missing already. */
  push(item: T, dropped = 0): void {
    this.#items.push(item);
    this.#dropped += dropped;
    if (this.#items.length > 4 * this.#options.most) this.#keep(this.#options.most);
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(DELAY_MS, this.#next - performance.now()));
  }

  /** Forgets what waits: nobody is there to read it. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#items = [];
    this.#dropped = 0;
  }

  #flush(): void {
    this.#timer = undefined;
    this.#keep(this.#options.most);
    this.#spend();
    const items = this.#items;
    const dropped = this.#dropped;
    // What was left out before nothing is told with the next message that has something.
    if (items.length === 0) return;
    this.#items = [];
    this.#dropped = 0;
    this.#next = performance.now() + this.#options.interval();
    this.#options.send(items, dropped);
  }

  /** The newest of what matters most. */
  #keep(most: number): void {
    const { rankOf, perSecond } = this.#options;
    let over = this.#items.length - most;
    if (over <= 0) return;
    this.#dropped += over;
    for (let rank = 0; rank < perSecond.length && over > 0; rank++) {
      this.#items = this.#items.filter((item) => over === 0 || rankOf(item) !== rank || over-- === 0);
    }
    // Too many of those without a bound alone.
    this.#items = this.#items.slice(-most);
  }

  #spend(): void {
    const { perSecond, rankOf } = this.#options;
    const now = performance.now();
    for (const [rank, most] of perSecond.entries()) {
      this.#tokens[rank] = Math.min(most, (this.#tokens[rank] as number) + ((now - this.#filledAt) * most) / 1000);
    }
    this.#filledAt = now;
    const kept: T[] = [];
    for (const item of this.#items.reverse()) {
      const rank = rankOf(item);
      const left = this.#tokens[rank];
      if (left === undefined || left >= 1) {
        if (left !== undefined) this.#tokens[rank] = left - 1;
        kept.push(item);
      } else this.#dropped++;
    }
    this.#items = kept.reverse();
  }
}
