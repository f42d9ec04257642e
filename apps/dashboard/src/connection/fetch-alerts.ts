import type { AlertEntry } from '@weir/protocol';

interface Answer {
  readonly alerts: readonly (Omit<AlertEntry, 'raisedAt'> & { readonly raisedAt?: number })[];
}

/** Committed alerts from number `after` + 1 on, `limit` at most. */
export async function fetchAlerts(after: number, limit: number): Promise<readonly AlertEntry[]> {
  const response = await fetch(`/api/alerts?after=${after}&limit=${limit}`);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { alerts } = (await response.json()) as Answer;
  return alerts.map((alert) => ({ ...alert, raisedAt: alert.raisedAt ?? alert.timestamp ?? 0 }));
}
