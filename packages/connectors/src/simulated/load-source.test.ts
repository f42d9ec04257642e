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
