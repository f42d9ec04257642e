import type { EngineEvent } from '@weir/protocol';
import { WeirError } from '../common/errors.js';

/** The engine cannot start: a thread that it needs ends, time and again, before it is of any use. */
export class EngineStartError extends WeirError {
  constructor(thread: string, times: number, reason: string) {
    super(
      'ENGINE_START_FAILED',
      `the engine cannot start: ${thread} ended ${times} times before it was ready, at last because: ${reason}. Mend that (memory, installation, permissions) and start again.`,
    );
  }
}

/** One that ended once may have been hit by something that passes. */
const MOST_STARTS = 3;

/** Counts, of the events of an engine that is being started, the ends of threads that had not come so far as to be of use. */
export class FailedStarts {
  readonly #failed = new Map<string, number>();

  /** The error once a thread has failed too often. */
  accept(event: EngineEvent): EngineStartError | undefined {
    if (event.type === 'taskmanager') {
      if (event.change === 'registered') this.#failed.delete(event.id);
      if (event.change === 'ended') return this.#count(event.id, event.reason);
    }
    if (event.type === 'jobmanager') {
      if (!event.leading) return this.#count('the JobManager', event.reason);
      this.#failed.delete('the JobManager');
    }
    return undefined;
  }

  #count(thread: string, reason = 'unknown'): EngineStartError | undefined {
    const times = (this.#failed.get(thread) ?? 0) + 1;
    this.#failed.set(thread, times);
    return times < MOST_STARTS ? undefined : new EngineStartError(thread, times, reason);
  }
}
