import type { CheckpointInfo, EngineSnapshot, JobInfo } from '@weir/protocol';

/** Older jobs are in the list, not on the page: REST has them. */
const JOBS = 10;
/** Subtasks over all checkpoints that are shown with their details; of older checkpoints REST has them (`/jobs/:id/checkpoints/details/:n`). */
const CHECKPOINT_DETAILS = 500;

const withoutDetails = new WeakMap<CheckpointInfo, CheckpointInfo>();

/** The part of the engine's state that pages are sent: it must not grow with the history of a long life. */
export function shownEngine(snapshot: EngineSnapshot): EngineSnapshot {
  const [newest, ...others] = snapshot.jobs;
  if (newest === undefined) return snapshot;
  return { ...snapshot, jobs: [shownJob(newest), ...others.slice(0, JOBS - 1).map(olderJob)] };
}

function shownJob(job: JobInfo): JobInfo {
  const { checkpoints } = job;
  let left = CHECKPOINT_DETAILS;
  const history = checkpoints.history.map((checkpoint) => {
    left -= checkpoint.numSubtasks;
    return left >= 0 || checkpoint === checkpoints.history[0] ? checkpoint : trimmed(checkpoint);
  });
  return { ...job, checkpoints: { ...checkpoints, history } };
}

/** The same object each time, so that a comparison ends at once. */
function trimmed(checkpoint: CheckpointInfo): CheckpointInfo {
  let short = withoutDetails.get(checkpoint);
  if (short === undefined) {
    short = { ...checkpoint, tasks: {} };
    withoutDetails.set(checkpoint, short);
  }
  return short;
}

function olderJob(job: JobInfo): JobInfo {
  const { checkpoints } = job;
  return { ...job, vertices: [], checkpoints: { ...checkpoints, history: [] }, exceptions: job.exceptions.slice(0, 1), recoveries: [] };
}
