// Data plane: no allocation but the keys that are decoded.
import type { Key } from '../api/functions.js';
import { InvalidKeyError, javaHashCode, murmurHash } from '../graph/java-hash.js';
import type { MemorySegment } from '../memory/memory-segment.js';
import { SerializationError } from '../memory/serialization-error.js';
import { byteLengthOf, isWide, readLatin1, readString, writeString } from '../memory/string-codec.js';

/**
 * Keys as bytes: a tag, then the payload to the end. Canonical: two keys are equal exactly if their bytes are, so 5, 5n and "5" are three keys,
 * and 0 and −0 are one. These bytes stand in checkpoints; a tag never changes its meaning.
 */
export const TAG_LATIN1 = 1;
export const TAG_UTF16 = 2;
export const TAG_NUMBER = 3;
const TAG_BIGINT = 4;
const TAG_FALSE = 5;
export const TAG_TRUE = 6;

/** Exact, not a bound. Throws `InvalidKeyError`. */
export function encodedKeySize(key: Key): number {
  switch (typeof key) {
    case 'string':
      return 1 + (isWide(key) ? key.length * 2 : key.length);
    case 'number':
    case 'bigint':
      return 9;
    case 'boolean':
      return 1;
    default:
      throw new InvalidKeyError(key);
  }
}

/** Returns the end position. Throws `InvalidKeyError`. */
export function encodeKey(key: Key, segment: MemorySegment, position: number): number {
  switch (typeof key) {
    case 'string': {
      const lengthWord = writeString(segment, position + 1, key);
      segment.u8[position] = (lengthWord & 1) === 0 ? TAG_LATIN1 : TAG_UTF16;
      return position + 1 + byteLengthOf(lengthWord);
    }
    case 'number':
      if (Number.isNaN(key)) throw new InvalidKeyError(key);
      segment.u8[position] = TAG_NUMBER;
      // −0 becomes 0.
      segment.view.setFloat64(position + 1, key + 0, true);
      return position + 9;
    case 'bigint':
      if (BigInt.asIntN(64, key) !== key) throw new InvalidKeyError(key);
      segment.u8[position] = TAG_BIGINT;
      segment.view.setBigInt64(position + 1, key, true);
      return position + 9;
    case 'boolean':
      segment.u8[position] = key ? TAG_TRUE : TAG_FALSE;
      return position + 1;
    default:
      throw new InvalidKeyError(key);
  }
}

/** Throws `SerializationError` if the bytes are not an encoded key. */
export function decodeKey(segment: MemorySegment, position: number, length: number): Key {
  const payload = length - 1;
  switch (segment.u8[position]) {
    case TAG_LATIN1:
      if (payload >= 0) return readLatin1(segment, position + 1, payload);
      break;
    case TAG_UTF16:
      // (payload / 2) units as a length word: payload with the wide bit.
      if (payload > 0 && (payload & 1) === 0) return readString(segment, position + 1, payload | 1);
      break;
    case TAG_NUMBER:
      if (payload === 8) return segment.view.getFloat64(position + 1, true);
      break;
    case TAG_BIGINT:
      if (payload === 8) return segment.view.getBigInt64(position + 1, true);
      break;
    case TAG_FALSE:
      if (payload === 0) return false;
      break;
    case TAG_TRUE:
      if (payload === 0) return true;
      break;
  }
  throw new SerializationError('', 'the bytes of an encoded key', `tag ${segment.u8[position]}, ${length} bytes`);
}

/** `keyHash` of the key that these bytes encode, without making it. Throws `InvalidKeyError` for a NaN; what is no encoded key has a hash that says nothing. */
export function hashEncodedKey(view: DataView, position: number, length: number): number {
  const end = position + length;
  let code = 0;
  switch (view.getUint8(position)) {
    case TAG_LATIN1:
      for (let at = position + 1; at < end; at++) code = (Math.imul(code, 31) + view.getUint8(at)) | 0;
      break;
    case TAG_UTF16:
      for (let at = position + 1; at + 1 < end; at += 2) code = (Math.imul(code, 31) + view.getUint16(at, true)) | 0;
      break;
    case TAG_NUMBER:
      code = length < 9 ? 0 : javaHashCode(view.getFloat64(position + 1, true));
      break;
    case TAG_BIGINT:
      code = length < 9 ? 0 : view.getInt32(position + 1, true) ^ view.getInt32(position + 5, true);
      break;
    case TAG_FALSE:
      code = 1237;
      break;
    case TAG_TRUE:
      code = 1231;
      break;
  }
  return murmurHash(code);
}
