import type { EngineSnapshot, JobStatus } from '@weir/protocol';
import { sum } from './figures.js';
import { answerMetrics, type MetricMap } from './metric-query.js';
import type { RestRoute } from './route.js';

/** The version of Flink's REST API that these answers follow. */
const FLINK_VERSION = '1.17.2';

function slots(snapshot: EngineSnapshot): { readonly registered: number; readonly total: number; readonly available: number } {
  const registered = snapshot.taskManagers.filter((taskManager) => taskManager.registered);
  return {
    registered: registered.length,
    total: sum(registered.map((taskManager) => taskManager.slots)),
    available: sum(registered.map((taskManager) => taskManager.freeSlots)),
  };
}

function jobsIn(snapshot: EngineSnapshot, ...states: readonly JobStatus[]): number {
  return snapshot.jobs.filter((job) => states.includes(job.state)).length;
}

/** Every state that is not terminal counts as running, as in Flink's overview. */
function runningJobs(snapshot: EngineSnapshot): number {
  return snapshot.jobs.length - jobsIn(snapshot, 'FINISHED', 'CANCELED', 'FAILED');
}

function jobManagerMetrics(snapshot: EngineSnapshot): MetricMap {
  const { registered, total, available } = slots(snapshot);
  return new Map([
    ['numRegisteredTaskManagers', registered],
    ['numRunningJobs', runningJobs(snapshot)],
    ['taskSlotsTotal', total],
    ['taskSlotsAvailable', available],
  ]);
}

export const clusterRoutes: readonly RestRoute[] = [
  {
    path: '/overview',
    answer: ({ snapshot, environment }) => {
      const { registered, total, available } = slots(snapshot);
      return {
        taskmanagers: registered,
        'slots-total': total,
        'slots-available': available,
        'jobs-running': runningJobs(snapshot),
        'jobs-finished': jobsIn(snapshot, 'FINISHED'),
        'jobs-cancelled': jobsIn(snapshot, 'CANCELED'),
        'jobs-failed': jobsIn(snapshot, 'FAILED'),
        'flink-version': FLINK_VERSION,
        'flink-commit': `weir-${environment.version}`,
      };
    },
  },
  {
    path: '/config',
    answer: ({ environment, now }) => ({
      'refresh-interval': 3_000,
      'timezone-name': Intl.DateTimeFormat().resolvedOptions().timeZone,
      'timezone-offset': -new Date(now).getTimezoneOffset() * 60_000,
      'flink-version': FLINK_VERSION,
      'flink-revision': `weir ${environment.version}`,
      features: { 'web-submit': false, 'web-cancel': true, 'web-history': false },
    }),
  },
  { path: '/jars', answer: ({ environment }) => ({ address: environment.address(), files: [] }) },
  { path: '/jobmanager/config', answer: ({ environment }) => environment.configuration().map(([key, value]) => ({ key, value })) },
  { path: '/jobmanager/metrics', answer: (request) => answerMetrics(request, jobManagerMetrics(request.snapshot)) },
  // Weir writes no log files; its events are on standard output and in the history.
  { path: '/jobmanager/logs', answer: () => ({ logs: [] }) },
];
