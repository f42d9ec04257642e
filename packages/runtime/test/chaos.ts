import type { TestCluster } from './cluster.js';

export type Fault = 'crash' | 'hang' | 'user-code' | 'jobmanager';

/** A seeded generator, so that a run can be told from its seed. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Injects `faults`, one after the other, each at a random moment once the job runs again and has completed a checkpoint newer than the one it was
 * restored from: so the job always gets on. Resolves to what was injected when the job has ended or all are done.
 */
export async function injectFaults(cluster: TestCluster, jobId: string, faults: readonly Fault[], random: () => number): Promise<Fault[]> {
  const done: Fault[] = [];
  for (const fault of faults) {
    const job = await cluster.until(jobId, ({ state, checkpoints }) => {
      if (state === 'FINISHED') return true;
      const completed = checkpoints.latestCompleted?.id ?? 0;
      return state === 'RUNNING' && completed > (checkpoints.latestRestored?.id ?? 0);
    });
    if (job.state === 'FINISHED') return done;
    await new Promise((resolve) => setTimeout(resolve, random() * 150));
    const restarts = cluster.job(jobId).numRestarts;
    const victim = 1 + Math.floor(random() * 3);
    if (fault === 'jobmanager') await cluster.engine.execute({ type: 'fail-jobmanager' });
    else if (fault === 'user-code') await cluster.throwIn(victim - 1);
    else await cluster.engine.execute({ type: 'fail-taskmanager', id: `taskmanager-${victim}`, mode: fault });
    const after = await cluster.until(
      jobId,
      ({ state, numRestarts }) => state === 'FINISHED' || (state === 'RUNNING' && numRestarts > restarts),
    );
    if (after.numRestarts > restarts) done.push(fault);
  }
  return done;
}
