import type { JobInfo, JobStatus } from '@weir/protocol';
import type { MetricMap } from './metric-query.js';

const TERMINAL: readonly JobStatus[] = ['FINISHED', 'FAILED', 'CANCELED'];

/** A job's metrics by Flink's names, with Flink's own values for "none yet". */
export function jobMetrics(job: JobInfo, now: number): MetricMap {
  const { checkpoints } = job;
  const last = checkpoints.latestCompleted;
  const inState = (state: JobStatus): number => (job.state === state ? Math.max(0, now - job.timestamps[state]) : 0);
  const terminal = TERMINAL.includes(job.state);
  const metrics = new Map<string, number | string>([
    ['numRestarts', job.numRestarts],
    ['fullRestarts', job.numRestarts],
    ['uptime', terminal ? -1 : inState('RUNNING')],
    ['downtime', terminal ? -1 : downtime(job, now)],
    ['runningTime', inState('RUNNING')],
    ['restartingTime', inState('RESTARTING')],
    ['failingTime', inState('FAILING')],
    ['cancellingTime', inState('CANCELLING')],
    ['createdTime', inState('CREATED')],
    ['deployingTime', inTask(job, 'DEPLOYING', now)],
    ['initializingTime', inTask(job, 'INITIALIZING', now)],
    ['totalNumberOfCheckpoints', checkpoints.counts.total],
    ['numberOfInProgressCheckpoints', checkpoints.counts.inProgress],
    ['numberOfCompletedCheckpoints', checkpoints.counts.completed],
    ['numberOfFailedCheckpoints', checkpoints.counts.failed],
    ['lastCheckpointRestoreTimestamp', checkpoints.latestRestored?.restoreTimestamp ?? -1],
    ['lastCompletedCheckpointId', last?.id ?? -1],
    ['lastCheckpointSize', last?.checkpointedSize ?? -1],
    ['lastCheckpointFullSize', last?.stateSize ?? -1],
    ['lastCheckpointDuration', Math.round(last?.endToEndDuration ?? -1)],
    ['lastCheckpointProcessedData', last?.processedData ?? -1],
    ['lastCheckpointPersistedData', last?.persistedData ?? -1],
    ['lastCheckpointExternalPath', last?.externalPath ?? 'n/a'],
  ]);
  for (const [name, value] of latencies(job)) metrics.set(name, value);
  return metrics;
}

/** Since the job was last RUNNING, while it is not. */
function downtime(job: JobInfo, now: number): number {
  if (job.state === 'RUNNING') return 0;
  const failed = Math.max(job.timestamps.RESTARTING, job.timestamps.FAILING);
  return failed > job.timestamps.RUNNING ? now - failed : 0;
}

function inTask(job: JobInfo, state: 'DEPLOYING' | 'INITIALIZING', now: number): number {
  const since = job.vertices.flatMap((vertex) =>
    vertex.subtasks.filter((subtask) => subtask.state === state).map((subtask) => subtask.timestamps[state]),
  );
  return since.length === 0 ? 0 : Math.max(0, now - Math.min(...since));
}

/** Latency markers by Flink's names at `metrics.latency.granularity: single`. */
function* latencies(job: JobInfo): Generator<readonly [string, number]> {
  for (const vertex of job.vertices) {
    for (const { index, metrics } of vertex.subtasks) {
      if (!metrics.latency) continue;
      const prefix = `latency.operator_id.${vertex.id}.operator_subtask_index.${index}.latency_`;
      const { p50, p95, p99, max, count } = metrics.latency;
      yield* [
        [`${prefix}count`, count],
        [`${prefix}median`, p50],
        [`${prefix}p95`, p95],
        [`${prefix}p99`, p99],
        [`${prefix}max`, max],
      ] as const;
    }
  }
}
