import { describe, expect, it } from 'vitest';
import type { Key } from '../api/functions.js';
import { InvalidKeyError, javaHashCode, keyHash, murmurHash } from './java-hash.js';

describe('javaHashCode', () => {
  // Each as Java 17 prints it.
  it.each<readonly [string, Key, number]>([
    ['String', '', 0],
    ['String', 'user1', 111578566],
    ['String', 'Aa', 2112],
    ['String', 'BB', 2112],
    ['String', '행복', 1742988],
    ['String', '😀', 1772899],
    ['String', '\ud83d', 0xd83d],
    ['String', 'a\udc00', 31 * 97 + 0xdc00],
    ['Integer', 0, 0],
    ['Integer', -0, 0],
    ['Integer', -1, -1],
    ['Integer', 2147483647, 2147483647],
    ['Integer', -2147483648, -2147483648],
    ['Long', 2147483648, -2147483648],
    ['Long', -2147483649, -2147483648],
    ['Long', 9007199254740991, -2097152],
    ['Long', -9007199254740991, -2097151],
    ['Long', 5n, 5],
    ['Long', -1n, 0],
    ['Long', 9223372036854775807n, -2147483648],
    ['Long', -9223372036854775808n, -2147483648],
    ['Double', 0.1, -1507852285],
    ['Double', 1.5, 1073217536],
    ['Double', 9007199254740992, 1128267776],
    ['Double', Number.POSITIVE_INFINITY, 2146435072],
    ['Double', Number.NEGATIVE_INFINITY, -1048576],
    ['Boolean', true, 1231],
    ['Boolean', false, 1237],
  ])('%s %s → %i', (_type, key, hash) => {
    expect(javaHashCode(key)).toBe(hash);
  });

  it.each<readonly [unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [{ id: 1 }, '{ id: 1 }'],
    [new Date(0), '1970'],
    [9223372036854775808n, '9223372036854775808'],
    [-9223372036854775809n, '-9223372036854775809'],
    [Symbol('s'), 'Symbol(s)'],
  ])('refuses %s, by name', (key, named) => {
    const hashing = () => keyHash(key as Key);
    expect(hashing).toThrow(InvalidKeyError);
    expect(hashing).toThrow(named);
  });
});

describe('murmurHash', () => {
  it('is never negative', () => {
    let least = 0;
    for (let code = -100_000; code < 100_000; code++) least = Math.min(least, murmurHash(Math.imul(code, 0x9e3779b1)));
    expect(least).toBe(0);
  });
});
