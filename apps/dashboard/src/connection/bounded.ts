import type { AlertEntry, LogLine } from '@weir/protocol';

export const MAX_LOG_LINES = 5_000;
export const MAX_ALERTS = 2_000;

/** `lines` and what is newer in `more`, oldest first; the oldest are let go. */
export function appendLog(lines: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  const last = lines.at(-1)?.number ?? 0;
  const newer = more.filter((line) => line.number > last);
  if (newer.length === 0) return lines;
  return [...lines, ...newer].slice(-MAX_LOG_LINES);
}

/** Each alert once, by its id, in the order in which they were first heard of; what is said last of one counts. */
export function mergeAlerts(alerts: readonly AlertEntry[], more: readonly AlertEntry[]): readonly AlertEntry[] {
  if (more.length === 0) return alerts;
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  for (const alert of more) byId.set(alert.id, alert);
  return [...byId.values()].slice(-MAX_ALERTS);
}
