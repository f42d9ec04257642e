import type { RecoveryInfo, RecoveryPhase } from '@weir/protocol';

export const PHASES: readonly RecoveryPhase[] = ['failed', 'detected', 'checkpoint-chosen', 'restoring', 'replaying', 'running'];

export interface Step {
  readonly phase: RecoveryPhase;
  readonly at: number | undefined;
  /** Until the next step was reached, ms; undefined while that is not known, and for the last. */
  readonly took: number | undefined;
}

export function stepsOf(recovery: RecoveryInfo): readonly Step[] {
  return PHASES.map((phase, index) => {
    const at = recovery.phases[phase];
    const next = PHASES.slice(index + 1)
      .map((later) => recovery.phases[later])
      .find((reached) => reached !== undefined);
    return { phase, at, took: at === undefined || next === undefined ? undefined : Math.max(0, next - at) };
  });
}

/** From the failure until everything ran again, ms; undefined while it is under way. */
export function lengthOf(recovery: RecoveryInfo): number | undefined {
  const { failed, running } = recovery.phases;
  return failed === undefined || running === undefined ? undefined : Math.max(0, running - failed);
}
