/** Which key groups belong to which subtask, as Flink assigns them. Pure; the engine has the same in its graph. */
export interface KeyGroupRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

function keyGroupRange(maxParallelism: number, parallelism: number, index: number): KeyGroupRange {
  return {
    start: Math.ceil((index * maxParallelism) / parallelism),
    end: Math.floor(((index + 1) * maxParallelism - 1) / parallelism),
  };
}

export function keyGroupRanges(maxParallelism: number, parallelism: number): readonly KeyGroupRange[] {
  return Array.from({ length: parallelism }, (_, index) => keyGroupRange(maxParallelism, parallelism, index));
}
