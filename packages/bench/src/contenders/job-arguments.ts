import type { Workload } from '../contender.js';

/** What the Java program is told of a workload (Settings.java), and of where it runs. */
export function programArguments(workload: Workload, more: Readonly<Record<string, string | number | boolean>> = {}): string[] {
  const { keys, skew, rate, abnormalRate, seed, count, parallelism, threshold, checkpointInterval, unaligned, sink, latencyFrom } =
    workload;
  const values = {
    keys,
    skew,
    rate,
    abnormalRate,
    seed,
    count,
    parallelism,
    threshold,
    checkpointInterval,
    unaligned,
    sink,
    latencyFrom,
    ...more,
  };
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}
