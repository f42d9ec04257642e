import { join } from 'node:path';

/** What the sink for a file has committed. Written to `workDirectory` with each commit. */
export interface FileMark {
  readonly version: 1;
  readonly path: string;
  readonly lineage: string;
  /** The last checkpoint that committed anything; 0 for none. */
  readonly checkpointId: number;
  /** Lines up to there. */
  readonly records: number;
  /** Which of the two private files is the output, and up to where each is written and durable. */
  readonly current: 0 | 1;
  readonly lengths: readonly [number, number];
}

export const markPath = (workDirectory: string): string => join(workDirectory, 'commit.mark');

export function isFileMark(value: unknown): value is FileMark {
  const mark = value as FileMark | undefined;
  return (
    mark !== undefined &&
    mark.version === 1 &&
    typeof mark.path === 'string' &&
    typeof mark.lineage === 'string' &&
    Array.isArray(mark.lengths)
  );
}
