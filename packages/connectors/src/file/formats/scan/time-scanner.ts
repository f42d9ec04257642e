// Data plane: one look a record; what changes from record to record is a few digits.
import { isoTimestamp } from '../fields.js';
import { fourDigits, wordOf } from './words.js';

const ZERO = 48;
const DASH = 45;
const COLON = 58;
const MINUTE_MS = 60_000;
/** `2024-02-29T12:00`. */
const MINUTE_LENGTH = 16;
const [DOT, PLUS, UPPER_Z, LOWER_Z] = [46, 43, 90, 122];
/** More than the longest time that is read here. */
const ROOM = 40;

/** Times as they stand in most files: milliseconds of 8 to 15 digits, and ISO 8601 with date and time to the second. */
export class TimeScanner {
  /** What was read last, and where it ends. */
  value: number | null = null;
  end = 0;
  #first = wordOf('1000');
  #second = wordOf('0000');
  /** What the first eight digits say. */
  #leading = 10_000_000;
  readonly #minute = new Int32Array(4);
  /** When the minute of `#minute` begins in UTC, as `wholeMinute`. */
  #minuteTime = Number.NaN;
  /** The same of a text without a zone: local time. */
  #localMinuteTime = Number.NaN;

  /** The number there, without a sign; NaN if it is not of 8 to 15 digits, or begins with a zero. `end` is behind it. */
  milliseconds(bytes: Buffer, view: DataView, from: number, end: number): number {
    if (from + ROOM > end) return Number.NaN;
    const first = view.getInt32(from, true);
    const second = view.getInt32(from + 4, true);
    if ((first !== this.#first || second !== this.#second) && !this.#lead(first, second)) return Number.NaN;
    let at = from + 8;
    let rest = 0;
    let power = 1;
    for (let digits = 0; digits < 7; digits++, at++) {
      const digit = bytes[at] - ZERO;
      if (digit < 0 || digit > 9) break;
      rest = (Math.imul(rest, 10) + digit) | 0;
      power = Math.imul(power, 10);
    }
    this.end = at;
    return this.#leading * power + rest;
  }

  #lead(first: number, second: number): boolean {
    const high = fourDigits(first);
    const low = fourDigits(second);
    if (high < 1000 || low < 0) return false;
    this.#first = first;
    this.#second = second;
    this.#leading = high * 10_000 + low;
    return true;
  }

  /** Puts the time that is written there, up to a byte `until`, into `value`; false if it is not of a form that is known here. */
  text(bytes: Buffer, view: DataView, from: number, end: number, until: number): boolean {
    if (from + ROOM > end) return false;
    if (bytes[from] === until) {
      this.value = null;
      this.end = from;
      return true;
    }
    const read = bytes[from + 4] === DASH ? this.iso8601(bytes, view, from, end) : this.milliseconds(bytes, view, from, end);
    if (Number.isNaN(read) || bytes[this.end] !== until) return false;
    this.value = read;
    return true;
  }

  /** NaN if it is not `YYYY-MM-DDTHH:MM:SS` with what may follow; `end` is behind it, whatever stands there. */
  iso8601(bytes: Buffer, view: DataView, from: number, end: number): number {
    if (from + ROOM > end) return Number.NaN;
    const minute = this.#minute;
    for (let word = 0; word < 4; word++) {
      if (minute[word] !== view.getInt32(from + word * 4, true)) {
        this.#readMinute(bytes, view, from);
        break;
      }
    }
    let at = from + MINUTE_LENGTH;
    const seconds = twoDigits(bytes, at + 1);
    if (bytes[at] !== COLON || seconds < 0 || seconds > 59) return Number.NaN;
    at += 3;
    let ms = seconds * 1000;
    if (bytes[at] === DOT) {
      at++;
      let digits = 0;
      for (let weight = 100; digits < 9; digits++, at++) {
        const digit = bytes[at] - ZERO;
        if (digit < 0 || digit > 9) break;
        ms += digit * weight;
        weight = weight > 1 ? weight / 10 : 0;
      }
      if (digits === 0) return Number.NaN;
    }
    this.end = at + 1;
    const zone = bytes[at];
    if (zone === UPPER_Z || zone === LOWER_Z) return this.#minuteTime + ms;
    if (zone !== PLUS && zone !== DASH) {
      this.end = at;
      return this.#localMinuteTime + ms;
    }
    const hours = twoDigits(bytes, at + 1);
    const minutes = twoDigits(bytes, at + 4);
    // No place on Earth is further off; what is written nevertheless is for the general parser.
    if (hours < 0 || hours > 14 || bytes[at + 3] !== COLON || minutes < 0 || minutes > 59) return Number.NaN;
    this.end = at + 6;
    const offset = (hours * 60 + minutes) * MINUTE_MS;
    return this.#minuteTime + ms + (zone === PLUS ? -offset : offset);
  }

  #readMinute(bytes: Buffer, view: DataView, from: number): void {
    for (let word = 0; word < 4; word++) this.#minute[word] = view.getInt32(from + word * 4, true);
    const text = bytes.toString('latin1', from, from + MINUTE_LENGTH);
    const isMinute = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}$/.test(text);
    this.#minuteTime = isMinute ? wholeMinute(isoTimestamp(`${text}:00Z`), isoTimestamp(`${text}:59Z`)) : Number.NaN;
    this.#localMinuteTime = isMinute ? wholeMinute(isoTimestamp(`${text}:00`), isoTimestamp(`${text}:59`)) : Number.NaN;
  }
}

/** The first second of a minute, if the others are to be had by addition, else NaN: there is no such minute, or clocks are changed within it. */
export function wholeMinute(first: number | null | undefined, last: number | null | undefined): number {
  return typeof first === 'number' && last === first + 59_000 ? first : Number.NaN;
}

/** -1 if they are none. */
export function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at] - ZERO;
  const ones = bytes[at + 1] - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
