// Data plane: each byte of a line once.
import type { KeyField, RecordSink } from '../format.js';
import { ABNORMAL, ascii, NORMAL, standsAt } from './ascii.js';
import type { ReadLine } from './line-scanner.js';
import type { Part, PartReaders } from './line-template.js';
import { findByte, fourTimes, hasControl } from './words.js';

const [TAB, NEWLINE, CARRIAGE_RETURN, SPACE, QUOTE, COMMA, COLON, BACKSLASH, OPEN, CLOSE] = [9, 10, 13, 32, 34, 44, 58, 92, 123, 125];
const [PLUS, MINUS, DOT, ZERO, NINE, UPPER_E, LOWER_E] = [43, 45, 46, 48, 57, 69, 101];
const FOUR_QUOTES = fourTimes(QUOTE);
const FOUR_BACKSLASHES = fourTimes(BACKSLASH);

const [USER_ID, EVENT_TYPE, TIMESTAMP, IP] = ['userId', 'eventType', 'timestamp', 'ip'].map(ascii);
const LITERALS = ['true', 'false', 'null'].map(ascii);
const NULL = LITERALS[2];
const SINGLE_ESCAPES = new Set(ascii('"\\/bfnrt'));

/** Longer than any literal. */
const SCALAR_MARGIN = 8;

/** A byte within a string that stands for itself. */
export const isPlainJson = (byte: number): boolean => byte >= SPACE && byte !== BACKSLASH;

/**
 * Reads a line that is one flat JSON object with the four fields as they usually are. Whatever else it is (nested, a needed string with
 * an escape, a field twice, no JSON at all) is left to JSON.parse.
 */
export function jsonLineReader(key: KeyField, readers: PartReaders): ReadLine {
  const { keys, times } = readers;

  return function readJsonLine(
    bytes: Buffer,
    view: DataView,
    from: number,
    end: number,
    sink: RecordSink,
    parts: Part[] | undefined,
  ): number {
    let literalFrom = from;
    const note = (valueAt: number, part: Part, valueEnd: number): void => {
      if (parts === undefined) return;
      parts.push({ kind: 'literal', bytes: [...bytes.subarray(literalFrom, valueAt)] }, part);
      literalFrom = valueEnd;
    };
    let name: string | undefined;
    let isAbnormal = false;
    let time: number | null = null;
    /** Which of the fields have been there, a bit each. */
    let seen: number = Field.OTHER;
    let at = skipSpace(bytes, from, end);
    if (bytes[at] !== OPEN) return from;
    for (let separator = COMMA; separator === COMMA; ) {
      at = skipSpace(bytes, at + 1, end);
      if (at >= end || bytes[at] !== QUOTE) return from;
      const nameAt = at + 1;
      for (at = nameAt; at < end && bytes[at] !== QUOTE; at++) if (!isPlainJson(bytes[at])) return from;
      const field = fieldAt(bytes, nameAt, at);
      if ((seen & field) !== 0) return from;
      seen |= field;
      at = skipSpace(bytes, at + 1, end);
      if (at >= end || bytes[at] !== COLON) return from;
      at = skipSpace(bytes, at + 1, end);
      if (at >= end) return from;
      const isText = bytes[at] === QUOTE;
      const valueAt = isText ? at + 1 : at;
      const isNull = !isText && standsAt(bytes, at, NULL);
      if (field === (key === 'user' ? Field.USER_ID : Field.IP)) {
        name = isText ? keys.read(bytes, view, valueAt, end, FOUR_QUOTES) : undefined;
        if (name === undefined || (name === '' && key === 'ip')) return from;
        at = keys.end;
        note(valueAt, { kind: 'key', until: QUOTE }, at);
      } else if (field === Field.EVENT_TYPE) {
        isAbnormal = standsAt(bytes, valueAt, ABNORMAL);
        if (!isText || !(isAbnormal || standsAt(bytes, valueAt, NORMAL))) return from;
        at = valueAt + (isAbnormal ? ABNORMAL : NORMAL).length;
        if (bytes[at] !== QUOTE) return from;
        note(valueAt, { kind: 'eventType' }, at);
      } else if (field === Field.TIMESTAMP && !isNull) {
        if (isText) {
          if (!times.text(bytes, view, valueAt, end, QUOTE)) return from;
          time = times.value;
        } else {
          time = times.milliseconds(bytes, view, valueAt, end);
          if (Number.isNaN(time)) return from;
        }
        at = times.end;
        note(valueAt, isText ? { kind: 'time', until: QUOTE } : { kind: 'milliseconds' }, at);
      } else if (isText) {
        at = skipJsonText(bytes, view, valueAt, end);
        if (at === -1) return from;
        note(valueAt, { kind: 'text', until: QUOTE }, at);
      } else if (isNull) {
        if (field === Field.USER_ID) return from;
        at += NULL.length;
      } else {
        if (field !== Field.OTHER) return from;
        at = skipJsonScalar(bytes, valueAt, end);
        if (at === -1) return from;
        note(valueAt, { kind: 'scalar' }, at);
      }
      at = skipSpace(bytes, isText ? at + 1 : at, end);
      separator = bytes[at];
    }
    if (at >= end || bytes[at] !== CLOSE) return from;
    at = skipSpace(bytes, at + 1, end);
    if (at >= end || bytes[at] !== NEWLINE || name === undefined || (seen & Field.NEEDED) !== Field.NEEDED) return from;
    parts?.push({ kind: 'literal', bytes: [...bytes.subarray(literalFrom, at + 1)] });
    return sink.event(name, isAbnormal, time) ? at + 1 : ~(at + 1);
  };
}

/** The fields, a bit each; what else there is has none. */
const Field = { OTHER: 0, USER_ID: 1, EVENT_TYPE: 2, TIMESTAMP: 4, IP: 8, NEEDED: 1 | 2 } as const;

function fieldAt(bytes: Buffer, from: number, to: number): number {
  switch (to - from) {
    case USER_ID.length:
      return standsAt(bytes, from, USER_ID) ? Field.USER_ID : Field.OTHER;
    case EVENT_TYPE.length:
      if (standsAt(bytes, from, EVENT_TYPE)) return Field.EVENT_TYPE;
      return standsAt(bytes, from, TIMESTAMP) ? Field.TIMESTAMP : Field.OTHER;
    case IP.length:
      return standsAt(bytes, from, IP) ? Field.IP : Field.OTHER;
    default:
      return Field.OTHER;
  }
}

/** All white space of JSON but the end of the line. */
function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CARRIAGE_RETURN)) at++;
  return at;
}

/** The closing quote of a string whose first byte is at `from`; -1 if it is none of JSON. */
export function skipJsonText(bytes: Buffer, view: DataView, from: number, end: number): number {
  let at = from;
  while (at + 4 <= end) {
    const word = view.getInt32(at, true);
    if ((findByte(word, FOUR_QUOTES) | findByte(word, FOUR_BACKSLASHES) | hasControl(word)) === 0) {
      at += 4;
      continue;
    }
    // One of these four it is, or one that `hasControl` takes for one.
    for (const behind = at + 4; at < behind; ) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte < SPACE) return -1;
      at = byte === BACKSLASH ? skipEscape(bytes, at, end) : at + 1;
      if (at === -1) return -1;
    }
  }
  return -1;
}

function skipEscape(bytes: Buffer, at: number, end: number): number {
  if (at + 6 > end) return -1;
  if (SINGLE_ESCAPES.has(bytes[at + 1])) return at + 2;
  if (bytes[at + 1] !== 117) return -1;
  for (let digit = at + 2; digit < at + 6; digit++) {
    const byte = bytes[digit];
    const isHex = isDigit(byte) || ((byte | 32) >= 97 && (byte | 32) <= 102);
    if (!isHex) return -1;
  }
  return at + 6;
}

/** Behind a number, true, false or null. */
export function skipJsonScalar(bytes: Buffer, from: number, end: number): number {
  // A look past the end of a Buffer has the code compiled anew, slower.
  if (from + SCALAR_MARGIN > end) return -1;
  for (const literal of LITERALS) if (standsAt(bytes, from, literal)) return from + literal.length;
  let at = bytes[from] === MINUS ? from + 1 : from;
  const integer = skipDigits(bytes, at, end);
  if (integer === at || (bytes[at] === ZERO && integer > at + 1)) return -1;
  at = integer;
  if (bytes[at] === DOT) {
    const fraction = skipDigits(bytes, at + 1, end);
    if (fraction === at + 1) return -1;
    at = fraction;
  }
  if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
    const digits = bytes[at + 1] === PLUS || bytes[at + 1] === MINUS ? at + 2 : at + 1;
    at = skipDigits(bytes, digits, end);
    if (at === digits) return -1;
  }
  return at;
}

/** Stops short of the end: what stands there is not complete. */
function skipDigits(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end - 2 && isDigit(bytes[at])) at++;
  return at;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;
