import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyKey } from '../../test/support/any-key.js';
import type { Key } from '../api/functions.js';
import { InvalidKeyError } from '../graph/java-hash.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { SerializationError } from '../memory/serialization-error.js';
import { decodeKey, encodedKeySize, encodeKey } from './key-codec.js';

function bytesOf(key: Key, position = 0, shared = false): Uint8Array {
  const size = position + encodedKeySize(key) + 8;
  const segment = new MemorySegment(shared ? new SharedArrayBuffer((size + 7) & ~7) : new ArrayBuffer((size + 7) & ~7));
  segment.u8.fill(0xa5);
  const end = encodeKey(key, segment, position);
  expect(end - position).toBe(encodedKeySize(key));
  expect(segment.u8.slice(end).every((byte) => byte === 0xa5)).toBe(true);
  expect(decodeKey(segment, position, end - position)).toBe(key);
  return segment.u8.slice(position, end);
}

describe('key codec', () => {
  it('gives back every key from any position, and writes exactly its size', () => {
    fc.assert(
      fc.property(anyKey, fc.nat({ max: 20 }), fc.boolean(), (key, position, shared) => void bytesOf(key, position, shared)),
      { numRuns: 1000 },
    );
  });

  it('gives two keys the same bytes exactly if they are equal', () => {
    const similar = fc.constantFrom<Key>(5, 5n, '5', '5n', 1, true, 'true', 0, false, '', '\u0000', '\u0001', '\u0100', '\u0001\u0000');
    const key = fc.oneof(anyKey, similar);
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Buffer.compare(bytesOf(a), bytesOf(b)) === 0).toBe(a === b);
      }),
      { numRuns: 1000 },
    );
  });

  it('has one 0', () => {
    const segment = MemorySegment.allocate(16);
    encodeKey(-0, segment, 0);
    expect(segment.u8.slice(0, 9)).toEqual(bytesOf(0));
  });

  it('takes a byte a unit where that is enough', () => {
    expect(encodedKeySize('user1')).toBe(6);
    expect(encodedKeySize('é')).toBe(2);
    expect(encodedKeySize('사용자')).toBe(7);
  });

  it.each([undefined, null, Number.NaN, {}, 2n ** 63n])('refuses %s', (key) => {
    expect(() => encodeKey(key as unknown as Key, MemorySegment.allocate(64), 0)).toThrow(InvalidKeyError);
  });

  it.each([[0], [9], [3, 1, 2], [4], [2, 65], [5, 0], [6, 0]])('refuses bytes that are no key: %s', (...bytes) => {
    const segment = MemorySegment.allocate(16);
    segment.u8.set(bytes);
    expect(() => decodeKey(segment, 0, bytes.length)).toThrow(SerializationError);
  });
});
