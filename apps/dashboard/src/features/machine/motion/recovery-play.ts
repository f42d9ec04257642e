import type { RecoveryInfo } from '@weir/protocol';
import type { DrawnRecovery } from './drawn.js';
import { drawnPhase, RECOVERY_PHASES } from './recovery-plan.js';

/** Until the phase after it is known, a phase is taken to be drawn this long. */
const PHASE = 700;

/** Plays the newest recovery from when it was first heard of; what was over before the page was opened is not played. */
export class RecoveryPlay {
  #recovery: RecoveryInfo | undefined;
  #start = 0;
  #newest: number | undefined;

  observe(recoveries: readonly RecoveryInfo[], now: number): void {
    const latest = recoveries[0];
    if (this.#newest === undefined) {
      this.#newest = latest?.number ?? 0;
      if (latest !== undefined && latest.phases.running === undefined) this.#play(latest, now);
    } else if (latest !== undefined && latest.number > this.#newest) {
      this.#newest = latest.number;
      this.#play(latest, now);
    } else if (latest !== undefined && latest.number === this.#recovery?.number) {
      this.#recovery = latest;
    }
  }

  clear(): void {
    this.#recovery = undefined;
    this.#newest = undefined;
  }

  /** When the playing began; undefined while none is played. */
  startedAt(now: number): number | undefined {
    return this.drawn(now) === undefined ? undefined : this.#start;
  }

  /** When records flow again in the drawing, as far as is known. */
  replaysAt(): number {
    return this.#start + PHASE * RECOVERY_PHASES.indexOf('replaying');
  }

  drawn(now: number): DrawnRecovery | undefined {
    if (this.#recovery === undefined) return undefined;
    const drawn = drawnPhase(this.#recovery, this.#start, now);
    if (drawn === undefined) return undefined;
    const { number, taskManagerId, checkpointId, cause, phases } = this.#recovery;
    return { ...drawn, number, taskManagerId, checkpointId, cause, failedAt: phases.failed ?? phases.detected };
  }

  #play(recovery: RecoveryInfo, now: number): void {
    this.#recovery = recovery;
    this.#start = now;
  }
}
