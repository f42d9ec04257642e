/**
 * When the simulated source hands its events over, as opposed to when they are due.
 *
 * Event n is due at `start + n × interval` until the first change of speed, from event `from` of a change on at `at + (n − from) × interval` of that change, for
 * ever: that is its time stamp, and a replay gives it the same one. It is handed over at `due + lag`; `lag` grows by the time that no job ran, because that time
 * is not made up for. So after a long pause time stamps stay behind the wall clock; moving them instead would give one event two time stamps whenever a failure
 * reaches back over the move.
 */
export interface Schedule {
  readonly start: number;
  readonly interval: number;
  readonly lag: number;
  /** In order of `from`. */
  readonly changes?: readonly PaceChange[];
}

export interface PaceChange {
  /** The first event that it holds for. */
  readonly from: number;
  /** When that event is due. */
  readonly at: number;
  /** From that event on, ms; fractions are allowed, time stamps are rounded down. */
  readonly interval: number;
}

/** What a checkpoint knows of time. */
export interface SnapshotTimes {
  readonly snapshotAt: number;
  /** Since the checkpoint before it (or the first start): the best guess of how long the attempt lived on after this one. */
  readonly sincePrevious: number;
}

/** What holds for event n. */
function paceAt({ start, interval, changes = [] }: Schedule, n: number): PaceChange {
  for (let i = changes.length - 1; i >= 0; i--) if (changes[i].from <= n) return changes[i];
  return { from: 0, at: start, interval };
}

export function dueAt(schedule: Schedule, n: number): number {
  const { from, at, interval } = paceAt(schedule, n);
  return at + Math.floor((n - from) * interval);
}

function intervalAt(schedule: Schedule, n: number): number {
  return paceAt(schedule, n).interval;
}

export function handOverAt(schedule: Schedule, n: number): number {
  return dueAt(schedule, n) + schedule.lag;
}

/** The first event that is due after `time`. */
export function firstDueAfter(schedule: Schedule, time: number): number {
  const { start, interval, changes = [] } = schedule;
  const current = changes.findLast(({ at }) => at <= time) ?? { from: 0, at: start, interval };
  const following = changes.find(({ from }) => from > current.from);
  let n = Math.max(0, current.from + Math.floor((time - current.at) / current.interval) + 1);
  // Rounding of due times.
  while (dueAt(schedule, n) <= time) n++;
  return Math.min(n, following?.from ?? n);
}

/**
 * The lag after a restore in which event `next` comes first.
 *
 * Which events were out already when the old attempt ended is not in its last checkpoint. Within one process and job the pause is short
 * and the schedule simply goes on: all that is due comes at once. Otherwise the old attempt cannot have lived much longer than
 * one checkpoint interval after this checkpoint, or there would be a later one: what was to be handed over in that time counts as
 * out and comes at once, the event after it one interval from now.
 */
export function lagAfterRestore(schedule: Schedule, next: number, times: SnapshotTimes, now: number, sameRun: boolean): number {
  if (sameRun) return schedule.lag;
  const lastOut = Math.min(now, times.snapshotAt + Math.max(0, times.sincePrevious));
  const firstNotOut = Math.max(next, firstDueAfter(schedule, lastOut - schedule.lag));
  if (handOverAt(schedule, firstNotOut) > now) return schedule.lag;
  return now + intervalAt(schedule, firstNotOut) - dueAt(schedule, firstNotOut);
}

/** Another interval from event `next` on: that event stays due when it was. */
export function withInterval(schedule: Schedule, next: number, interval: number): Schedule {
  return { start: dueAt(schedule, next) - next * interval, interval, lag: schedule.lag };
}

/**
 * Another interval from event `from` on. It is due no later than one new interval after `time` (of the schedule: the clock less the lag), so that a
 * higher speed is seen at once, and never before the event before it.
 */
export function withChange(schedule: Schedule, from: number, interval: number, time: number): Schedule {
  const before = from === 0 ? schedule.start : dueAt(schedule, from - 1);
  const at = Math.min(dueAt(schedule, from), Math.max(before, Math.ceil(time + interval)));
  const kept = (schedule.changes ?? []).filter((change) => change.from < from);
  return { ...schedule, changes: [...kept.slice(1 - MOST_CHANGES), { from, at, interval }] };
}

/** Older ones are behind every checkpoint that is retained, or a person was at it all day. */
const MOST_CHANGES = 1_000;
