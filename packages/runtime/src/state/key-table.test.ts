import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyKey } from '../../test/support/any-key.js';
import type { Key } from '../api/functions.js';
import { keyHash } from '../graph/java-hash.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { encodedKeySize, encodeKey, hashEncodedKey } from './key-codec.js';
import { type EarlyWriter, KeyTable } from './key-table.js';

const ignored: EarlyWriter = { writeEarly: () => {} };

function encoded(key: Key) {
  const position = 3;
  const length = encodedKeySize(key);
  const segment = MemorySegment.allocate(position + length);
  encodeKey(key, segment, position);
  return { segment, position, length, hash: keyHash(key) };
}

function find(table: KeyTable, key: Key): number {
  const { segment, position, length, hash } = encoded(key);
  return table.find(segment, position, length, hash);
}

function put(table: KeyTable, key: Key, value: number): void {
  const { segment, position, length, hash } = encoded(key);
  let entry = table.find(segment, position, length, hash);
  if (entry < 0) entry = table.insert(entry, segment, position, length, hash);
  table.i32[entry * 6 + 5] = value;
}

describe('KeyTable', () => {
  it('hashes the bytes of a key as the key', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const { segment, position, length, hash } = encoded(key);
        expect(hashEncodedKey(segment.view, position, length)).toBe(hash);
      }),
    );
  });

  it('takes not more than 37 bytes a key with an int32, at any number of keys', () => {
    const table = new KeyTable('narrow');
    let most = 0;
    for (let n = 1; n <= 50_000; n++) {
      put(table, `user${n}`, n);
      if (n > 2000) most = Math.max(most, table.memoryUsed / n);
    }
    expect(most).toBeLessThan(37);
    for (let n = 1; n <= 50_000; n += 7) expect(table.i32[find(table, `user${n}`) * 6 + 5]).toBe(n);
  });

  it('stays as small and as findable through years of keys that come and go', () => {
    const table = new KeyTable('narrow');
    const present: number[] = [];
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let next = 0;
    for (let round = 0; round < 100_000; round++) {
      if (present.length < 1000 || random(2) === 0) {
        put(table, `user${next}`, next);
        present.push(next++);
      }
      if (present.length > 1000) {
        const at = random(present.length);
        const [gone] = present.splice(at, 1);
        table.remove(find(table, `user${gone}`));
      }
    }
    expect(table.count).toBe(present.length);
    for (const n of present) expect(table.i32[find(table, `user${n}`) * 6 + 5]).toBe(n);
    expect(find(table, 'user0')).toBeLessThan(0);
    expect(table.memoryUsed).toBeLessThan(present.length * 60);
  });

  it('changes nothing by touching, keys that are there and keys that are not', () => {
    const table = new KeyTable('narrow');
    for (let n = 0; n < 1000; n += 2) put(table, `user${n}`, n);
    for (let n = 0; n < 500; n += 4) table.remove(find(table, `user${n}`));
    const before = table.i32.slice();
    for (let n = 0; n < 1000; n++) {
      const hash = keyHash(`user${n}`);
      expect(Number.isFinite(table.touchIndex(hash))).toBe(true);
      const entry = find(table, `user${n}`);
      if (entry >= 0) expect(table.placeOf(hash)).toBe(entry * 6);
      else expect(table.placeOf(hash)).toBe(-1);
    }
    expect(table.i32).toEqual(before);
  });

  it('knows what a snapshot has not seen, though their numbers have been used up and begin anew', () => {
    const table = new KeyTable('narrow');
    put(table, 'old', 1);
    // The first change of it in each snapshot, until the number of the first one comes again.
    table.freeze(ignored, 0);
    table.beforeChange(0);
    expect(table.isWritten(0)).toBe(true);
    table.unfreeze();
    for (let n = 1; n < 2 ** 24 - 1; n++) {
      table.freeze(ignored, 0);
      table.unfreeze();
    }
    for (let n = 0; n < 3; n++) {
      table.freeze(ignored, 0);
      expect(table.isWritten(0)).toBe(false);
      put(table, `new ${n}`, 1);
      expect(table.isWritten(n + 1)).toBe(true);
      table.unfreeze();
    }
    expect(table.i32[find(table, 'old') * 6 + 5]).toBe(1);
  });
});
