import { type KeyField, malformed, type Parsed } from './format.js';

/** The four fields of an event as ndjson and csv have them; undefined or null for one that is not there. */
export interface Fields {
  readonly userId: unknown;
  readonly eventType: unknown;
  readonly timestamp: unknown;
  readonly ip: unknown;
}

/** Checks them alike for both formats, so that one event cannot be taken in one and refused in the other. */
export function toEvent(fields: Fields, key: KeyField): Parsed {
  const { userId, eventType, ip } = fields;
  if (typeof userId !== 'string') return malformed(userId === undefined ? 'userId is missing' : 'userId is not text');
  if (eventType !== 'normal' && eventType !== 'abnormal') {
    return malformed(eventType === undefined ? 'eventType is missing' : 'eventType is neither normal nor abnormal');
  }
  const timestamp = toTimestamp(fields.timestamp);
  if (timestamp === undefined) return malformed('timestamp is neither milliseconds nor ISO 8601');
  if (ip !== undefined && ip !== null && typeof ip !== 'string') return malformed('ip is not text');
  if (key === 'ip' && !ip) return malformed('ip is missing');
  return { kind: 'events', userId: key === 'ip' ? (ip as string) : userId, isAbnormal: eventType === 'abnormal', timestamp, times: 1 };
}

const DIGITS = /^-?\d{1,16}$/;
/** Date alone, or date and time with any part of it that ISO 8601 lets one leave out; without a zone it is local time. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/** The range of a JavaScript date. */
const LATEST = 8.64e15;

/** Null for none, undefined for one that cannot be read. */
export function toTimestamp(value: unknown): number | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number') return Math.abs(value) <= LATEST ? Math.floor(value) : undefined;
  if (typeof value !== 'string') return undefined;
  if (DIGITS.test(value)) return toTimestamp(Number(value));
  return ISO_8601.test(value) ? isoTimestamp(value) : undefined;
}

/** `text` has the form of ISO 8601; undefined if there is no such date. */
export function isoTimestamp(text: string): number | undefined {
  // What Date.parse takes is narrower than ISO 8601: a T, a dot, a zone with a colon and minutes.
  const usual = text
    .toUpperCase()
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/(T.*[+-]\d{2})$/, '$1:00')
    .replace(/(T.*[+-]\d{2})(\d{2})$/, '$1:$2');
  const time = Date.parse(usual);
  if (Number.isNaN(time)) return undefined;
  // Date.parse turns 30 February into 1 or 2 March.
  const day = Number(text.slice(8, 10));
  const inMonth = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= inMonth ? time : undefined;
}
