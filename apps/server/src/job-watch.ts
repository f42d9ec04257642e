import type { Engine, JobInfo } from '@weir/protocol';

export type JobOutcome =
  | { readonly kind: 'running' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'ended'; readonly state: 'FAILED' | 'CANCELED'; readonly reason: string; readonly damaged: boolean };

/** RUNNING as a user means it: every task of it, not the word alone. */
export function allTasksRun(job: JobInfo): boolean {
  return (
    job.state === 'RUNNING' &&
    job.vertices.length > 0 &&
    job.vertices.every(
      (vertex) =>
        vertex.subtasks.length > 0 && vertex.subtasks.every((subtask) => subtask.state === 'RUNNING' || subtask.state === 'FINISHED'),
    )
  );
}

/** How the job stands, if it stands for good; `running` as soon as all its tasks run, where that is asked for. */
function outcome(job: JobInfo | undefined, untilRunning: boolean): JobOutcome | undefined {
  if (job === undefined) return undefined;
  if (job.state === 'FINISHED') return { kind: 'finished' };
  if (job.state === 'FAILED' || job.state === 'CANCELED')
    return { kind: 'ended', state: job.state, reason: failureOf(job), damaged: isDamaged(job) };
  return untilRunning && allTasksRun(job) ? { kind: 'running' } : undefined;
}

/** Resolves once the job runs or has ended. Only events are waited for; there is no polling. */
export function whenRunning(engine: Engine, jobId: string): Promise<JobOutcome> {
  return watch(engine, jobId, true);
}

/** Resolves once the job has ended. */
export async function whenEnded(engine: Engine, jobId: string): Promise<Exclude<JobOutcome, { kind: 'running' }>> {
  return (await watch(engine, jobId, false)) as Exclude<JobOutcome, { kind: 'running' }>;
}

function watch(engine: Engine, jobId: string, untilRunning: boolean): Promise<JobOutcome> {
  return new Promise((resolve) => {
    let unsubscribe: (() => void) | undefined;
    const look = (): boolean => {
      const found = outcome(
        engine.snapshot().jobs.find((job) => job.id === jobId),
        untilRunning,
      );
      if (found === undefined) return false;
      unsubscribe?.();
      resolve(found);
      return true;
    };
    if (!look()) unsubscribe = engine.subscribe(look);
  });
}

/** Its checkpoints are damaged: it can only be mended or begun anew. */
function isDamaged({ exceptions }: JobInfo): boolean {
  return exceptions[0]?.name === 'CheckpointsDamagedError';
}

/** Why it FAILED, in one sentence. */
function failureOf(job: JobInfo): string {
  const [last] = job.exceptions;
  return job.failure ?? (last === undefined ? `it is ${job.state}` : `${last.name}: ${last.message}`);
}
