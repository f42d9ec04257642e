import { InputStatus, type SourceReader } from '@weir/runtime';
import { describe, expect, it } from 'vitest';
import type { UserEvent } from '../event.js';
import { CollectingOutput, ManualClock, startReader } from '../testing/reader-driver.js';
import { isAbnormalEvent } from './random-user-event.js';
import { RandomUserEventSource, type RandomUserEventSplit } from './random-user-event-source.js';

const options = { intervalMs: 100, abnormalRate: 0.3, seed: 7, startTime: 1_000 };
const source = (clock: ManualClock): RandomUserEventSource => new RandomUserEventSource(options, () => clock);
const oracle = (split: number, splits: number, count: number): UserEvent[] =>
  Array.from({ length: count }, (_, n) => ({
    userId: `user${split + 1}`,
    isAbnormal: isAbnormalEvent(options, split, n),
    timestamp: 1_000 + n * 100,
    sequence: n * splits + split,
  }));

function poll(reader: SourceReader<UserEvent, RandomUserEventSplit>, room = Number.POSITIVE_INFINITY): UserEvent[] {
  const output = new CollectingOutput<UserEvent>();
  do {
    output.room = room;
  } while (reader.pollNext(output) === InputStatus.MORE_AVAILABLE);
  return output.records;
}

describe('RandomUserEventSource', () => {
  it('makes user k + 1 the events of subtask k, one each interval', async () => {
    const clock = new ManualClock(1_000);
    const reader = await startReader(source(clock), undefined, { indexOfThisSubtask: 2, numberOfParallelSubtasks: 3 });
    const got: UserEvent[] = [];
    for (; clock.time < 3_000; clock.time += 50) got.push(...poll(reader));
    expect(got).toEqual(oracle(2, 3, 20));
    clock.time = 2_960;
    await reader.isAvailable();
    expect(clock.slept).toEqual([40]);
  });

  it('gives the same events from any snapshot on, in the same process and in another', async () => {
    for (const processId of ['process', 'another']) {
      const clock = new ManualClock(1_000);
      const reader = await startReader(source(clock));
      const got: UserEvent[] = [];
      for (; clock.time < 2_500; clock.time += 70) {
        got.push(...poll(reader));
        const later = new ManualClock(clock.time + 500_000, processId);
        const restored = await startReader(source(later), reader.snapshotState(0));
        const after: UserEvent[] = [];
        while (got.length + after.length < 30) {
          after.push(...poll(restored, 3));
          later.time += 100;
        }
        expect([...got, ...after].slice(0, 30)).toEqual(oracle(0, 1, 30));
      }
    }
  });

  it('does not make up for the time that a process was down', async () => {
    const clock = new ManualClock(1_000);
    const reader = await startReader(source(clock));
    poll(reader);
    clock.time = 2_000;
    poll(reader);
    const later = new ManualClock(2_000 + 3_600_000, 'another');
    const restored = await startReader(source(later), reader.snapshotState(1));
    expect(poll(restored).length).toBeLessThanOrEqual(10);
    later.time += 1_000;
    expect(poll(restored)).toHaveLength(10);
  });

  it('hands over at once what was due since the checkpoint when only a task failed', async () => {
    const clock = new ManualClock(1_000);
    const reader = await startReader(source(clock));
    poll(reader);
    const state = reader.snapshotState(1);
    clock.time = 1_450;
    expect(poll(await startReader(source(clock), state))).toEqual(oracle(0, 1, 5).slice(1));
  });

  it('keeps its users at another parallelism', async () => {
    const clock = new ManualClock(1_000);
    const states = await Promise.all(
      [0, 1, 2].map(async (k) =>
        (await startReader(source(clock), undefined, { indexOfThisSubtask: k, numberOfParallelSubtasks: 3 })).snapshotState(1),
      ),
    );
    clock.time = 1_200;
    const one = poll(await startReader(source(clock), states.flat(), { numberOfParallelSubtasks: 1 }), 1);
    for (const k of [0, 1, 2]) expect(one.filter((event) => event.userId === `user${k + 1}`)).toEqual(oracle(k, 3, 3));
    expect(poll(await startReader(source(clock), []))).toEqual([]);
  });

  it('takes no more than there is room for', async () => {
    const clock = new ManualClock(1_000_000);
    const reader = await startReader(source(clock));
    const output = new CollectingOutput<UserEvent>();
    output.room = 5;
    expect(reader.pollNext(output)).toBe(InputStatus.MORE_AVAILABLE);
    expect(output.records).toEqual(oracle(0, 1, 5));
  });
});
