import { InputStatus } from '@weir/runtime';
import { describe, expect, it } from 'vitest';
import type { UserEvent } from '../event.js';
import { CollectingOutput, ManualClock, readAll, startReader } from '../testing/reader-driver.js';
import { eventsOfSplit, LoadEvents } from './load-event.js';
import { LoadSource, type LoadSplit } from './load-source.js';

const options = { keys: 50, rate: 0, abnormalRate: 0.4, seed: 11, count: 5_000, startTime: 1_000 };

function oracle(split: number, splits: number): UserEvent[] {
  const events = new LoadEvents(options, split, splits, options.startTime);
  return Array.from({ length: eventsOfSplit(options.count, split, splits) }, (_, n) => events.event(n));
}

describe('LoadSource', () => {
  it('makes exactly `count` events over all subtasks, each with a sequence of its own', async () => {
    const all: UserEvent[] = [];
    for (const k of [0, 1, 2]) {
      const got = await readAll(
        await startReader(new LoadSource(options), undefined, { indexOfThisSubtask: k, numberOfParallelSubtasks: 3 }),
      );
      expect(got).toEqual(oracle(k, 3));
      all.push(...got);
    }
    expect(all.map((event) => event.sequence).sort((a, b) => a - b)).toEqual(Array.from({ length: options.count }, (_, i) => i));
    expect(new Set(all.map((event) => event.userId)).size).toBe(options.keys);
    expect(Math.abs(all.filter((event) => event.isAbnormal).length / all.length - options.abnormalRate)).toBeLessThan(0.03);
  });

  it('gives each split users of its own, so that the events of one user are in the order of one split', () => {
    for (const skew of ['uniform', 'zipf'] as const) {
      for (const [keys, splits] of [
        [3, 3],
        [50, 3],
        [1_001, 7],
      ]) {
        const splitOf = new Map<string, number>();
        const wrong: unknown[] = [];
        for (let split = 0; split < splits; split++) {
          const events = new LoadEvents({ ...options, keys, skew }, split, splits, 0);
          for (let n = 0; n < 10_000; n++) {
            const { userId, isAbnormal } = events.event(n);
            const agrees = userId === `user${events.user(n)}` && isAbnormal === events.isAbnormal(n);
            if (!agrees || (splitOf.get(userId) ?? split) !== split) wrong.push({ split, n, userId });
            splitOf.set(userId, split);
          }
        }
        expect(wrong).toEqual([]);
        expect([...splitOf.keys()].sort()).toEqual(Array.from({ length: keys }, (_, k) => `user${k + 1}`).sort());
      }
    }
  });

  it('makes skewed keys by the law of Zipf', () => {
    const events = new LoadEvents({ ...options, keys: 1_023, skew: 'zipf' }, 0, 1, 0);
    const times = new Array<number>(1_024).fill(0);
    for (let n = 0; n < 1_000_000; n++) times[events.user(n)]++;
    const between = (from: number, to: number) => times.slice(from, to).reduce((sum, each) => sum + each, 0);
    for (let octave = 0; octave < 10; octave++)
      expect(Math.abs(between(2 ** octave, 2 ** (octave + 1)) / 1_000_000 - 0.1)).toBeLessThan(0.005);
    expect(Math.max(...times.slice(512)) / Math.min(...times.slice(512))).toBeLessThan(1.6);
  });

  it('goes on from any snapshot, at another parallelism too', async () => {
    const snapshots: { readonly taken: number; readonly state: readonly LoadSplit[] }[] = [];
    const reader = await startReader(new LoadSource(options));
    await readAll(reader, (records) => snapshots.push({ taken: records.length, state: reader.snapshotState(0) }), 333);
    expect(snapshots.length).toBeGreaterThan(10);
    for (const { taken, state } of snapshots) {
      expect(await readAll(await startReader(new LoadSource(options), state, { numberOfParallelSubtasks: 4 }))).toEqual(
        oracle(0, 1).slice(taken),
      );
    }
    const both = [0, 1].map((split) => ({ split, splits: 2, start: options.startTime, next: 0 }));
    const got = await readAll(await startReader(new LoadSource(options), both));
    for (const split of [0, 1]) expect(got.filter((event) => event.sequence % 2 === split)).toEqual(oracle(split, 2));
    expect(await readAll(await startReader(new LoadSource(options), []))).toEqual([]);
  });

  it('keeps to its rate, and after a hold-up catches up with a second of it at most', async () => {
    const clock = new ManualClock(0);
    const { count: _, ...unbounded } = options;
    const source = new LoadSource({ ...unbounded, rate: 1_000 }, () => clock);
    expect(source.boundedness).toBe('CONTINUOUS_UNBOUNDED');
    const reader = await startReader(source, undefined, { numberOfParallelSubtasks: 2 });
    const output = new CollectingOutput<UserEvent>();
    const drain = (): number => {
      const before = output.records.length;
      while (reader.pollNext(output) === InputStatus.MORE_AVAILABLE);
      return output.records.length - before;
    };
    expect(drain()).toBe(0);
    for (let ms = 0; ms < 2_000; ms += 5) {
      clock.time += 5;
      drain();
    }
    expect(output.records).toHaveLength(1_000);
    await reader.isAvailable();
    expect(clock.slept.at(-1)).toBeLessThanOrEqual(2);
    clock.time += 60_000;
    expect(drain()).toBe(500);
  });

  it('stops at once when there is no room', async () => {
    const reader = await startReader(new LoadSource(options));
    const output = new CollectingOutput<UserEvent>();
    output.room = 7;
    expect(reader.pollNext(output)).toBe(InputStatus.MORE_AVAILABLE);
    expect(output.records).toHaveLength(7);
  });
});
