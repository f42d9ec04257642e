import { toEvent } from './fields.js';
import { BLANK, type Format, type FormatOptions, lineEnd, malformed, type Parsed, type RecordSink, TOO_LONG } from './format.js';
import { isPlainJson, jsonLineReader, skipJsonScalar, skipJsonText } from './scan/json-line.js';
import { LineScanner } from './scan/line-scanner.js';
import { NameCache } from './scan/name-cache.js';
import { TimeScanner } from './scan/time-scanner.js';

/** One JSON object a line. */
export class NdjsonFormat implements Format {
  readonly name = 'ndjson';
  readonly header = null;
  readonly tooLong = TOO_LONG;
  readonly #options: FormatOptions;

  #scanner: LineScanner | undefined;

  constructor(options: FormatOptions) {
    this.#options = options;
  }

  scan(bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink): number {
    this.#scanner ??= this.#newScanner();
    return this.#scanner.scan(bytes, view, from, end, sink);
  }

  #newScanner(): LineScanner {
    const { key } = this.#options;
    const readers = { keys: new NameCache(isPlainJson), times: new TimeScanner(), skipText: skipJsonText, skipScalar: skipJsonScalar };
    return new LineScanner(key, readers, jsonLineReader(key, readers));
  }

  recordEnd(bytes: Buffer, from: number, end: number): number {
    return lineEnd(bytes, from, end);
  }

  parse(text: string): Parsed {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return text.trim() === '' ? BLANK : malformed('not JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed('not a JSON object');
    const fields = value as Record<string, unknown>;
    return toEvent({ userId: fields.userId, eventType: fields.eventType, timestamp: fields.timestamp, ip: fields.ip }, this.#options.key);
  }
}
