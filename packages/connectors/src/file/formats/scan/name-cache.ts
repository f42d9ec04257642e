// Data plane: one look a record.
import { findByte, firstFound } from './words.js';

const SLOT_BITS = 13;
/** Longer names are made anew each time; an UUID is within. */
const WORDS = 10;
/** Where a field is not closed all the lines behind it are not gone through, again for each such line. */
const LONGEST = 512;
/** Odd, with bits all over: the golden ratio's. */
const MIX = 0x9e3779b1;

/** What every Buffer of Node has, its types do not say. */
interface Slices {
  latin1Slice(start: number, end: number): string;
}

/**
 * The bytes of a field as a string, the same string again for the bytes that stood in its slot last. A string made from bytes costs more
 * than all else that is done with a line, and most lines are about users who were there before.
 */
export class NameCache {
  /** Where the field that was read last ends. */
  end = 0;
  readonly #isOrdinary: (byte: number) => boolean;
  readonly #lengths = new Int32Array(1 << SLOT_BITS).fill(-1);
  readonly #words = new Int32Array(WORDS << SLOT_BITS);
  readonly #names: string[] = new Array(1 << SLOT_BITS).fill('');

  /** `isOrdinary`: a byte that stands for itself. A name with another is left to the general parser. */
  constructor(isOrdinary: (byte: number) => boolean) {
    this.#isOrdinary = isOrdinary;
  }

  /** The field from `from` to the first byte of `until` (four times); undefined if it does not end, or is not one to be read as it stands. */
  read(bytes: Buffer, view: DataView, from: number, end: number, until: number): string | undefined {
    const last = Math.min(end, from + LONGEST) - 4;
    let at = from;
    let hash = 0;
    let word = 0;
    let found = 0;
    for (;;) {
      if (at > last) return undefined;
      word = view.getInt32(at, true);
      found = findByte(word, until);
      if (found !== 0) break;
      hash = Math.imul(hash ^ word, MIX);
      at += 4;
    }
    const rest = firstFound(found);
    this.end = at + rest;
    return this.#look(bytes, view, from, at, rest, word & ((1 << (rest * 8)) - 1), hash);
  }

  /** The field of `[from, to)`, whatever stands in it. */
  slice(bytes: Buffer, view: DataView, from: number, to: number): string | undefined {
    let at = from;
    let hash = 0;
    for (; at + 4 <= to; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), MIX);
    let tail = 0;
    for (let last = to - 1; last >= at; last--) tail = (tail << 8) | bytes[last];
    return this.#look(bytes, view, from, at, to - at, tail, hash);
  }

  /** `tail`: the `rest` bytes from `at` on, behind the whole words. */
  #look(bytes: Buffer, view: DataView, from: number, at: number, rest: number, tail: number, wordsHash: number): string | undefined {
    const length = at + rest - from;
    if (length >= WORDS * 4) return this.#make(bytes, from, at + rest);
    const hash = Math.imul(wordsHash ^ tail, MIX);
    const slot = (hash ^ (hash >>> 15)) & ((1 << SLOT_BITS) - 1);
    const words = this.#words;
    let index = slot * WORDS;
    if (this.#lengths[slot] === length) {
      let compared = from;
      while (compared < at && words[index] === view.getInt32(compared, true)) {
        compared += 4;
        index++;
      }
      if (compared === at && words[index] === tail) return this.#names[slot];
    }
    const name = this.#make(bytes, from, at + rest);
    if (name !== undefined) this.#keep(view, from, at, tail, slot, length, name);
    return name;
  }

  #keep(view: DataView, from: number, at: number, tail: number, slot: number, length: number, name: string): void {
    let index = slot * WORDS;
    for (let kept = from; kept < at; kept += 4) this.#words[index++] = view.getInt32(kept, true);
    this.#words[index] = tail;
    this.#lengths[slot] = length;
    this.#names[slot] = name;
  }

  #make(bytes: Buffer, from: number, to: number): string | undefined {
    let all = 0;
    for (let at = from; at < to; at++) {
      if (!this.#isOrdinary(bytes[at])) return undefined;
      all |= bytes[at];
    }
    // Not by `toString`, which costs as much again as making the string.
    return all < 128 ? (bytes as Buffer & Slices).latin1Slice(from, to) : bytes.toString('utf8', from, to);
  }
}
