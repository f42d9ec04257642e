import type { OverdueCommit } from '@weir/protocol';
import type { Cancellable, Clock } from '../common/clock.js';

/** A commit takes milliseconds; the slowest disk that still works, seconds. */
const OVERDUE_MS = 30_000;

/**
 * Notices a checkpoint that its sinks do not get committed: no other is taken until they have, and their output is not seen.
 *
 * `begin` before each attempt, `failed` and `done` after it; attempts at the same checkpoint are one commit.
 */
export class CommitWatch {
  readonly #clock: Clock;
  readonly #onOverdue: (commit: OverdueCommit) => void;
  #commit: { readonly checkpointId: number; readonly since: number; reason: string | undefined } | undefined;
  #timer: Cancellable | undefined;
  #noticed: number | undefined;

  /** `onOverdue` is called once for each commit that is. */
  constructor(clock: Clock, onOverdue: (commit: OverdueCommit) => void) {
    this.#clock = clock;
    this.#onOverdue = onOverdue;
  }

  /** The commit under way, if it has been for too long. */
  get overdue(): OverdueCommit | undefined {
    const noticed = this.#noticed;
    if (noticed === undefined || this.#commit === undefined) return undefined;
    const { checkpointId, since, reason } = this.#commit;
    return { checkpointId, since, noticed, ...(reason === undefined ? {} : { reason }) };
  }

  begin(checkpointId: number): void {
    if (this.#commit?.checkpointId === checkpointId) return;
    this.done();
    this.#commit = { checkpointId, since: Math.round(this.#clock.now()), reason: undefined };
    this.#timer = this.#clock.schedule(OVERDUE_MS, () => {
      this.#noticed = Math.round(this.#clock.now());
      if (this.overdue !== undefined) this.#onOverdue(this.overdue);
    });
  }

  failed(reason: string): void {
    if (this.#commit !== undefined) this.#commit.reason = reason;
  }

  /** Committed, or of no interest any more. */
  done(): void {
    this.#timer?.cancel();
    this.#commit = undefined;
    this.#noticed = undefined;
  }
}
