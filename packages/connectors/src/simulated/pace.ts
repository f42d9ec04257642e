/**
 * When the simulated source hands its events over, as opposed to when they are due.
 *
 * Event n is due at `start + n × interval`, for ever: that is its time stamp, and a replay gives it the same one. It is handed over at
 * `due + lag`; `lag` grows by the time that no job ran, because that time is not made up for. So after a long pause time stamps
 * stay behind the wall clock; moving them instead would give one event two time stamps whenever a failure reaches back over the move.
 */
export interface Schedule {
  readonly start: number;
  readonly interval: number;
  readonly lag: number;
}

/** What a checkpoint knows of time. */
export interface SnapshotTimes {
  readonly snapshotAt: number;
  /** Since the checkpoint before it (or the first start): the best guess of how long the attempt lived on after this one. */
  readonly sincePrevious: number;
}

export function dueAt(schedule: Schedule, n: number): number {
  return schedule.start + n * schedule.interval;
}

export function handOverAt(schedule: Schedule, n: number): number {
  return dueAt(schedule, n) + schedule.lag;
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
  const firstNotOut = Math.max(next, Math.floor((lastOut - schedule.start - schedule.lag) / schedule.interval) + 1);
  if (handOverAt(schedule, firstNotOut) > now) return schedule.lag;
  return now + schedule.interval - dueAt(schedule, firstNotOut);
}

/** Another interval from event `next` on: that event stays due when it was. */
export function withInterval(schedule: Schedule, next: number, interval: number): Schedule {
  return { start: dueAt(schedule, next) - next * interval, interval, lag: schedule.lag };
}
