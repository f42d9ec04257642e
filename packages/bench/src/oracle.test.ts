import { LoadEvents } from '@weir/connectors';
import { describe, expect, it } from 'vitest';
import { defaultWorkload, type Workload } from './contender.js';
import { unequalWork } from './oracle.js';

/** All events of all splits in one order that keeps each split's own, looked at one by one: how many events of that user, backwards from this one, were abnormal. */
function bruteForce({ threshold, ...options }: Workload, eventsOfSplit: readonly number[], order: (step: number) => number): number {
  const splits = eventsOfSplit.map((_, split) => new LoadEvents(options, split, eventsOfSplit.length, 0));
  const next = eventsOfSplit.map(() => 0);
  const history = new Map<string, boolean[]>();
  let alerts = 0;
  for (let step = 0; next.some((n, split) => n < eventsOfSplit[split]); step++) {
    const split = order(step) % splits.length;
    if (next[split] === eventsOfSplit[split]) continue;
    const { userId, isAbnormal } = splits[split].event(next[split]++);
    const seen = history.get(userId) ?? [];
    history.set(userId, [...seen, isAbnormal].slice(-threshold));
    if (seen.length >= threshold - 1 && history.get(userId)?.length === threshold && history.get(userId)?.every((each) => each)) alerts++;
  }
  return alerts;
}

describe('the oracle', () => {
  it.each([
    { keys: 3, skew: 'uniform', threshold: 3, splits: [500, 400, 600] },
    { keys: 40, skew: 'uniform', threshold: 3, splits: [2_000, 2_000, 1_999] },
    { keys: 40, skew: 'zipf', threshold: 2, splits: [1_000, 0, 3_000] },
    { keys: 1_000, skew: 'zipf', threshold: 1, splits: [3_000] },
  ] as const)(
    'agrees with a recomputation from every user’s history, in whatever order splits come: $keys keys, $skew',
    ({ splits, ...given }) => {
      const workload: Workload = { ...defaultWorkload, ...given, abnormalRate: 0.5 };
      const inTurns = bruteForce(workload, splits, (step) => step);
      const oneAfterTheOther = bruteForce(workload, splits, (step) => Math.floor(step / 7_000));
      expect(oneAfterTheOther).toBe(inTurns);
      expect(inTurns).toBeGreaterThan(50);
      expect(unequalWork(workload, { events: splits, alerts: inTurns })).toBeUndefined();
    },
  );

  it('says what is wrong', () => {
    const workload: Workload = { ...defaultWorkload, keys: 10, abnormalRate: 1, count: 30 };
    // Ten users, each abnormal all along: all events but the first two of each are alerts.
    const splits = [10, 10, 10];
    const alerts = bruteForce(workload, splits, (step) => step);
    expect(unequalWork(workload, { events: splits, alerts })).toBeUndefined();
    expect(unequalWork(workload, { events: splits, alerts: alerts + 1 })).toBe(`${alerts + 1} alerts of 30 events instead of ${alerts}`);
    expect(unequalWork(workload, { events: [10, 10, 9], alerts })).toBe('29 events instead of 30');
  });
});
