/** Time as a source sees it, passed in so that tests need none. */
export interface SourceClock {
  /** Wall time in ms at which an attempt starts; only differences are taken of later ones. */
  now(): number;
  /** Resolves after `ms`, or once `cancel` was called. */
  sleep(ms: number): { readonly done: Promise<void>; readonly cancel: () => void };
  /** Says which process this is: equal in all threads of one, different after a restart. */
  readonly processId: string;
}

const LONGEST_TIMEOUT = 2 ** 31 - 1;

export class SystemSourceClock implements SourceClock {
  readonly processId: string;
  readonly #startedAt = Date.now();
  readonly #origin = performance.now();

  constructor() {
    // The pid alone comes again after a restart in a container; with the process's start on the monotonic clock it does not.
    const started = Number(process.hrtime.bigint() / 1_000_000n) - process.uptime() * 1000;
    this.processId = `${process.pid}@${Math.round(started / 1000)}`;
  }

  /** Wall time once, then monotonic: a clock that is set does not make a burst of events. */
  now(): number {
    return this.#startedAt + (performance.now() - this.#origin);
  }

  sleep(ms: number): { done: Promise<void>; cancel: () => void } {
    let cancel = (): void => {};
    const done = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(Math.max(0, ms), LONGEST_TIMEOUT));
      cancel = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return { done, cancel };
  }
}
