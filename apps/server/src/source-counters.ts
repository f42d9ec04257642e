import type { JobInfo } from '@weir/protocol';

/** What the readers of the job's sources count together under that name; undefined where none says it: before they have started, and after a failure until they have again. */
export function sourceCounter(job: JobInfo, name: string): number | undefined {
  let sum: number | undefined;
  for (const { inputs, subtasks } of job.vertices) {
    if (inputs.length > 0) continue;
    for (const { metrics } of subtasks)
      for (const [counter, count] of Object.entries(metrics.operatorCounters ?? {}))
        if (counter.endsWith(`.${name}`)) sum = (sum ?? 0) + count;
  }
  return sum;
}
