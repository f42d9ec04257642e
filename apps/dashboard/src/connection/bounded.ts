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

/**
 * Each alert once, by its id; what is said last of one counts. The committed ones in order of their numbers, then the others as they were first heard of; of
 * both the oldest are let go, so that what is kept of the committed ones has no hole that was not there before.
 */
export function mergeAlerts(alerts: readonly AlertEntry[], more: readonly AlertEntry[]): readonly AlertEntry[] {
  if (more.length === 0) return alerts;
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  for (const alert of more) byId.set(alert.id, alert);
  const committed: AlertEntry[] = [];
  const others: AlertEntry[] = [];
  for (const alert of byId.values()) (alert.seq === null ? others : committed).push(alert);
  committed.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  const kept = others.slice(-MAX_ALERTS / 2);
  return [...committed.slice(kept.length - MAX_ALERTS), ...kept];
}

/**
 * What is still true of the alerts held when a snapshot brings its newest `fresh`: all of them, but for those pending that it does not know any more. What became
 * of these is told with their numbers, if anything did. A server that was started anew may have begun another log, with the same numbers.
 */
export function stillTrue(held: readonly AlertEntry[], fresh: readonly AlertEntry[], sameServer: boolean): readonly AlertEntry[] {
  const numbers = new Map(fresh.map(({ seq, id }) => [seq, id]));
  const last = (alerts: readonly AlertEntry[]) => alerts.reduce((most, { seq }) => Math.max(most, seq ?? 0), 0);
  const contradicts = () => held.some(({ seq, id }) => seq !== null && (numbers.get(seq) ?? id) !== id);
  if (!sameServer && (last(held) > last(fresh) || contradicts())) return [];
  const known = new Set(fresh.map(({ id }) => id));
  return held.filter(({ status, id }) => status !== 'pending' || known.has(id));
}

export interface Gap {
  /** The committed numbers on both sides of it. */
  readonly after: number;
  readonly before: number;
}

/** The newest hole in the numbers of committed alerts, which stand in their order. */
export function gapOf(alerts: readonly AlertEntry[]): Gap | undefined {
  for (let i = alerts.length - 1; i > 0; i--) {
    const before = alerts[i]?.seq ?? null;
    const after = alerts[i - 1]?.seq ?? null;
    if (before !== null && after !== null && before > after + 1) return { after, before };
  }
  return undefined;
}
