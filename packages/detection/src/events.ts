import { int32, int64, nullable, record, string, type TypeOf } from '@weir/runtime';

export { type UserEvent, userEvent } from '@weir/connectors';

/** One abnormal event that took its user to the threshold or beyond. `sequence` is the event's; `timestamp` too, null where it has none. */
export const alert = record({
  id: string(),
  userId: string(),
  count: int32(),
  timestamp: nullable(int64()),
  message: string(),
  sequence: int64(),
});

export type Alert = TypeOf<typeof alert>;
