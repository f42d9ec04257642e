import { toEvent } from './fields.js';
import { BLANK, type Format, type FormatOptions, lineEnd, malformed, type Parsed, TOO_LONG } from './format.js';

/** One JSON object a line. */
export class NdjsonFormat implements Format {
  readonly name = 'ndjson';
  readonly header = null;
  readonly tooLong = TOO_LONG;
  readonly #options: FormatOptions;

  constructor(options: FormatOptions) {
    this.#options = options;
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
