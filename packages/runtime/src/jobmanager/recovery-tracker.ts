import type { EngineEvent, RecoveryInfo, RecoveryPhase } from '@weir/protocol';
import type { Clock } from '../common/clock.js';
import type { JobFailure } from './job-failure.js';
import type { JobHistory } from './job-history.js';

export interface RecoveryTrackerOptions {
  readonly jobId: string;
  readonly clock: Clock;
  readonly history: JobHistory;
  readonly emit: (event: EngineEvent) => void;
}

/** The recovery under way, if any: each phase is noted and made known as it begins. A failure during one begins the next. */
export class RecoveryTracker {
  readonly #options: RecoveryTrackerOptions;
  #current: RecoveryInfo | undefined;

  constructor(options: RecoveryTrackerOptions) {
    this.#options = options;
  }

  get underWay(): boolean {
    return this.#current !== undefined;
  }

  /** `detected`: when the failure was noticed. */
  begin(number: number, failure: JobFailure, detected: number): void {
    const failed = Math.min(failure.at, detected);
    this.#current = {
      number,
      cause: failure.message,
      ...(failure.taskManagerId === undefined ? {} : { taskManagerId: failure.taskManagerId }),
      phases: { failed, detected },
    };
    this.#emit('failed', failed, this.#current);
    this.#emit('detected', detected, this.#current);
  }

  /** Nothing, unless a recovery is under way. */
  enter(phase: RecoveryPhase, more: Partial<RecoveryInfo> = {}): void {
    if (this.#current === undefined) return;
    const at = this.#options.clock.now();
    this.#current = { ...this.#current, ...more, phases: { ...this.#current.phases, [phase]: at } };
    this.#emit(phase, at, this.#current);
  }

  /** The last phase. Returns the recovery that has ended. */
  complete(more: Partial<RecoveryInfo> = {}): RecoveryInfo | undefined {
    this.enter('running', more);
    const completed = this.#current;
    this.#current = undefined;
    return completed;
  }

  #emit(phase: RecoveryPhase, at: number, recovery: RecoveryInfo): void {
    const { emit, history, jobId } = this.#options;
    void history.recovery(at, recovery).catch(() => {});
    emit({ type: 'recovery', at, jobId, phase, recovery });
  }
}
