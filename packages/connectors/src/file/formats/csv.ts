import { csvFields, csvRecordEnd } from './csv-record.js';
import { toEvent } from './fields.js';
import { type Beyond, BLANK, type Format, type FormatOptions, malformed, type Parsed, type RecordSink, TOO_LONG } from './format.js';
import { type CsvColumns, csvLineReader, isPlainCsv, skipCsvField } from './scan/csv-line.js';
import { LineScanner } from './scan/line-scanner.js';
import { NameCache } from './scan/name-cache.js';
import { TimeScanner } from './scan/time-scanner.js';

/** RFC 4180; the first line names the columns, in any order, others among them. */
export class CsvFormat implements Format {
  readonly name = 'csv';
  readonly tooLong = TOO_LONG;
  readonly #options: FormatOptions;
  #header: string | null = null;
  /** Undefined if the header cannot be used: then no line can. */
  #columns: CsvColumns | undefined;
  /** For the columns as they are; undefined before the first use. */
  #scanner: LineScanner | undefined;
  /** The header is that of the file before this one: the first line may name the columns anew or be data already. */
  #inherited: boolean;

  constructor(options: FormatOptions, header: string | null, atStart = false) {
    this.#options = options;
    if (header !== null) this.#useHeader(header);
    this.#inherited = header !== null && atStart;
  }

  get header(): string | null {
    return this.#header;
  }

  recordEnd(bytes: Buffer, from: number, end: number, beyond: Beyond): number {
    return csvRecordEnd(bytes, from, end, beyond);
  }

  scan(bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink): number {
    if (this.#columns === undefined || this.#inherited) return from;
    this.#scanner ??= this.#newScanner(this.#columns);
    return this.#scanner.scan(bytes, view, from, end, sink);
  }

  #newScanner(columns: CsvColumns): LineScanner {
    const { key } = this.#options;
    // Nothing in csv is a scalar.
    const readers = { keys: new NameCache(isPlainCsv), times: new TimeScanner(), skipText: skipCsvField, skipScalar: () => -1 };
    return new LineScanner(key, readers, csvLineReader(columns, key, readers));
  }

  parse(text: string): Parsed {
    if (text.trim() === '') return BLANK;
    if (this.#header === null) return this.#useHeader(text);
    if (this.#inherited && this.#namesColumnsAnew(text)) return BLANK;
    if (this.#columns === undefined) return malformed('the first line does not name the columns');
    const fields = csvFields(text);
    if (!Array.isArray(fields)) return malformed(fields.wrong);
    const { count, userId, eventType, timestamp, ip } = this.#columns;
    if (fields.length !== count) return malformed(`${fields.length} fields where the first line names ${count}`);
    return toEvent(
      { userId: fields[userId], eventType: fields[eventType], timestamp: fields[timestamp], ip: fields[ip] },
      this.#options.key,
    );
  }

  #namesColumnsAnew(text: string): boolean {
    this.#inherited = false;
    const [header, columns] = [this.#header, this.#columns];
    if (this.#useHeader(text) === BLANK) return true;
    this.#header = header;
    this.#columns = columns;
    return false;
  }

  #useHeader(text: string): Parsed {
    this.#header = text;
    const fields = csvFields(text);
    if (!Array.isArray(fields)) return malformed(fields.wrong);
    const names = fields.map((name) => name.trim());
    const twice = ['userId', 'eventType', 'timestamp', 'ip'].find((name) => names.indexOf(name) !== names.lastIndexOf(name));
    if (twice !== undefined) return malformed(`two columns are named ${twice}`);
    const missing = ['userId', 'eventType', ...(this.#options.key === 'ip' ? ['ip'] : [])].find((name) => !names.includes(name));
    if (missing !== undefined) return malformed(`no column is named ${missing}`);
    const at = (name: string): number => names.indexOf(name);
    this.#columns = { count: names.length, userId: at('userId'), eventType: at('eventType'), timestamp: at('timestamp'), ip: at('ip') };
    return BLANK;
  }
}
