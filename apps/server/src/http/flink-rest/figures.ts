/** Flink writes "NaN" where it has no figure; JSON has no number for it. */
export type Figure = number | 'NaN';

export function figure(value: number | undefined): Figure {
  return value === undefined || !Number.isFinite(value) ? 'NaN' : value;
}

/** Times and durations are whole milliseconds in Flink's answers; the engine's may be finer. */
export function whole(ms: number): number {
  return Math.round(ms);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The p-quantile of sorted values as Flink's (Apache Commons Math, `Percentile`): position p(n+1), interpolated. */
function quantile(sorted: readonly number[], p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = p * (sorted.length + 1);
  const below = Math.floor(position);
  if (below < 1) return sorted[0];
  if (below >= sorted.length) return sorted[sorted.length - 1];
  return sorted[below - 1] + (position - below) * (sorted[below] - sorted[below - 1]);
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

export interface Statistics {
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  readonly p50: Figure;
  readonly p90: Figure;
  readonly p95: Figure;
  readonly p99: Figure;
  readonly p999: Figure;
}

/** The summaries of the checkpoint endpoints. */
export function statistics(values: readonly number[]): Statistics {
  const sorted = ascending(values);
  const empty = sorted.length === 0;
  const at = (p: number): Figure => figure(quantile(sorted, p));
  return {
    min: empty ? 0 : sorted[0],
    max: empty ? 0 : sorted[sorted.length - 1],
    avg: empty ? 0 : Math.floor(sum(sorted) / sorted.length),
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
  };
}

export interface Aggregate {
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  readonly sum: number;
  readonly median: number;
  readonly p25: number;
  readonly p75: number;
  readonly p95: number;
}

/** The `aggregated` blocks of the vertex endpoints: whole numbers, as Flink's. */
export function aggregate(values: readonly number[]): Aggregate {
  const sorted = ascending(values);
  const floor = (value: number): number => (Number.isNaN(value) ? 0 : Math.floor(value));
  return {
    min: sorted[0] ?? 0,
    max: sorted[sorted.length - 1] ?? 0,
    avg: floor(sum(sorted) / sorted.length),
    sum: sum(sorted),
    median: floor(quantile(sorted, 0.5)),
    p25: floor(quantile(sorted, 0.25)),
    p75: floor(quantile(sorted, 0.75)),
    p95: floor(quantile(sorted, 0.95)),
  };
}
