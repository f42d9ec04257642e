// Data plane: each byte of a line once.
import type { KeyField, RecordSink } from '../format.js';
import { ABNORMAL, NORMAL, standsAt } from './ascii.js';
import type { ReadLine } from './line-scanner.js';
import type { Part, PartReaders } from './line-template.js';
import { fourTimes } from './words.js';

const [NEWLINE, CARRIAGE_RETURN, SPACE, QUOTE, COMMA] = [10, 13, 32, 34, 44];

/** Where the columns are, as the header says; -1 for one that is not there. */
export interface CsvColumns {
  readonly count: number;
  readonly userId: number;
  readonly eventType: number;
  readonly timestamp: number;
  readonly ip: number;
}

/** A byte of a field that stands for itself, within quotes or without. */
export const isPlainCsv = (byte: number): boolean => byte >= SPACE && byte !== QUOTE && byte !== COMMA;

/** Reads a line whose fields are plain, with quotes around them or without; others are left to the general parser. */
export function csvLineReader(columns: CsvColumns, key: KeyField, readers: PartReaders): ReadLine {
  const { keys, times } = readers;
  const keyColumn = key === 'user' ? columns.userId : columns.ip;

  return function readCsvLine(
    bytes: Buffer,
    view: DataView,
    from: number,
    end: number,
    sink: RecordSink,
    parts: Part[] | undefined,
  ): number {
    let literalFrom = from;
    let name = '';
    let isAbnormal = false;
    let time: number | null = null;
    let at = from;
    for (let column = 0; column < columns.count; column++) {
      const isQuoted = bytes[at] === QUOTE;
      const valueAt = isQuoted ? at + 1 : at;
      const until = isQuoted ? QUOTE : column < columns.count - 1 ? COMMA : lineEndByte(bytes, valueAt, end);
      if (until === -1) return from;
      let part: Part;
      if (column === keyColumn) {
        const read = keys.read(bytes, view, valueAt, end, fourTimes(until));
        if (read === undefined || (read === '' && key === 'ip')) return from;
        name = read;
        at = keys.end;
        part = { kind: 'key', until };
      } else if (column === columns.eventType) {
        at = eventTypeEnd(bytes, valueAt);
        if (at === -1) return from;
        isAbnormal = at - valueAt === ABNORMAL.length;
        part = { kind: 'eventType' };
      } else if (column === columns.timestamp) {
        if (!times.text(bytes, view, valueAt, end, until)) return from;
        time = times.value;
        at = times.end;
        part = { kind: 'time', until };
      } else {
        at = skipCsvField(bytes, view, valueAt, end, until);
        if (at === -1) return from;
        part = { kind: 'text', until };
      }
      parts?.push({ kind: 'literal', bytes: [...bytes.subarray(literalFrom, valueAt)] }, part);
      literalFrom = at;
      if (isQuoted && bytes[at++] !== QUOTE) return from;
      if (column < columns.count - 1 && bytes[at++] !== COMMA) return from;
    }
    if (bytes[at] === CARRIAGE_RETURN) at++;
    if (at >= end || bytes[at] !== NEWLINE) return from;
    parts?.push({ kind: 'literal', bytes: [...bytes.subarray(literalFrom, at + 1)] });
    return sink.event(name, isAbnormal, time) ? at + 1 : ~(at + 1);
  };
}

/** The first byte of what ends the line: its newline, or the carriage return before it. */
function lineEndByte(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (bytes[at] === NEWLINE) return at > from && bytes[at - 1] === CARRIAGE_RETURN ? CARRIAGE_RETURN : NEWLINE;
  }
  return -1;
}

/** -1 if it is none. */
function eventTypeEnd(bytes: Buffer, from: number): number {
  if (standsAt(bytes, from, NORMAL)) return from + NORMAL.length;
  return standsAt(bytes, from, ABNORMAL) ? from + ABNORMAL.length : -1;
}

/** Where a field that nobody asks for ends, on `until`; -1 if it is not plain. */
export function skipCsvField(bytes: Buffer, _view: DataView, from: number, end: number, until: number): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === until) return at;
    if (!isPlainCsv(byte)) return -1;
  }
  return -1;
}
