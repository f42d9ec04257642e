import type { AlertEntry } from '@weir/protocol';
import { useCallback, useState } from 'react';
import { fetchAlerts } from '../../connection/fetch-alerts.js';

const PAGE = 200;

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
      const after = Math.max(0, seq - 1 - PAGE);
      const more = await fetchAlerts(after, seq - 1 - after);
      setAlerts((known) => [...more, ...known]);
      setState('idle');
    } catch {
      setState('failed');
    }
  }, []);
  return { alerts, state, load };
}
