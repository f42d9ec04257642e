import type { Series } from '@weir/protocol';
import type { TimeWindow } from '../time/time-axis.js';

/** Points on the plot, whatever its span. */
const POINTS = 60;

export interface Bucket {
  /** Its middle. */
  readonly at: number;
  /** Mean of the samples in it, by column; null where there is none: the server was not there. */
  readonly rates: Readonly<Record<string, number | null>>;
}

export function bucketWidth({ from, to }: TimeWindow): number {
  return Math.max(1_000, Math.round((to - from) / POINTS / 1_000) * 1_000);
}

/** The samples in the window, in equal buckets that do not shift as time goes on. The last one is left out until it is full. */
export function bucketsOf(series: Series, window: TimeWindow): readonly Bucket[] {
  const width = bucketWidth(window);
  const first = Math.floor(window.from / width);
  const last = Math.floor(window.to / width);
  const names = Object.keys(series.throughput);
  const sums = new Map<number, { count: number; totals: Record<string, number> }>();
  for (let index = 0; index < series.at.length; index++) {
    const bucket = Math.floor((series.at[index] as number) / width);
    if (bucket < first || bucket >= last) continue;
    const sum = sums.get(bucket) ?? { count: 0, totals: {} };
    sum.count += 1;
    for (const name of names) sum.totals[name] = (sum.totals[name] ?? 0) + (series.throughput[name]?.[index] ?? 0);
    sums.set(bucket, sum);
  }
  const buckets: Bucket[] = [];
  for (let bucket = first; bucket < last; bucket++) {
    const sum = sums.get(bucket);
    buckets.push({
      at: (bucket + 0.5) * width,
      rates: Object.fromEntries(names.map((name) => [name, sum ? (sum.totals[name] ?? 0) / sum.count : null])),
    });
  }
  return buckets;
}

/** The columns added up, where there are too many to tell apart. */
export function inOne(buckets: readonly Bucket[], name: string): readonly Bucket[] {
  return buckets.map(({ at, rates }) => {
    const known = Object.values(rates).filter((rate) => rate !== null);
    return { at, rates: { [name]: known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0) } };
  });
}
