import type { StreamExecutionEnvironment } from './environment.js';

/** Plain data: what JSON can say. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * A job as a module: `export default defineJob({ … })`. It is bundled once, every thread imports that bundle, and `build` runs in each of them:
 * once in the JobManager to make the JobGraph, once per subtask in the TaskManagers to get fresh function objects. So `build` must be
 * a pure function of its parameters, and share nothing between calls.
 */
export interface JobDefinition<P> {
  readonly name: string;
  /** Checks and completes what the user gave. Throws an error that names the parameter. */
  readonly parameters: (given: Parameters) => P;
  build(env: StreamExecutionEnvironment, parameters: P): void;
}

export function defineJob<P>(definition: JobDefinition<P>): JobDefinition<P> {
  return definition;
}
