export interface OutboxOptions<T> {
  /** Items of one message at most. */
  readonly most: number;
  /** Of those that are not important so many in a second at most: beyond that nobody can read them, and every client would pay for them. */
  readonly perSecond: number;
  readonly isImportant: (item: T) => boolean;
  readonly send: (items: readonly T[], dropped: number) => void;
}

/** With the 8 ms of a TaskManager's publisher, within the 20 ms in which a line is to be on its way. */
const DELAY_MS = 8;

/** Collects for a moment what is sent together. It carries the newest and says how many it left out: never a longer queue. */
export class Outbox<T> {
  readonly #options: OutboxOptions<T>;
  #items: T[] = [];
  #dropped = 0;
  #tokens: number;
  #filledAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions<T>) {
    this.#options = options;
    this.#tokens = options.perSecond;
  }

  /** `dropped`: how many before it are missing already. */
  push(item: T, dropped = 0): void {
    this.#items.push(item);
    this.#dropped += dropped;
    if (this.#items.length > 4 * this.#options.most) this.#keep(this.#options.most);
    this.#timer ??= setTimeout(() => this.#flush(), DELAY_MS);
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
    this.#options.send(items, dropped);
  }

  #keep(most: number): void {
    const over = this.#items.length - most;
    if (over <= 0) return;
    const { isImportant } = this.#options;
    let left = over;
    this.#items = this.#items.filter((item) => left === 0 || isImportant(item) || left-- === 0);
    // Too many of importance alone.
    this.#items = this.#items.slice(-most);
    this.#dropped += over;
  }

  #spend(): void {
    const { perSecond, isImportant } = this.#options;
    const now = performance.now();
    this.#tokens = Math.min(perSecond, this.#tokens + ((now - this.#filledAt) * perSecond) / 1000);
    this.#filledAt = now;
    const kept: T[] = [];
    for (const item of this.#items.reverse()) {
      if (isImportant(item)) kept.push(item);
      else if (this.#tokens >= 1) {
        this.#tokens--;
        kept.push(item);
      } else this.#dropped++;
    }
    this.#items = kept.reverse();
  }
}
