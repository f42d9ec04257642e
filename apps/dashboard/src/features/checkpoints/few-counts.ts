import type { CheckpointContents } from '@weir/protocol';

const FEW = 3;

/** Each key with its number, where a checkpoint holds one number for each of a few keys, as the seed system's does. */
export function fewCounts({ operators }: CheckpointContents): readonly (readonly [key: string, count: number])[] | undefined {
  const [operator, ...others] = operators;
  if (operator?.keys === undefined || others.length > 0 || operator.keys === 0 || operator.keys > FEW) return undefined;
  const counts: (readonly [string, number])[] = [];
  for (const [key, states] of Object.entries(operator.state)) {
    const [value, ...more] = Object.values(states);
    if (typeof value !== 'number' || more.length > 0) return undefined;
    counts.push([key, value]);
  }
  return counts;
}
