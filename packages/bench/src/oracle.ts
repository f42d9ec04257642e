import { LoadEvents } from '@weir/connectors';
import type { Work, Workload } from './contender.js';

/** What the job must answer to these events, recomputed plainly: one count a user, no engine. */
function expectedAlerts(workload: Workload, eventsOfSplit: readonly number[]): number {
  const { keys, skew, abnormalRate, seed, rate, threshold } = workload;
  const counts = new Uint32Array(keys + 1);
  let alerts = 0;
  eventsOfSplit.forEach((end, split) => {
    const events = new LoadEvents({ keys, skew, abnormalRate, seed, rate }, split, eventsOfSplit.length, 0);
    for (let n = 0; n < end; n++) {
      const user = events.user(n);
      counts[user] = events.isAbnormal(n) ? counts[user] + 1 : 0;
      if (counts[user] >= threshold) alerts++;
    }
  });
  return alerts;
}

/** Why a round is void; undefined if the work was what it had to be. */
export function unequalWork(workload: Workload, work: Work): string | undefined {
  const events = work.events.reduce((sum, each) => sum + each, 0);
  if (workload.count !== undefined && events !== workload.count) return `${events} events instead of ${workload.count}`;
  const alerts = expectedAlerts(workload, work.events);
  return alerts === work.alerts ? undefined : `${work.alerts} alerts of ${events} events instead of ${alerts}`;
}
