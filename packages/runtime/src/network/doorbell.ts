// Data plane.

/**
 * Wakes a TaskManager's thread that sleeps for want of work. Two words in shared memory: a count of rings, and whether the owner is asleep.
 *
 * The owner marks itself asleep, looks once more for work, then waits; a writer publishes its work, then looks whether the owner is asleep.
 * Both orders are sequentially consistent, so one of the two always sees the other. While the owner is awake ringing costs one load.
 */
export class Doorbell {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(128)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** By any thread, after it published what there is to do. */
  ring(): void {
    if (Atomics.load(this.#words, ASLEEP) === 1) {
      Atomics.add(this.#words, COUNT, 1);
      Atomics.notify(this.#words, COUNT);
    }
  }

  /** By the owner alone: from now on a ring is noticed by the promise that `sleep` returns. */
  markAsleep(): void {
    Atomics.store(this.#words, ASLEEP, 1);
  }

  markAwake(): void {
    Atomics.store(this.#words, ASLEEP, 0);
  }

  get count(): number {
    return Atomics.load(this.#words, COUNT);
  }

  /** Resolves at the next ring after `seen` was read; undefined if there was one already. */
  wait(seen: number): Promise<unknown> | undefined {
    const result = Atomics.waitAsync(this.#words, COUNT, seen);
    return result.async ? result.value : undefined;
  }
}

const COUNT = 0;
const ASLEEP = 16;
