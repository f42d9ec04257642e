import type { TaskMetrics } from '@weir/protocol';

/**
 * A task's figures in shared memory: written by the task after each slice, read by the JobManager whenever it wants, also after the
 * TaskManager's thread has ended. All are f64, but for the version of the activity's slots: an i32 that is odd while they are being written.
 */
export const TaskMetricSlot = {
  RECORDS_IN: 0,
  RECORDS_OUT: 1,
  BYTES_IN: 2,
  BYTES_OUT: 3,
  BUSY_MS: 4,
  IDLE_MS: 5,
  BACKPRESSURED_MS: 6,
  /** What it is doing now (`TaskActivity`), and since when. */
  ACTIVITY: 7,
  ACTIVITY_SINCE: 8,
  BUFFERS_IN_USE: 9,
  BUFFERS_IN_TOTAL: 10,
  BUFFERS_OUT_USE: 11,
  BUFFERS_OUT_TOTAL: 12,
  LATENCY_COUNT: 13,
  LATENCY_P50: 14,
  LATENCY_P95: 15,
  LATENCY_P99: 16,
  LATENCY_MAX: 17,
  ACTIVITY_VERSION: 23,
  COUNT: 24,
} as const;

export const TaskActivity = { NONE: 0, BUSY: 1, IDLE: 2, BACKPRESSURED: 3 } as const;
export type TaskActivity = (typeof TaskActivity)[keyof typeof TaskActivity];

export function allocateTaskMetrics(): SharedArrayBuffer {
  return new SharedArrayBuffer(TaskMetricSlot.COUNT * 8);
}

/** The writing side. */
export class TaskMetricsWriter {
  readonly slots: Float64Array;
  readonly #version: Int32Array;
  readonly #now: () => number;
  #activity: TaskActivity = TaskActivity.NONE;
  #since = 0;

  constructor(memory: SharedArrayBuffer, now: () => number) {
    this.slots = new Float64Array(memory);
    this.#version = new Int32Array(memory, TaskMetricSlot.ACTIVITY_VERSION * 8, 1);
    this.#now = now;
  }

  /** Books the time since the last call on what was done until now. */
  enter(activity: TaskActivity): void {
    if (activity === this.#activity) return;
    const now = this.#now();
    Atomics.add(this.#version, 0, 1);
    if (this.#activity !== TaskActivity.NONE) {
      const slot = TaskMetricSlot.BUSY_MS + this.#activity - 1;
      this.slots[slot] = (this.slots[slot] as number) + (now - this.#since);
    }
    this.#activity = activity;
    this.#since = now;
    this.slots[TaskMetricSlot.ACTIVITY] = activity;
    this.slots[TaskMetricSlot.ACTIVITY_SINCE] = now;
    Atomics.add(this.#version, 0, 1);
  }
}

/** Tries at slots that change meanwhile; a writer is done with them in less than a microsecond, unless its thread has ended in between. */
const MOST_READS = 100;

/** The reading side: totals as of `now`, and the rates since the sample before. */
export class TaskMetricsReader {
  readonly #slots: Float64Array;
  readonly #version: Int32Array;
  /** From BUSY_MS to ACTIVITY_SINCE, as they stood together. */
  #activity: Float64Array | undefined;
  #last: readonly number[] | undefined;
  #lastAt = 0;
  #rates: readonly number[] = [0, 0, 0, 0, 0, 1000, 0];

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new Float64Array(memory);
    this.#version = new Int32Array(memory, TaskMetricSlot.ACTIVITY_VERSION * 8, 1);
  }

  get recordsOut(): number {
    return this.#slots[TaskMetricSlot.RECORDS_OUT] as number;
  }

  get recordsIn(): number {
    return this.#slots[TaskMetricSlot.RECORDS_IN] as number;
  }

  /** A time that is booked already must not be counted as going on, too. */
  #readActivity(): Float64Array {
    for (let read = 0; read < MOST_READS; read++) {
      const version = Atomics.load(this.#version, 0);
      const copy = this.#slots.slice(TaskMetricSlot.BUSY_MS, TaskMetricSlot.ACTIVITY_SINCE + 1);
      if (version % 2 !== 0 || Atomics.load(this.#version, 0) !== version) continue;
      this.#activity = copy;
      return copy;
    }
    return this.#activity ?? new Float64Array(TaskMetricSlot.ACTIVITY_SINCE + 1 - TaskMetricSlot.BUSY_MS);
  }

  sample(now: number, running: boolean): TaskMetrics {
    const slots = this.#slots;
    const [busy, idle, backPressured, activity, since] = this.#readActivity() as unknown as [number, number, number, number, number];
    const totals = [...slots.subarray(0, TaskMetricSlot.BUSY_MS), busy, idle, backPressured];
    if (running && activity !== TaskActivity.NONE) {
      const slot = TaskMetricSlot.BUSY_MS + activity - 1;
      totals[slot] = (totals[slot] as number) + Math.max(0, now - since);
    }
    const elapsed = now - this.#lastAt;
    if (this.#last === undefined || elapsed >= 200) {
      const before = this.#last;
      this.#rates = totals.map((total, slot) => (before === undefined ? 0 : ((total - (before[slot] as number)) * 1000) / elapsed));
      this.#last = totals;
      this.#lastAt = now;
    }
    const rate = (slot: number) => (running ? (this.#rates[slot] as number) : 0);
    const total = (slot: number) => totals[slot] as number;
    const count = slots[TaskMetricSlot.LATENCY_COUNT] as number;
    return {
      numRecordsIn: total(TaskMetricSlot.RECORDS_IN),
      numRecordsOut: total(TaskMetricSlot.RECORDS_OUT),
      numBytesIn: total(TaskMetricSlot.BYTES_IN),
      numBytesOut: total(TaskMetricSlot.BYTES_OUT),
      numRecordsInPerSecond: rate(TaskMetricSlot.RECORDS_IN),
      numRecordsOutPerSecond: rate(TaskMetricSlot.RECORDS_OUT),
      numBytesInPerSecond: rate(TaskMetricSlot.BYTES_IN),
      numBytesOutPerSecond: rate(TaskMetricSlot.BYTES_OUT),
      busyTimeMsPerSecond: rate(TaskMetricSlot.BUSY_MS),
      idleTimeMsPerSecond: rate(TaskMetricSlot.IDLE_MS),
      backPressuredTimeMsPerSecond: rate(TaskMetricSlot.BACKPRESSURED_MS),
      accumulatedBusyTime: total(TaskMetricSlot.BUSY_MS),
      accumulatedIdleTime: total(TaskMetricSlot.IDLE_MS),
      accumulatedBackPressuredTime: total(TaskMetricSlot.BACKPRESSURED_MS),
      buffersInUse: slots[TaskMetricSlot.BUFFERS_IN_USE] as number,
      buffersInTotal: slots[TaskMetricSlot.BUFFERS_IN_TOTAL] as number,
      buffersOutUse: slots[TaskMetricSlot.BUFFERS_OUT_USE] as number,
      buffersOutTotal: slots[TaskMetricSlot.BUFFERS_OUT_TOTAL] as number,
      ...(count > 0
        ? {
            latency: {
              count,
              p50: slots[TaskMetricSlot.LATENCY_P50] as number,
              p95: slots[TaskMetricSlot.LATENCY_P95] as number,
              p99: slots[TaskMetricSlot.LATENCY_P99] as number,
              max: slots[TaskMetricSlot.LATENCY_MAX] as number,
            },
          }
        : {}),
    };
  }
}

/** The latest latencies of a task, summed up by percentiles as Flink's histogram of 128 values does. */
export class LatencyHistogram {
  readonly #values = new Float64Array(128);
  #count = 0;

  record(latency: number, slots: Float64Array): void {
    this.#values[this.#count % this.#values.length] = Math.max(0, latency);
    this.#count++;
    const sorted = this.#values.slice(0, Math.min(this.#count, this.#values.length)).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
    slots[TaskMetricSlot.LATENCY_P50] = at(0.5);
    slots[TaskMetricSlot.LATENCY_P95] = at(0.95);
    slots[TaskMetricSlot.LATENCY_P99] = at(0.99);
    slots[TaskMetricSlot.LATENCY_MAX] = sorted[sorted.length - 1] as number;
    slots[TaskMetricSlot.LATENCY_COUNT] = this.#count;
  }
}
