import { access, constants } from 'node:fs/promises';
import { type Counter, InputStatus, type ReaderOutput, type SourceReader, type SourceReaderContext } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import type { FilePosition, FileSourceOptions } from './file-source.js';
import type { FormatName, Parsed, RecordSink } from './formats/format.js';
import { type RecordPosition, RecordReader } from './record-reader.js';
import { SourceFileError } from './source-file-error.js';

/** Per poll, whichever is reached first. */
const MOST_EVENTS = 512;
const MOST_RECORDS = 1024;
/** Malformed lines that are published by name; the others are counted. */
const MOST_NAMED = 100;

type Events = Extract<Parsed, { kind: 'events' }>;

export class FileReader implements SourceReader<UserEvent, FilePosition> {
  readonly #options: FileSourceOptions;
  readonly #context: SourceReaderContext;
  readonly #counters: Readonly<Record<Total, Counter>>;
  readonly #totals: Totals = { events: 0, lines: 0, bytes: 0, skipped: 0, malformed: 0 };
  readonly #handOut = new HandOut(this.#totals);
  /** False for a subtask that has nothing to read. */
  #active = false;
  #file = 0;
  #reader: RecordReader | undefined;
  #opening: Promise<void> | undefined;
  #failure: unknown;
  /** The record whose events are being handed over, where it began, and how many are out. */
  #current: Events | undefined;
  #currentOffset = 0;
  #currentLine = 0;
  #repeated = 0;

  constructor(options: FileSourceOptions, context: SourceReaderContext) {
    this.#options = options;
    this.#context = context;
    const counter = (name: Total): Counter => context.counter(name);
    this.#counters = {
      events: counter('events'),
      lines: counter('lines'),
      bytes: counter('bytes'),
      skipped: counter('skipped'),
      malformed: counter('malformed'),
    };
  }

  async start(restored: readonly FilePosition[] | undefined): Promise<void> {
    const position = restored?.[0];
    this.#active = restored === undefined ? this.#context.indexOfThisSubtask === 0 : position !== undefined;
    if (!this.#active) return;
    if (position !== undefined) this.#checkList(position);
    this.#file = position?.file ?? 0;
    // Now rather than an hour later, when their turn has come.
    for (const path of this.#options.files.slice(this.#file)) {
      await access(path, constants.R_OK).catch((cause: unknown) => {
        throw SourceFileError.unreadable(path, cause);
      });
    }
    if (position !== undefined) {
      for (const name of TOTALS) this.#totals[name] = position[name];
      this.#showTotals();
    }
    if (this.#file === this.#options.files.length) return;
    await this.#open(position === undefined || position.format === '' ? undefined : position);
    if (position !== undefined && position.repeated > 0) this.#repeated = position.repeated;
  }

  /** The file that a checkpoint was reading must still be the one at that place in the list. */
  #checkList(position: FilePosition): void {
    const path = this.#options.files[position.file];
    if (position.file > this.#options.files.length || (path ?? '') !== position.path) {
      throw new SourceFileError(
        position.path || `file ${position.file + 1}`,
        `was being read as file ${position.file + 1}, which is now ${path ?? 'missing'}: give the same files in the same order`,
      );
    }
  }

  async #open(position: FilePosition | undefined): Promise<void> {
    const from: RecordPosition | undefined = position && {
      offset: position.offset,
      line: position.line,
      format: position.format as FormatName,
      header: position.header,
      referenceTime: position.referenceTime ?? 0,
    };
    this.#reader = await RecordReader.open(this.#options.files[this.#file], from, this.#options.format, this.#options.key);
  }

  pollNext(output: ReaderOutput<UserEvent>): InputStatus {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#active || this.#file === this.#options.files.length) return InputStatus.END_OF_INPUT;
    const mostEvents = this.#totals.events + MOST_EVENTS;
    let status: InputStatus | undefined;
    for (let records = 0; records < MOST_RECORDS && this.#totals.events < mostEvents && status === undefined; records++) {
      if (this.#current === undefined && !this.#scan(output, mostEvents)) break;
      status = this.#current === undefined ? this.#nextRecord() : undefined;
      if (this.#current !== undefined && !this.#handOver(output, mostEvents)) status = InputStatus.MORE_AVAILABLE;
    }
    this.#showTotals();
    return status ?? InputStatus.MORE_AVAILABLE;
  }

  /** Hands over what can be had the fast way; false if that is enough for now. */
  #scan(output: ReaderOutput<UserEvent>, mostEvents: number): boolean {
    const reader = this.#reader;
    if (reader === undefined || this.#repeated > 0) return true;
    if (!output.hasRoom()) return false;
    const { offset } = reader;
    this.#handOut.begin(output, mostEvents);
    const goesOn = reader.scan(this.#handOut);
    this.#totals.bytes += reader.offset - offset;
    return goesOn;
  }

  /** Undefined to go on. */
  #nextRecord(): InputStatus | undefined {
    const reader = this.#reader;
    if (reader === undefined) return InputStatus.NOTHING_AVAILABLE;
    const { offset, line } = reader;
    const parsed = reader.next();
    if (parsed === undefined) return InputStatus.NOTHING_AVAILABLE;
    if (parsed === null) return this.#nextFile(reader);
    if (parsed.kind === 'events') {
      this.#current = parsed;
      this.#currentOffset = offset;
      this.#currentLine = line;
    } else {
      this.#repeated = 0;
      if (parsed.kind === 'malformed') this.#nameMalformed(line + 1, parsed.reason);
      else if (parsed.kind === 'skipped') this.#totals.skipped++;
      this.#consumed(offset, line);
    }
    return undefined;
  }

  /** False if there was no room for all of it. */
  #handOver(output: ReaderOutput<UserEvent>, mostEvents: number): boolean {
    const { userId, isAbnormal, timestamp, times } = this.#current as Events;
    while (this.#repeated < times) {
      if (this.#totals.events >= mostEvents || !output.hasRoom()) return false;
      output.collect({ userId, isAbnormal, timestamp, sequence: this.#totals.events });
      this.#repeated++;
      this.#totals.events++;
    }
    this.#repeated = 0;
    this.#current = undefined;
    this.#consumed(this.#currentOffset, this.#currentLine);
    return true;
  }

  #consumed(fromOffset: number, fromLine: number): void {
    const { offset, line } = this.#reader as RecordReader;
    this.#totals.bytes += offset - fromOffset;
    this.#totals.lines += line - fromLine;
  }

  #nextFile(reader: RecordReader): InputStatus {
    this.#reader = undefined;
    this.#file++;
    const closing = reader.close().catch(() => {});
    if (this.#file === this.#options.files.length) return InputStatus.END_OF_INPUT;
    this.#opening = closing
      .then(() => this.#open(undefined))
      .catch((error: unknown) => {
        this.#failure = error;
      });
    return InputStatus.NOTHING_AVAILABLE;
  }

  isAvailable(): Promise<void> {
    return this.#reader?.ready() ?? this.#opening ?? Promise.resolve();
  }

  #nameMalformed(line: number, reason: string): void {
    const number = ++this.#totals.malformed;
    if (number <= MOST_NAMED) this.#context.publish('malformed', { file: this.#options.files[this.#file], line, reason, number });
  }

  #showTotals(): void {
    for (const name of TOTALS) this.#counters[name].inc(this.#totals[name] - this.#counters[name].count);
  }

  snapshotState(): readonly FilePosition[] {
    if (!this.#active) return [];
    const reader = this.#reader;
    const at =
      this.#current === undefined
        ? reader?.positionAt(reader.offset, reader.line)
        : reader?.positionAt(this.#currentOffset, this.#currentLine);
    return [
      {
        file: this.#file,
        path: this.#options.files[this.#file] ?? '',
        offset: at?.offset ?? 0,
        line: at?.line ?? 0,
        repeated: this.#repeated,
        format: at?.format ?? '',
        header: at?.header ?? null,
        referenceTime: at?.referenceTime ?? null,
        ...this.#totals,
      },
    ];
  }

  async close(): Promise<void> {
    await this.#opening;
    await this.#reader?.close();
  }
}

/** From the scanner to the output. */
class HandOut implements RecordSink {
  readonly #totals: Totals;
  #output: ReaderOutput<UserEvent> | undefined;
  #mostEvents = 0;
  #mostLines = 0;

  constructor(totals: Totals) {
    this.#totals = totals;
  }

  begin(output: ReaderOutput<UserEvent>, mostEvents: number): void {
    this.#output = output;
    this.#mostEvents = mostEvents;
    this.#mostLines = this.#totals.lines + MOST_RECORDS;
  }

  get lines(): number {
    return this.#totals.lines;
  }

  event(userId: string, isAbnormal: boolean, timestamp: number | null): boolean {
    const output = this.#output as ReaderOutput<UserEvent>;
    const totals = this.#totals;
    const sequence = totals.events;
    output.collect({ userId, isAbnormal, timestamp, sequence });
    totals.events = sequence + 1;
    totals.lines++;
    return sequence + 1 < this.#mostEvents && output.hasRoom();
  }

  skipped(): boolean {
    this.#totals.skipped++;
    return ++this.#totals.lines < this.#mostLines;
  }
}

const TOTALS = ['events', 'lines', 'bytes', 'skipped', 'malformed'] as const;
type Total = (typeof TOTALS)[number];
type Totals = Record<Total, number>;
