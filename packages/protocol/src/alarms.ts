import type { JobInfo, RecoveryInfo } from './engine.js';

/** What a person should hear of at once, wherever on the page they are, and away from it by the webhook. */
export type Alarm = { readonly id: string; readonly at: number } & (
  | { readonly kind: 'checkpoint-failed'; readonly checkpoint: number; readonly reason: string | undefined }
  | { readonly kind: 'commit-overdue'; readonly checkpoint: number; readonly reason: string | undefined }
  | { readonly kind: 'job-failed'; readonly job: string; readonly reason: string | undefined }
  | { readonly kind: 'recovery'; readonly recovery: RecoveryInfo }
);

/** Alarms that `job` gives reason for, oldest first; the same id for the same reason. */
export function alarmsOf(job: JobInfo | undefined): readonly Alarm[] {
  if (!job) return [];
  const alarms: Alarm[] = [];
  for (const recovery of job.recoveries) {
    const { number, phases } = recovery;
    if (phases.detected !== undefined) alarms.push({ id: `${job.id} recovery ${number}`, at: phases.detected, kind: 'recovery', recovery });
  }
  // One that a failure of a task broke off is no news beside that failure.
  for (const { id, status, failureMessage, failureTimestamp, triggerTimestamp } of job.checkpoints.history)
    if (status === 'FAILED' && !duringRecovery(job, failureTimestamp ?? triggerTimestamp))
      alarms.push({
        id: `${job.id} checkpoint ${id}`,
        at: failureTimestamp ?? triggerTimestamp,
        kind: 'checkpoint-failed',
        checkpoint: id,
        reason: failureMessage,
      });
  const { overdueCommit } = job;
  if (overdueCommit !== undefined)
    alarms.push({
      id: `${job.id} commit ${overdueCommit.checkpointId} ${overdueCommit.since}`,
      at: overdueCommit.noticed,
      kind: 'commit-overdue',
      checkpoint: overdueCommit.checkpointId,
      reason: overdueCommit.reason,
    });
  if (job.state === 'FAILED')
    alarms.push({
      id: `${job.id} failed`,
      at: job.timestamps.FAILED,
      kind: 'job-failed',
      job: job.name,
      reason: job.failure ?? job.exceptions[0]?.message,
    });
  return alarms.sort((a, b) => a.at - b.at);
}

function duringRecovery(job: JobInfo, at: number): boolean {
  return job.recoveries.some(({ phases }) => {
    const from = phases.failed ?? phases.detected;
    return from !== undefined && at >= from && at <= (phases.running ?? Number.POSITIVE_INFINITY);
  });
}
