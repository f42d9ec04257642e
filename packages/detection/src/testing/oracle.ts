import type { UserEvent } from '../events.js';

/** What the job must answer, as a plain function over its input. For tests. */
export function detectionOracle(
  events: Iterable<UserEvent>,
  threshold = 3,
): { readonly alerts: { userId: string; count: number; sequence: number }[]; readonly counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const alerts: { userId: string; count: number; sequence: number }[] = [];
  for (const { userId, isAbnormal, sequence } of events) {
    const count = isAbnormal ? (counts.get(userId) ?? 0) + 1 : 0;
    counts.set(userId, count);
    if (isAbnormal && count >= threshold) alerts.push({ userId, count, sequence });
  }
  return { alerts, counts };
}
