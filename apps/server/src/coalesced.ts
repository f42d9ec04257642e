/**
 * A task that looks for what is new: never two at once, and once more if it was asked for while it ran, because it may have looked already.
 * However many ask meanwhile, one more look serves them all.
 */
export class Coalesced {
  readonly #task: () => Promise<void>;
  #wanted = false;
  #running: Promise<void> | undefined;

  constructor(task: () => Promise<void>) {
    this.#task = task;
  }

  /** Resolves after a run of the task that began after this call; rejects if it failed, and then the next call begins anew. */
  request(): Promise<void> {
    this.#wanted = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Resolves once no run is under way; never rejects. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  async #run(): Promise<void> {
    // So that it cannot end before `#running` is set.
    await null;
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await this.#task();
      }
    } finally {
      // In the same turn as the last look at `#wanted`: a request in between would be lost.
      this.#running = undefined;
    }
  }
}
