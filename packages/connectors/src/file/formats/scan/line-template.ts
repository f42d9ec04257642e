// Data plane: the loop that reads lines is compiled for the form they have.
import type { KeyField, RecordSink } from '../format.js';
import type { NameCache } from './name-cache.js';
import type { TimeScanner } from './time-scanner.js';
import { fourTimes, wordOf } from './words.js';

/** What stands in a line, part by part; two lines of the same parts differ in what they say alone. */
export type Part =
  /** These very bytes. */
  | { readonly kind: 'literal'; readonly bytes: readonly number[] }
  /** What is counted, as it stands up to a byte `until`. */
  | { readonly kind: 'key'; readonly until: number }
  /** `normal` or `abnormal`. */
  | { readonly kind: 'eventType' }
  /** Digits. */
  | { readonly kind: 'milliseconds' }
  /** A time as text, up to a byte `until`. */
  | { readonly kind: 'time'; readonly until: number }
  /** What nobody asks for: text up to a byte `until`, a value without quotes up to what cannot be part of it. */
  | { readonly kind: 'text'; readonly until: number }
  | { readonly kind: 'scalar' };

/** What the parts of a format are read by. */
export interface PartReaders {
  readonly keys: NameCache;
  readonly times: TimeScanner;
  /** Where a text that begins at `at` ends, on a byte `until`; -1 if it is not to be passed over unseen. */
  skipText(bytes: Buffer, view: DataView, at: number, end: number, until: number): number;
  /** Behind the value that begins at `at`; -1 if it is none. */
  skipScalar(bytes: Buffer, at: number, end: number): number;
}

/**
 * Reads as many lines of its form as there are in a row from `from` on, and hands each to `sink`. Returns where the first begins that is of
 * another form, or is not complete; `~` of where the next one begins if the sink wants no more.
 */
export type LineTemplate = (bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink, readers: PartReaders) => number;

/** A word is compared within the part before it is known to end there, so that many bytes must follow. */
const MARGIN = 16;
const [NORM, AL, ABNO, RMAL] = [wordOf('norm'), wordOf('al\0\0'), wordOf('abno'), wordOf('rmal')];

/** `new Function` as for serializers: bytes to compare with are numbers within the code then, and no loop goes over parts. Nothing in it comes from the input but numbers. */
export function compileTemplate(parts: readonly Part[], key: KeyField): LineTemplate {
  const code = parts.map((part) => partCode(part, key)).join('\n');
  const factory = new Function(`return function readLines(bytes, view, from, end, sink, readers) {
  const { keys, times } = readers;
  for (;;) {
    let at = from, name = '', isAbnormal = false, time = null, word = 0, next = 0;
${code}
    from = at;
    if (!sink.event(name, isAbnormal, time)) return ~from;
  }
}`) as () => LineTemplate;
  return factory();
}

function partCode(part: Part, key: KeyField): string {
  switch (part.kind) {
    case 'literal':
      return literalCode(part.bytes);
    case 'key':
      return `name = keys.read(bytes, view, at, end, ${fourTimes(part.until)});
    if (name === undefined${key === 'ip' ? " || name === ''" : ''}) return from;
    at = keys.end;`;
    case 'eventType':
      return `if (at + ${MARGIN} > end) return from;
    word = view.getInt32(at, true);
    next = view.getInt32(at + 4, true);
    if (word === ${NORM} && (next & 0xffff) === ${AL}) at += 6;
    else if (word === ${ABNO} && next === ${RMAL}) { at += 8; isAbnormal = true; }
    else return from;`;
    case 'milliseconds':
      return `time = times.milliseconds(bytes, view, at, end);
    if (time !== time) return from;
    at = times.end;`;
    case 'time':
      return `if (!times.text(bytes, view, at, end, ${part.until})) return from;
    time = times.value;
    at = times.end;`;
    case 'text':
      return `at = readers.skipText(bytes, view, at, end, ${part.until});
    if (at === -1) return from;`;
    case 'scalar':
      return `at = readers.skipScalar(bytes, at, end);
    if (at === -1) return from;`;
  }
}

function literalCode(bytes: readonly number[]): string {
  const { length } = bytes;
  if (length === 0) return '';
  const word = (at: number): number => [0, 1, 2, 3].reduce((all, i) => all | ((bytes[at + i] ?? 0) << (8 * i)), 0);
  const tests: string[] = [];
  for (let at = 0; at + 4 <= length; at += 4) tests.push(`view.getInt32(at + ${at}, true) !== ${word(at)}`);
  const rest = length % 4;
  if (rest !== 0) tests.push(`(view.getInt32(at + ${length - rest}, true) & ${(1 << (8 * rest)) - 1}) !== ${word(length - rest)}`);
  return `    if (at + ${length + 4} > end) return from;
    if (${tests.join(' || ')}) return from;
    at += ${length};`;
}
