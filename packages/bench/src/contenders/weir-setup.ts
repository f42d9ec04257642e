import type { Workload } from '../contender.js';

/** One way to run Weir. */
export interface WeirSetup {
  readonly layout: 'seed' | 'pipeline';
  readonly taskManagers: number;
  readonly slots: number;
  readonly parallelism: number;
}

/** What `weir start` does: source, process and sink of each subtask in slots of their own, a TaskManager a subtask. */
export function defaultSetup({ parallelism }: Workload): WeirSetup {
  return { layout: 'seed', taskManagers: parallelism, slots: 3, parallelism };
}

/** As many threads as the machine has cores, a whole pipeline each. */
export function bestSetup(workload: Workload, cores: number): WeirSetup {
  const parallelism = Math.min(workload.parallelism, cores);
  return { layout: 'pipeline', taskManagers: parallelism, slots: 1, parallelism };
}
