import type { EngineSnapshot } from '@weir/protocol';
import { localPath } from '@weir/runtime';

/** Directory of the job's newest checkpoint or savepoint that can be started from; undefined if it has none. */
export async function latestCheckpoint(snapshot: EngineSnapshot, jobId: string, checkpointDirectory: string): Promise<string | undefined> {
  const known = snapshot.jobs.find((job) => job.id === jobId)?.checkpoints;
  const candidates = [known?.latestCompleted, known?.latestSavepoint].filter((each) => each?.externalPath !== undefined && !each.discarded);
  candidates.sort((a, b) => (b?.id ?? 0) - (a?.id ?? 0));
  const path = candidates[0]?.externalPath;
  if (path !== undefined) return localPath(path);
  // A job that ended before this process began is known by its files.
  const { listCheckpoints } = await import('@weir/runtime/storage');
  const jobs = await listCheckpoints(checkpointDirectory, { verify: false });
  return jobs.find((job) => job.jobId === jobId)?.checkpoints.find((each) => each.status === 'valid')?.path;
}
