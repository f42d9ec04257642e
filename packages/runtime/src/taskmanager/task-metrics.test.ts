import { expect, it } from 'vitest';
import { allocateTaskMetrics, TaskActivity, TaskMetricSlot, TaskMetricsReader, TaskMetricsWriter } from './task-metrics.js';

function setUp() {
  const memory = allocateTaskMetrics();
  const clock = { now: 0 };
  const writer = new TaskMetricsWriter(memory, () => clock.now);
  const enter = (at: number, activity: TaskActivity) => {
    clock.now = at;
    writer.enter(activity);
  };
  const version = new Int32Array(memory, TaskMetricSlot.ACTIVITY_VERSION * 8, 1);
  const reader = new TaskMetricsReader(memory);
  const times = (at: number) => {
    const { accumulatedBackPressuredTime, accumulatedBusyTime, accumulatedIdleTime } = reader.sample(at, true);
    return [accumulatedBusyTime, accumulatedIdleTime, accumulatedBackPressuredTime];
  };
  return { writer, enter, version, times };
}

it('all of the time is busy, idle or backpressured, and none of it twice', () => {
  const { enter, times } = setUp();
  enter(0, TaskActivity.BUSY);
  enter(1_000, TaskActivity.IDLE);
  expect(times(1_500)).toEqual([1_000, 500, 0]);
  enter(1_600, TaskActivity.BACKPRESSURED);
  expect(times(2_000)).toEqual([1_000, 600, 400]);
});

it('a reader that comes in the middle of a write, which may never end, counts nothing twice', () => {
  const { writer, enter, version, times } = setUp();
  enter(0, TaskActivity.BUSY);
  enter(1_000, TaskActivity.IDLE);
  expect(times(1_500)).toEqual([1_000, 500, 0]);
  // As it stands while another thread books 600 ms of idling, before it says what it does now.
  Atomics.add(version, 0, 1);
  writer.slots[TaskMetricSlot.IDLE_MS] = 600;
  expect(times(1_600)).toEqual([1_000, 600, 0]);
});

it('every change of what a task does is marked as a write that has ended', () => {
  const { enter, version } = setUp();
  for (const [n, activity] of [TaskActivity.BUSY, TaskActivity.IDLE, TaskActivity.NONE].entries()) {
    enter(n, activity);
    expect(version[0]).toBe(2 * (n + 1));
  }
});
