import type { CheckpointInfo } from '@weir/protocol';

export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly p95: number;
}

/** Undefined for no value. The 95th percentile is the smallest value that 95 of 100 do not exceed. */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] as number;
  return {
    mean: sorted.reduce((total, value) => total + value, 0) / sorted.length,
    min: sorted[0] as number,
    max: sorted.at(-1) as number,
    p95: at(0.95),
  };
}

export interface CheckpointStatistics {
  readonly count: number;
  readonly duration: Spread | undefined;
  readonly size: Spread | undefined;
}

/** Of the completed ones that are held. */
export function checkpointStatistics(history: readonly CheckpointInfo[]): CheckpointStatistics {
  const completed = history.filter(({ status }) => status === 'COMPLETED');
  return {
    count: completed.length,
    duration: spread(completed.map(({ endToEndDuration }) => endToEndDuration)),
    size: spread(completed.map(({ checkpointedSize }) => checkpointedSize)),
  };
}
