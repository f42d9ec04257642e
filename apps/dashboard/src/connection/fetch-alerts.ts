import type { AlertEntry } from '@weir/protocol';
import { getJson } from './get-json.js';

interface Answer {
  readonly alerts: readonly (Omit<AlertEntry, 'raisedAt'> & { readonly raisedAt?: number })[];
}

/** Committed alerts from number `after` + 1 on, `limit` at most. */
export async function fetchAlerts(after: number, limit: number): Promise<readonly AlertEntry[]> {
  const { alerts } = await getJson<Answer>(`/api/alerts?after=${after}&limit=${limit}`);
  return alerts.map((alert) => ({ ...alert, raisedAt: alert.raisedAt ?? alert.timestamp ?? 0 }));
}
