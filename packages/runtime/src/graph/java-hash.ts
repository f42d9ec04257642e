// Data plane: run once per record where keys are made. No allocation for strings and numbers.
import { inspect } from 'node:util';
import type { Key } from '../api/functions.js';
import { WeirError } from '../common/errors.js';

/** A key selector gave something that cannot be a key. `given` says what, in words. */
export class InvalidKeyError extends WeirError {
  readonly given: string;

  constructor(key: unknown) {
    const given = describe(key);
    super('INVALID_KEY', `a key must be a string, a number, a bigint within 64 bits or a boolean, not ${given}`);
    this.given = given;
  }
}

function describe(key: unknown): string {
  if (typeof key === 'bigint') return `the bigint ${key} (outside the 64 bits of a Java long)`;
  if (key === null || typeof key === 'undefined' || typeof key === 'number') return String(key);
  if (typeof key === 'function') return 'a function';
  if (typeof key === 'symbol') return key.toString();
  const shown = inspect(key, { depth: 0, breakLength: Infinity });
  return `the object ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`;
}

const bits = new DataView(new ArrayBuffer(8));

/**
 * What Java's `hashCode()` gives for the same key: String; Integer for an int32 (−0 counts as 0), Long for another safe integer,
 * Double for any other number; Long for a bigint; Boolean. Throws `InvalidKeyError` for everything else, NaN included.
 */
export function javaHashCode(key: Key): number {
  switch (typeof key) {
    case 'string':
      return stringHashCode(key);
    case 'number':
      return (key | 0) === key ? key | 0 : largeNumberHashCode(key);
    case 'bigint':
      if (BigInt.asIntN(64, key) !== key) throw new InvalidKeyError(key);
      bits.setBigInt64(0, key);
      return bits.getInt32(0) ^ bits.getInt32(4);
    case 'boolean':
      return key ? 1231 : 1237;
    default:
      throw new InvalidKeyError(key);
  }
}

/** By UTF-16 unit, so an unpaired surrogate counts as Java counts it. */
function stringHashCode(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return hash;
}

function largeNumberHashCode(key: number): number {
  if (Number.isSafeInteger(key)) {
    const high = Math.floor(key / 0x1_0000_0000);
    return (key - high * 0x1_0000_0000) ^ high;
  }
  if (Number.isNaN(key)) throw new InvalidKeyError(key);
  bits.setFloat64(0, key);
  return bits.getInt32(0) ^ bits.getInt32(4);
}

/** Flink's `MathUtils.murmurHash`: never negative. */
export function murmurHash(code: number): number {
  let h = Math.imul(code, 0xcc9e2d51);
  h = (h << 15) | (h >>> 17);
  h = Math.imul(h, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  h = (Math.imul(h, 5) + 0xe6546b64) ^ 4;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h ^= h >>> 16;
  // Java's Math.abs, but for the one number that has no positive counterpart.
  return h >= 0 ? h : h === -0x8000_0000 ? 0 : -h;
}

/** The hash that travels with a record and that key group and table slot are made from: murmur(key.hashCode()). */
export function keyHash(key: Key): number {
  return murmurHash(javaHashCode(key));
}
