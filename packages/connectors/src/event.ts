import { boolean, int64, nullable, record, string, type TypeOf } from '@weir/runtime';

/**
 * What every source of this package makes. `sequence` is the event's ordinal over all subtasks of its source (`n * splits + split`):
 * unique, and the same when a failure makes the source go over it again, so what is derived from it (an alert's id) is stable too.
 * `timestamp` is the event's own, ms since the epoch.
 */
export const userEvent = record({
  userId: string(),
  isAbnormal: boolean(),
  timestamp: nullable(int64()),
  sequence: int64(),
});

export type UserEvent = TypeOf<typeof userEvent>;
