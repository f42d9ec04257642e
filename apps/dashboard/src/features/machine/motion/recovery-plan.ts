import type { RecoveryInfo, RecoveryPhase } from '@weir/protocol';

/** In the order of the seed system's picture. */
export const RECOVERY_PHASES: readonly RecoveryPhase[] = ['failed', 'detected', 'checkpoint-chosen', 'restoring', 'replaying', 'running'];

/** A phase is drawn at least this long: a recovery takes about 0.15 s, which no eye follows. */
const SHORTEST = 700;

export interface DrawnPhase {
  readonly phase: RecoveryPhase;
  /** How much of its drawn time has gone, 0 … 1; 0 while its end is not known. */
  readonly progress: number;
  /** How many times slower than it was, 1 if it is drawn as it happens. */
  readonly slowdown: number;
}

/**
 * A recovery played at a pace that the eye follows, from the time stamps of its phases. It never runs ahead: a phase whose end is not known goes on.
 * `start` is when it was first heard of, by the drawing's clock. Undefined once it is over.
 */
export function drawnPhase(recovery: RecoveryInfo, start: number, now: number): DrawnPhase | undefined {
  const { phases } = recovery;
  const entered = RECOVERY_PHASES.filter((phase) => phases[phase] !== undefined);
  let drawn = start;
  for (let i = 0; i < entered.length; i++) {
    const phase = entered[i]!;
    if (phase === 'running') return undefined;
    const next = entered[i + 1];
    if (next === undefined) return { phase, progress: 0, slowdown: slowdownOf(recovery) };
    const lasts = Math.max(SHORTEST, phases[next]! - phases[phase]!);
    if (now < drawn + lasts) return { phase, progress: Math.max(0, (now - drawn) / lasts), slowdown: slowdownOf(recovery) };
    drawn += lasts;
  }
  return undefined;
}

/** How long the whole is drawn, of what is known of it. */
function drawnLength(recovery: RecoveryInfo): number {
  const entered = RECOVERY_PHASES.filter((phase) => recovery.phases[phase] !== undefined);
  let sum = 0;
  for (let i = 1; i < entered.length; i++) {
    sum += Math.max(SHORTEST, recovery.phases[entered[i]!]! - recovery.phases[entered[i - 1]!]!);
  }
  return sum;
}

/** How long it took so far, of what is known. */
export function trueLength(recovery: RecoveryInfo): number {
  const known = Object.values(recovery.phases);
  return known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
}

function slowdownOf(recovery: RecoveryInfo): number {
  const real = trueLength(recovery);
  return real <= 0 ? 1 : Math.max(1, drawnLength(recovery) / real);
}
