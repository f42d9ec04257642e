import { int64, nullable, record, string, type TypeOf } from '@weir/runtime';

/** Where the reader is in one of the files that it has open, oldest first: there is more than one while a rotated file may still grow. */
export const followPosition = record({
  /** Order of the files: each has a greater one than the file that it took the place of. */
  generation: int64(),
  /** Where it was last seen. */
  path: string(),
  /** `FileIdentity`: by it the file is found again, whatever it is called by then. */
  inode: string(),
  head: string(),
  headLength: int64(),
  size: int64(),
  modified: string(),
  /** Byte at which the next record begins, and lines before it. */
  offset: int64(),
  line: int64(),
  /** How many of the events of the record at `offset` are out already (`message repeated N times`). */
  repeated: int64(),
  /** Format, empty while it is not known; the csv header in force; the latest change time that lines were read at. */
  format: string(),
  header: nullable(string()),
  referenceTime: int64(),
  /** Totals over all files so far: in the newest, 0 in the others. */
  events: int64(),
  lines: int64(),
  bytes: int64(),
  skipped: int64(),
  malformed: int64(),
  /** Bytes that could not be read any more. */
  bytesMissing: int64(),
  /** Sequence number of the next event: `events`, but for a leap wherever bytes are missing. */
  sequence: int64(),
});
export type FollowPosition = TypeOf<typeof followPosition>;
