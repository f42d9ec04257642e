import { join } from 'node:path';

/** What an alert log holds. Written to its directory with each commit; readers look no further than `length`. */
export interface AlertLogMark {
  readonly version: 1;
  readonly length: number;
  /** Sequence number of the last alert, which is the number of its line; 0 for none. */
  readonly lastSeq: number;
  /** Of each lineage the last checkpoint that committed anything, and how many alerts it has committed in all; oldest lineage first. */
  readonly committed: readonly (readonly [lineage: string, checkpointId: number, records: number])[];
}

export const EMPTY_ALERT_LOG: AlertLogMark = { version: 1, length: 0, lastSeq: 0, committed: [] };

export const alertLogPath = (directory: string): string => join(directory, 'alerts.ndjson');
export const alertLogMarkPath = (directory: string): string => join(directory, 'alerts.mark');

export function isAlertLogMark(value: unknown): value is AlertLogMark {
  const mark = value as AlertLogMark | undefined;
  return (
    mark !== undefined &&
    mark.version === 1 &&
    Number.isSafeInteger(mark.length) &&
    Number.isSafeInteger(mark.lastSeq) &&
    Array.isArray(mark.committed)
  );
}
