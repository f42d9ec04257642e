import type { AlertEntry } from '@weir/protocol';
import { useCallback, useState } from 'react';

const PAGE = 200;

interface Answer {
  readonly alerts: readonly (Omit<AlertEntry, 'raisedAt'> & { readonly raisedAt?: number })[];
}

async function fetchBefore(seq: number): Promise<readonly AlertEntry[]> {
  const after = Math.max(0, seq - 1 - PAGE);
  const response = await fetch(`/api/alerts?after=${after}&limit=${seq - 1 - after}`);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { alerts } = (await response.json()) as Answer;
  return alerts.map((alert) => ({ ...alert, raisedAt: alert.raisedAt ?? alert.timestamp ?? 0 }));
}

interface Older {
  readonly alerts: readonly AlertEntry[];
  readonly state: 'idle' | 'loading' | 'failed';
  /** Fetches what lies before number `seq`. */
  readonly load: (seq: number) => Promise<void>;
}

/** Committed alerts from before what the page holds, as far as the person has asked for them. */
export function useOlderAlerts(): Older {
  const [alerts, setAlerts] = useState<readonly AlertEntry[]>([]);
  const [state, setState] = useState<Older['state']>('idle');
  const load = useCallback(async (seq: number) => {
    setState('loading');
    try {
      const more = await fetchBefore(seq);
      setAlerts((known) => [...more, ...known]);
      setState('idle');
    } catch {
      setState('failed');
    }
  }, []);
  return { alerts, state, load };
}
