/** An alert as the job makes it. */
export interface Alert {
  /** Made from job line, operator, key and its count of events: the same after a replay. */
  readonly id: string;
  readonly userId: string;
  readonly count: number;
  /** The event's own time in ms, null where it has none. */
  readonly timestamp: number | null;
  readonly message: string;
}

/** One that is committed: `seq` 1, 2, … was given then and is never given again. */
export interface CommittedAlert extends Alert {
  readonly seq: number;
}

/** The log of committed alerts (`AlertLogReader` of @weir/connectors), or a test's. */
export interface AlertLog {
  /** Those after `after`, in order of seq, `limit` at most. */
  read(range: { readonly after: number; readonly limit: number }): Promise<readonly CommittedAlert[]>;
  /** Of those that `read` would give the ones that are wanted; the others are passed over at next to no cost. Resolves to the seq that it came to. */
  pick(options: {
    readonly after: number;
    readonly limit: number;
    readonly wanted: (id: string, seq: number) => boolean;
    readonly accept: (alert: CommittedAlert) => void;
  }): Promise<number>;
  /** seq of the newest, 0 for none. */
  last(): Promise<number>;
}

/** What was published on topic `alert`, if it has an alert's shape. */
export function readAlert(payload: unknown): Alert | undefined {
  const { id, userId, count, timestamp, message } = (payload ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof userId !== 'string' || typeof count !== 'number' || typeof message !== 'string') return undefined;
  return { id, userId, count, timestamp: typeof timestamp === 'number' ? timestamp : null, message };
}
