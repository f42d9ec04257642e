import { ChunkedFile } from './chunked-file.js';
import { createFormat, DETECT_BYTES, detectFormat } from './formats/detect-format.js';
import type { Beyond, Format, FormatName, KeyField, Parsed, RecordSink } from './formats/format.js';
import { readStart } from './read-start.js';
import { SourceFileError } from './source-file-error.js';

/** The longest record taken, bytes. What is longer is dropped as it is read, so no input can fill the memory. */
export const LONGEST_RECORD = 1024 * 1024;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * What a `RecordReader` reads: the bytes of one file, in order. `bytes[from … end)` is what can be looked at; the reader moves `from` on, and
 * calls `advance` where that is not enough. `ChunkedFile` is one for files that do not change, `GrowingFile` for those that do.
 */
export interface ByteSource {
  readonly bytes: Buffer;
  from: number;
  readonly end: number;
  /** Nothing follows `end`. */
  readonly atEnd: boolean;
  /** Offset in the file of `from`. */
  readonly offset: number;
  /** When the file was last changed before `bytes` were read, ms; absent where the position's `referenceTime` stays the right one. */
  readonly changedAt?: number;
  /** False if there is nothing new. */
  advance(): boolean;
  /** Resolves when `advance` would not return false. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Where in one file to go on; all of it from `RecordReader` itself. */
export interface RecordPosition {
  readonly offset: number;
  readonly line: number;
  readonly format: FormatName;
  readonly header: string | null;
  readonly referenceTime: number;
}

/** One file as a sequence of parsed records, from any record on. */
export class RecordReader {
  readonly #file: ByteSource;
  readonly #format: Format;
  readonly #formatName: FormatName;
  readonly #options: { readonly key: KeyField; referenceTime: number };
  /** Lines before `offset`. */
  line: number;
  /** Offset of a record that is being dropped because it is too long. */
  #dropping: number | undefined;
  /** Of the bytes that are being looked at. */
  #view: DataView;

  constructor(file: ByteSource, position: RecordPosition, key: KeyField) {
    this.#file = file;
    this.#formatName = position.format;
    this.#options = { key, referenceTime: position.referenceTime };
    this.line = position.line;
    this.#format = createFormat(position.format, this.#options, position.header, position.offset === 0);
    this.#view = viewOf(file.bytes);
  }

  static async open(path: string, from: RecordPosition | undefined, format: FormatName | undefined, key: KeyField): Promise<RecordReader> {
    const file = await ChunkedFile.open(path, from?.offset ?? 0, LONGEST_RECORD);
    try {
      return new RecordReader(file, from ?? (await start(file, format)), key);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Where the next record begins. */
  get offset(): number {
    return this.#dropping ?? this.#file.offset;
  }

  /** The position of a record that began there. */
  positionAt(offset: number, line: number): RecordPosition {
    return { offset, line, format: this.#formatName, header: this.#format.header, referenceTime: this.#options.referenceTime };
  }

  /** Hands records in a row to `sink`, as `Format.scan`; false if it wanted no more, else `next` has to say what is there. */
  scan(sink: RecordSink): boolean {
    const file = this.#file;
    const { bytes, from } = file;
    if (this.#dropping !== undefined || from === file.end) return true;
    if (this.#view.buffer !== bytes.buffer || this.#view.byteOffset !== bytes.byteOffset) this.#view = viewOf(bytes);
    const { lines } = sink;
    const next = this.#format.scan(bytes, this.#view, from, Math.min(file.end, from + LONGEST_RECORD), sink);
    file.from = next < 0 ? ~next : next;
    this.line += sink.lines - lines;
    return next >= 0;
  }

  /** The next record, the general way; undefined if its bytes have not come yet (wait for `ready`), null at the end of the file. */
  next(): Parsed | undefined | null {
    const file = this.#file;
    for (;;) {
      if (this.#dropping === undefined) {
        if (file.offset === 0 && file.end - file.from >= 3 && BYTE_ORDER_MARK.equals(file.bytes.subarray(file.from, file.from + 3)))
          file.from += 3;
        this.#skipNothing();
        const left = file.end - file.from;
        if (left === 0 && file.atEnd) return null;
        const beyond: Beyond = left >= LONGEST_RECORD ? 'too-long' : file.atEnd ? 'file-end' : 'more';
        const limit = Math.min(file.end, file.from + LONGEST_RECORD);
        const found = left === 0 ? -1 : this.#format.recordEnd(file.bytes, file.from, limit, beyond);
        if (found !== -1) return this.#take(found);
        if (beyond === 'file-end') return this.#take(file.end);
        if (beyond === 'too-long') this.#dropping = file.offset;
      }
      if (this.#dropping !== undefined && this.#drop()) {
        this.#dropping = undefined;
        this.line++;
        return this.#format.tooLong;
      }
      if (!file.advance()) return undefined;
      if (file.changedAt !== undefined) this.#options.referenceTime = Math.max(this.#options.referenceTime, Math.floor(file.changedAt));
    }
  }

  ready(): Promise<void> {
    return this.#file.ready();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Zeros before a record: what a file system leaves of lines after a loss of power, and a writer before its next one when its file was cut. */
  #skipNothing(): void {
    const file = this.#file;
    while (file.from < file.end && file.bytes[file.from] === 0) file.from++;
  }

  #take(end: number): Parsed {
    const { bytes, from } = this.#file;
    let textEnd = end;
    if (bytes[textEnd - 1] === NEWLINE) textEnd--;
    if (textEnd > from && bytes[textEnd - 1] === CARRIAGE_RETURN) textEnd--;
    this.line++;
    if (this.#format.name === 'csv') {
      for (let at = bytes.indexOf(NEWLINE, from); at !== -1 && at < textEnd; at = bytes.indexOf(NEWLINE, at + 1)) this.line++;
    }
    this.#file.from = end;
    return this.#format.parse(bytes.toString('utf8', from, textEnd));
  }

  /** Moves past what there is of a line that is too long; true at its end. */
  #drop(): boolean {
    const file = this.#file;
    const at = file.bytes.indexOf(NEWLINE, file.from);
    const found = at !== -1 && at < file.end;
    file.from = found ? at + 1 : file.end;
    return found || file.atEnd;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

async function start(file: ChunkedFile, format: FormatName | undefined): Promise<RecordPosition> {
  const name = format ?? detectFormat(file.path, await readStart(file.path, DETECT_BYTES));
  if (name === undefined)
    throw new SourceFileError(
      file.path,
      'is of no format that can be told from its name or its first lines; say it by --format ndjson, csv or sshd',
    );
  return { offset: 0, line: 0, format: name, header: null, referenceTime: Math.floor(file.modifiedAt) };
}
