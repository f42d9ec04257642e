import type { Cancellable, Clock } from '../common/clock.js';

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  #order = 0;
  #timers: { readonly at: number; readonly order: number; readonly action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  schedule(delay: number, action: () => void): Cancellable {
    const timer = { at: this.#now + delay, order: this.#order++, action };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** What falls due on the way is done in its order, also what that schedules. */
  advance(by: number): void {
    const until = this.#now + by;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = until;
  }

  get pending(): number {
    return this.#timers.length;
  }
}

/** Waits until `condition` holds: what the disk does takes some turns of the event loop. The test's own timeout ends what never comes. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
