import { DETECT_BYTES, detectFormat } from '../formats/detect-format.js';
import { type FormatName, type KeyField, type Parsed, type RecordSink, SKIPPED } from '../formats/format.js';
import { type RecordPosition, RecordReader } from '../record-reader.js';
import type { FollowPosition } from './follow-position.js';
import type { GrowingFile } from './growing-file.js';

const NEWLINE = 10;
const SPACE = 32;
const UNKNOWN_FORMAT = 'its format cannot be told from its first lines; say it by --format ndjson, csv or sshd';
/** A file with nothing but blank lines is as good as any. */
const FORMAT_OF_NOTHING = 'ndjson';

/** What a file takes over from the one before it. */
export interface Inherited {
  readonly format: FormatName | undefined;
  readonly header: string | null;
}

/** Takes one record at a time. */
class OneRecord implements RecordSink {
  record: Parsed | undefined;
  lines = 0;

  event(userId: string, isAbnormal: boolean, timestamp: number | null): boolean {
    return this.#take({ kind: 'events', userId, isAbnormal, timestamp, times: 1 });
  }

  skipped(): boolean {
    return this.#take(SKIPPED);
  }

  #take(record: Parsed): boolean {
    this.record = record;
    this.lines++;
    return false;
  }
}

/** One file of the trail: its bytes, the records in them, and how far they have been taken. */
export class FollowedFile {
  generation: number;
  readonly file: GrowingFile;
  /** When it last grew, or another took its place. */
  touchedAt: number;
  /** Why its records cannot be read. */
  unreadable: string | undefined;
  /** Events of the record at `offset` that are out already. */
  repeated = 0;
  readonly #key: KeyField;
  #format: FormatName | undefined;
  #header: string | null;
  #reader: RecordReader | undefined;
  readonly #scanned = new OneRecord();

  constructor(generation: number, file: GrowingFile, inherited: Inherited, key: KeyField, now: number) {
    this.generation = generation;
    this.file = file;
    this.#key = key;
    this.#format = inherited.format;
    this.#header = inherited.header;
    this.touchedAt = now;
  }

  /** Where a checkpoint left it; `file` has been resumed there. */
  restore(position: Omit<FollowPosition, keyof FollowTotals>): void {
    this.repeated = position.repeated;
    if (this.#format !== undefined) this.#read({ ...position, format: this.#format });
  }

  get inheritance(): Inherited {
    return { format: this.#format, header: this.#reader?.positionAt(0, 0).header ?? this.#header };
  }

  /** Byte at which the next record begins. */
  get offset(): number {
    return this.#reader?.offset ?? this.file.offset;
  }

  get line(): number {
    return this.#reader?.line ?? 0;
  }

  /** Bytes of a record that is not complete. To be asked after `next` has said that there is none. */
  get hasPartial(): boolean {
    return this.unreadable === undefined && this.offset < this.file.offset + this.file.unread;
  }

  /** Beyond it a file whose format cannot be told will not tell it any more. */
  get isUnreadableForGood(): boolean {
    return this.unreadable !== undefined && this.file.unread >= DETECT_BYTES;
  }

  /** Makes its records readable if it can be told by now what they are; else `unreadable` says why not, if there is enough of it to tell. */
  prepare(): boolean {
    if (this.#reader !== undefined) return true;
    this.file.advance();
    const seen = this.file.peek();
    if (this.#format === undefined) {
      // Half a line tells nothing, nor do blank ones.
      const whole = seen.subarray(0, this.file.atEnd ? seen.length : seen.lastIndexOf(NEWLINE) + 1);
      const blank = whole.every((byte) => byte <= SPACE);
      if (blank && seen.length < DETECT_BYTES && !this.file.atEnd) return false;
      if (blank) {
        this.#read({ offset: 0, line: 0, format: FORMAT_OF_NOTHING, header: null, referenceTime: 0 });
        return true;
      }
      this.#format = detectFormat(this.file.path, seen.subarray(0, Math.max(seen.lastIndexOf(NEWLINE) + 1, DETECT_BYTES)));
      this.unreadable = this.#format === undefined ? UNKNOWN_FORMAT : undefined;
      if (this.#format === undefined) return false;
    }
    this.#read({ offset: 0, line: 0, format: this.#format, header: this.#header, referenceTime: Math.floor(this.file.changedAt) });
    return true;
  }

  /** The next complete record; undefined if there is none. */
  next(): Parsed | undefined {
    this.#scanned.record = undefined;
    this.#reader?.scan(this.#scanned);
    const parsed = this.#scanned.record ?? this.#reader?.next();
    if (parsed === null) {
      // Its last line was taken as it is; should it grow nevertheless, it goes on behind it.
      this.file.atEnd = false;
      return undefined;
    }
    return parsed;
  }

  /** Has the last line taken without its newline. */
  takePartial(): void {
    this.file.atEnd = true;
    this.prepare();
  }

  /** Begins anew with a file that was cut; returns how many bytes of what it held were not taken, as far as is known. */
  restart(): number {
    const missing = Math.max(0, this.file.size - this.offset);
    const { format, header } = this.inheritance;
    const { line } = this;
    this.file.restart();
    this.repeated = 0;
    this.unreadable = undefined;
    this.#reader = undefined;
    this.#header = header;
    const { offset } = this.file;
    if (offset > 0 && format !== undefined) this.#read({ offset, line, format, header, referenceTime: Math.floor(this.file.changedAt) });
    return missing;
  }

  /** `at`: where a record began whose events are not all out. */
  position(at: { readonly offset: number; readonly line: number } | undefined): Omit<FollowPosition, keyof FollowTotals> {
    const { offset, line } = at ?? this;
    const record = this.#reader?.positionAt(offset, line);
    return {
      generation: this.generation,
      path: this.file.path,
      ...this.file.identity,
      offset,
      line,
      repeated: this.repeated,
      format: this.#format ?? '',
      header: record?.header ?? this.#header,
      referenceTime: record?.referenceTime ?? 0,
    };
  }

  #read(position: RecordPosition): void {
    this.#reader = new RecordReader(this.file, position, this.#key);
  }
}

export const FOLLOW_TOTALS = ['events', 'lines', 'bytes', 'skipped', 'malformed', 'bytesMissing', 'sequence'] as const;
export type FollowTotals = Record<(typeof FOLLOW_TOTALS)[number], number>;
