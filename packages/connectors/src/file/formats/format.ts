/** What one record of an input file turned out to be. */
export type Parsed =
  /** `times` equal events; 0 and more. */
  | {
      readonly kind: 'events';
      readonly userId: string;
      readonly isAbnormal: boolean;
      readonly timestamp: number | null;
      readonly times: number;
    }
  /** A line about something else. */
  | { readonly kind: 'skipped' }
  /** Not what the format says; `reason` is for a person. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** Neither an event nor counted as anything. */
  | { readonly kind: 'blank' };

export type FormatName = 'ndjson' | 'csv' | 'sshd';
export type KeyField = 'user' | 'ip';

export interface FormatOptions {
  readonly key: KeyField;
  /** The file's change time, ms: what a date without a year is read against. */
  readonly referenceTime: number;
}

/** Takes what `Format.scan` finds, a record of one line a call; false if it wants no more for now. */
export interface RecordSink {
  /** Calls so far. */
  readonly lines: number;
  /** One event. */
  event(userId: string, isAbnormal: boolean, timestamp: number | null): boolean;
  /** A line about something else. */
  skipped(): boolean;
}

/** Why the bytes that a record is looked for in stop where they do. With `file-end` or `too-long` there will be no second look. */
export type Beyond = 'more' | 'file-end' | 'too-long';

/**
 * One format over one file, from its first byte or from where a checkpoint left it. The reader cuts the file into records by `recordEnd` and
 * hands each to `parse` as text, without line end; so a format keeps nothing between two records but what `header` holds.
 */
export interface Format {
  readonly name: FormatName;
  /** Kept in checkpoints and handed to the next instance: what the first line said, null where that has no meaning or was not read yet. */
  readonly header: string | null;
  /** Just past the line end of the record that begins at `from`; -1 if it is not within `[from, end)`. */
  recordEnd(bytes: Buffer, from: number, end: number, beyond: Beyond): number;
  parse(text: string): Parsed;
  /**
   * The fast way for records in a row from `from` on, as long as they are of the usual form and `sink` wants more: each gets what `recordEnd`
   * and `parse` would have made of it. Returns where the first begins that has to go through those two, perhaps because it is not complete;
   * `~` of where the next one begins if `sink` wanted no more. `view` is of `bytes`.
   */
  scan(bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink): number;
  /** A line beyond the longest one taken. */
  readonly tooLong: Parsed;
}

export const BLANK: Parsed = { kind: 'blank' };
export const SKIPPED: Parsed = { kind: 'skipped' };
export const malformed = (reason: string): Parsed => ({ kind: 'malformed', reason });
export const TOO_LONG: Parsed = malformed('the line is longer than 1 MiB');

const NEWLINE = 10;

export function lineEnd(bytes: Buffer, from: number, end: number): number {
  const at = bytes.indexOf(NEWLINE, from);
  return at === -1 || at >= end ? -1 : at + 1;
}
