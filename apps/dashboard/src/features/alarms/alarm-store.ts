import { type Alarm, alarmsOf } from '@weir/protocol/alarms';
import { create } from 'zustand';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { notify } from './notification.js';

const MOST_SHOWN = 3;

interface Alarms {
  /** Not dismissed yet, newest first, bounded. */
  readonly shown: readonly Alarm[];
}

export const useAlarms = create<Alarms>(() => ({ shown: [] }));

export function dismissAlarm(id: string): void {
  useAlarms.setState(({ shown }) => ({ shown: shown.filter((alarm) => alarm.id !== id) }));
}

/** Raises what happens from now on; what had happened before the page was opened is in the lists, and no news. A job that stands FAILED is told anyway. */
export function watchForAlarms(): () => void {
  const known = new Set<string>();
  let began = false;
  let before: unknown;
  return useDashboard.subscribe((dashboard) => {
    const job = selectJob(dashboard);
    if (!dashboard.state || job === before) return;
    before = job;
    const fresh = alarmsOf(job).filter((alarm) => !known.has(alarm.id));
    for (const alarm of fresh) known.add(alarm.id);
    const news = began ? fresh : fresh.filter((alarm) => alarm.kind === 'job-failed');
    began = true;
    if (news.length === 0) return;
    useAlarms.setState(({ shown }) => ({ shown: [...news.reverse(), ...shown].slice(0, MOST_SHOWN) }));
    for (const alarm of news) notify(alarm);
  });
}
