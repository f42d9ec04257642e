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

/** What the samples in the window have of the columns, in equal buckets that do not shift as time goes on. The last one is left out until it is full. */
export function bucketsOf(series: Series, window: TimeWindow, names: readonly string[]): readonly Bucket[] {
  const width = bucketWidth(window);
  const first = Math.floor(window.from / width);
  const last = Math.floor(window.to / width);
  const sums = new Map<number, Record<string, { sum: number; count: number }>>();
  for (let index = 0; index < series.at.length; index++) {
    const bucket = Math.floor((series.at[index] as number) / width);
    if (bucket < first || bucket >= last) continue;
    const means = sums.get(bucket) ?? {};
    sums.set(bucket, means);
    for (const name of names) {
      const rate = series.throughput[name]?.[index] ?? null;
      if (rate === null) continue;
      means[name] ??= { sum: 0, count: 0 };
      means[name].sum += rate;
      means[name].count++;
    }
  }
  const buckets: Bucket[] = [];
  for (let bucket = first; bucket < last; bucket++) {
    const means = sums.get(bucket);
    const mean = (name: string) => (means?.[name] === undefined ? null : means[name].sum / means[name].count);
    buckets.push({ at: (bucket + 0.5) * width, rates: Object.fromEntries(names.map((name) => [name, mean(name)])) });
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
