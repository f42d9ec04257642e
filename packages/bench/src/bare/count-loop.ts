import { LoadEvents } from '@weir/connectors';

/** The job without an engine: one thread, one loop, a Map. Prints how many events a second, and what it counted, for the oracle. */

export interface CountLoopParameters {
  readonly keys: number;
  readonly abnormalRate: number;
  readonly seed: number;
  readonly threshold: number;
  readonly warmUp: number;
  readonly seconds: number;
  /** Makes the events, and does nothing with them. */
  readonly sourceAlone: boolean;
}

export interface CountLoopResult {
  readonly eventsPerSecond: number;
  readonly events: number;
  readonly alerts: number;
}

const CHUNK = 10_000;

function run({ keys, abnormalRate, seed, threshold, warmUp, seconds, sourceAlone }: CountLoopParameters): CountLoopResult {
  const source = new LoadEvents({ keys, abnormalRate, seed, rate: 0 }, 0, 1, 0);
  const counts = new Map<string, number>();
  let alerts = 0;
  let n = 0;
  let longest = 0;
  const runUntil = (end: number): void => {
    while (performance.now() < end) {
      const chunk = n + CHUNK;
      if (sourceAlone) {
        for (; n < chunk; n++) if (source.event(n).userId.length > longest) longest++;
        continue;
      }
      for (; n < chunk; n++) {
        const { userId, isAbnormal } = source.event(n);
        const count = isAbnormal ? (counts.get(userId) ?? 0) + 1 : 0;
        counts.set(userId, count);
        if (count >= threshold) alerts++;
      }
    }
  };
  runUntil(performance.now() + warmUp * 1000);
  const before = n;
  const begin = performance.now();
  runUntil(begin + seconds * 1000);
  return { eventsPerSecond: (n - before) / ((performance.now() - begin) / 1000), events: n, alerts };
}

console.log(JSON.stringify(run(JSON.parse(process.argv[2]) as CountLoopParameters)));
