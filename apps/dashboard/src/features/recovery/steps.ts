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
  const { running } = recovery.phases;
  const start = recovery.phases.failed ?? recovery.phases.detected;
  return start === undefined || running === undefined ? undefined : Math.max(0, running - start);
}

export interface BarPart extends Step {
  /** Of the whole bar, 0 … 1; what is not known yet shares what no phase has taken. */
  readonly share: number;
}

/** The five phases that last, for a bar at scale; `running` is its end. */
export function barParts(recovery: RecoveryInfo): readonly BarPart[] {
  const parts = stepsOf(recovery).slice(0, -1);
  const known = parts.reduce((sum, { took }) => sum + (took ?? 0), 0);
  const open = parts.filter(({ took }) => took === undefined).length;
  const done = recovery.phases.running !== undefined;
  const each = done || open === 0 ? 0 : Math.max(known, 1) / open;
  const whole = Math.max(known + each * open, 1);
  return parts.map((part) => ({ ...part, share: (part.took ?? each) / whole }));
}
