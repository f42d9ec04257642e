// Data plane: each byte of a line once.
import type { FormatOptions, RecordSink } from '../format.js';
import { syslogTimestamp } from '../syslog-timestamp.js';
import { NameCache } from './name-cache.js';
import { TimeScanner, twoDigits, wholeMinute } from './time-scanner.js';
import { findByte, firstFound, fourTimes, wordOf } from './words.js';

const [NEWLINE, SPACE, DASH, COLON, CLOSE_BRACKET, LOWER_M] = [10, 32, 45, 58, 93, 109];
const FOUR_NEWLINES = fourTimes(NEWLINE);
const FOUR_BRACKETS = fourTimes(91);
const [SSHD, DASH_SES, SION] = [wordOf('sshd'), wordOf('-ses'), wordOf('sion')];
const [FAIL, ED_, ACCE, PTED] = [wordOf('Fail'), wordOf('ed \0'), wordOf('Acce'), wordOf('pted')];
const [FOR, INVA, LID_, USER, FROM, PORT] = [' for', 'inva', 'lid ', 'user', 'from', 'port'].map(wordOf);
const INVALID_USER_LENGTH = 'invalid user '.length;
/** How far before a byte ` from ` may begin that has it, but not first; most bytes are in none. */
const BACK = new Uint8Array(256).fill(6);
for (const [index, character] of [...' from '].entries()) if (index > 0) BACK[character.charCodeAt(0)] = index;
/** `Dec 10 06:55:`. */
const MINUTE_LENGTH = 13;
const STAMP_LENGTH = MINUTE_LENGTH + 2;
/** Bytes that may be looked at before it is known that a line has them. */
const MARGIN = 64;

/** Finds attempts to log in in lines of sshd, and passes over all that `SshdFormat.parse` would skip; leaves to it what is not as usual. */
export class SshdLineScanner {
  readonly #options: FormatOptions;
  readonly #names = new NameCache(() => true);
  readonly #times = new TimeScanner();
  readonly #minute = new Int32Array(3);
  /** As `wholeMinute`, against which reference time. */
  #minuteTime = Number.NaN;
  #minuteReference = Number.NaN;

  constructor(options: FormatOptions) {
    this.#options = options;
  }

  /** As `Format.scan`. */
  scan(bytes: Buffer, view: DataView, start: number, end: number, sink: RecordSink): number {
    for (let from = start; ; ) {
      const next = this.#line(bytes, view, from, end, sink);
      if (next <= from) return next;
      from = next;
    }
  }

  #line(bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink): number {
    // A line of white space alone is none, and what else is white space only a string knows.
    if (from + MARGIN > end || bytes[from] <= SPACE || bytes[from] > 126) return from;
    const message = findMessage(bytes, view, from, end);
    if (message === -1) return from;
    if (message < 0) return sink.skipped() ? ~message : message;
    if (message + MARGIN > end || bytes[message] === LOWER_M) return from;
    const first = view.getInt32(message, true);
    const second = view.getInt32(message + 4, true);
    const isFailed = first === FAIL && (second & 0xffffff) === ED_;
    const isAccepted = first === ACCE && second === PTED && bytes[message + 8] === SPACE;
    const lineEnd = findLineEnd(view, message, end);
    if (lineEnd === -1) return from;
    if (!isFailed && !isAccepted) return sink.skipped() ? lineEnd + 1 : ~(lineEnd + 1);
    const methodEnd = skipToken(bytes, message + (isFailed ? 7 : 9), end);
    if (methodEnd === -1 || methodEnd + 5 > lineEnd || view.getInt32(methodEnd, true) !== FOR || bytes[methodEnd + 4] !== SPACE)
      return from;
    const named = methodEnd + 5;
    const origin = findOrigin(bytes, view, named, lineEnd);
    if (origin === -1) return from;
    const ipAt = origin + 6;
    const ipEnd = skipToken(bytes, ipAt, lineEnd);
    if (ipEnd === -1 || ipEnd + 6 >= lineEnd || view.getInt32(ipEnd + 1, true) !== PORT || bytes[ipEnd + 5] !== SPACE) return from;
    const digit = bytes[ipEnd + 6] - 48;
    if (digit < 0 || digit > 9) return from;
    const time = this.#time(bytes, view, from, end);
    if (Number.isNaN(time)) return from;
    const { key } = this.#options;
    let nameAt = key === 'ip' ? ipAt : named;
    if (key === 'user' && origin >= named + INVALID_USER_LENGTH && isInvalidUser(bytes, view, named)) nameAt += INVALID_USER_LENGTH;
    const name = this.#names.slice(bytes, view, nameAt, key === 'ip' ? ipEnd : origin);
    if (name === undefined) return from;
    return sink.event(name, isFailed, time) ? lineEnd + 1 : ~(lineEnd + 1);
  }

  /** NaN if it is left to the general parser. */
  #time(bytes: Buffer, view: DataView, from: number, end: number): number {
    if (bytes[from + 4] === DASH) {
      const time = this.#times.iso8601(bytes, view, from, end);
      return bytes[this.#times.end] === SPACE ? time : Number.NaN;
    }
    const { referenceTime } = this.#options;
    const minute = this.#minute;
    if (
      minute[0] !== view.getInt32(from, true) ||
      minute[1] !== view.getInt32(from + 4, true) ||
      minute[2] !== view.getInt32(from + 8, true) ||
      this.#minuteReference !== referenceTime
    ) {
      this.#readMinute(bytes, view, from, referenceTime);
    }
    const seconds = twoDigits(bytes, from + MINUTE_LENGTH);
    const isStamp = bytes[from + MINUTE_LENGTH - 1] === COLON && bytes[from + STAMP_LENGTH] === SPACE && seconds >= 0 && seconds <= 59;
    return isStamp ? this.#minuteTime + seconds * 1000 : Number.NaN;
  }

  #readMinute(bytes: Buffer, view: DataView, from: number, referenceTime: number): void {
    for (let word = 0; word < 3; word++) this.#minute[word] = view.getInt32(from + word * 4, true);
    this.#minuteReference = referenceTime;
    const text = bytes.toString('latin1', from, from + MINUTE_LENGTH - 1);
    this.#minuteTime = /^[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}$/.test(text)
      ? wholeMinute(syslogTimestamp(`${text}:00 `, referenceTime), syslogTimestamp(`${text}:59 `, referenceTime))
      : Number.NaN;
  }
}

/**
 * Behind the first tag of a line, `sshd[1]: ` or `sshd-session[1]: `; `~` of where the next line begins if this one has no tag; -1 (that is
 * `~0`, where none begins) if it does not end.
 */
function findMessage(bytes: Buffer, view: DataView, from: number, end: number): number {
  for (let at = from; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true);
    const newline = findByte(word, FOUR_NEWLINES);
    const bracket = findByte(word, FOUR_BRACKETS);
    if ((newline | bracket) === 0) continue;
    for (let i = at; i < at + 4; i++) {
      if (bytes[i] === NEWLINE) return ~(i + 1);
      const message = bytes[i] === 91 ? behindTag(bytes, view, from, i, end) : -1;
      if (message !== -1) return message;
    }
  }
  return -1;
}

/** Behind the tag whose bracket is at `bracket`; -1 if it is not one. */
function behindTag(bytes: Buffer, view: DataView, from: number, bracket: number, end: number): number {
  if (bracket - 4 < from) return -1;
  const before = view.getInt32(bracket - 4, true);
  const isSession =
    before === SION && bracket - 12 >= from && view.getInt32(bracket - 8, true) === DASH_SES && view.getInt32(bracket - 12, true) === SSHD;
  if (before !== SSHD && !isSession) return -1;
  let at = bracket + 1;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) at++;
  if (at === bracket + 1 || at + 3 > end) return -1;
  return bytes[at] === CLOSE_BRACKET && bytes[at + 1] === COLON && bytes[at + 2] === SPACE ? at + 3 : -1;
}

function findLineEnd(view: DataView, from: number, end: number): number {
  for (let at = from; at + 4 <= end; at += 4) {
    const found = findByte(view.getInt32(at, true), FOUR_NEWLINES);
    if (found !== 0) return at + firstFound(found);
  }
  return -1;
}

/** Behind the token that begins at `from`, on the space after it; -1 if there is none, or one of other than ASCII. */
function skipToken(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] > SPACE && bytes[at] < 127) at++;
  return at === from || at >= end || bytes[at] !== SPACE ? -1 : at;
}

/** Where the last ` from ` begins; -1 if there is none. */
function findOrigin(bytes: Buffer, view: DataView, from: number, lineEnd: number): number {
  for (let at = lineEnd - 6; at >= from; at -= BACK[bytes[at]]) {
    if (bytes[at] === SPACE && view.getInt32(at + 1, true) === FROM && bytes[at + 5] === SPACE) return at;
  }
  return -1;
}

function isInvalidUser(bytes: Buffer, view: DataView, at: number): boolean {
  return (
    view.getInt32(at, true) === INVA &&
    view.getInt32(at + 4, true) === LID_ &&
    view.getInt32(at + 8, true) === USER &&
    bytes[at + 12] === SPACE
  );
}
