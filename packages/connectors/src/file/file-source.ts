import { int64, nullable, record, type Source, type SourceReader, type SourceReaderContext, string, type TypeOf } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import { FileReader } from './file-reader.js';
import type { FormatName, KeyField } from './formats/format.js';

export interface FileSourceOptions {
  /** Absolute paths, read one after the other in this order. */
  readonly files: readonly string[];
  /** Told by each file's ending or first lines unless given. */
  readonly format?: FormatName | undefined;
  readonly key: KeyField;
}

/** Where the reader is, and what it has counted up to there. There is one of it in the whole source. */
export const filePosition = record({
  /** Index in the list of files; their number once all have been read. */
  file: int64(),
  /** Its path, to find a changed list; empty at the end. */
  path: string(),
  /** Byte at which the next record begins. */
  offset: int64(),
  /** Lines of this file before it. */
  line: int64(),
  /** How many of the events of the record at `offset` are out already (`message repeated N times`). */
  repeated: int64(),
  /** Format of this file, empty before it was opened; what its header said; the change time it had then. */
  format: string(),
  header: nullable(string()),
  referenceTime: nullable(int64()),
  /** Totals over all files. */
  events: int64(),
  lines: int64(),
  bytes: int64(),
  skipped: int64(),
  malformed: int64(),
});
export type FilePosition = TypeOf<typeof filePosition>;

/** Events of files that do not change, in order, by one reader: set parallelism 1. Further subtasks have nothing to do. */
export class FileSource implements Source<UserEvent, FilePosition> {
  readonly boundedness = 'BOUNDED';
  readonly stateType = filePosition;
  readonly #options: FileSourceOptions;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  createReader(context: SourceReaderContext): SourceReader<UserEvent, FilePosition> {
    return new FileReader(this.#options, context);
  }
}
