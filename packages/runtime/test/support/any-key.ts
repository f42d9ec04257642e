import fc from 'fast-check';
import type { Key } from '../../src/api/functions.js';

/** Keys of every type, around every limit: 16 inline bytes, one and two bytes a unit, unpaired surrogates, the ends of int64. For tests. */
export const anyKey: fc.Arbitrary<Key> = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 0xff }), { maxLength: 24 }).map((units) => String.fromCharCode(...units)),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 24 }).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: 'binary', minLength: 200, maxLength: 400 }),
  fc.integer(),
  fc.double({ noNaN: true }).map((n) => n + 0),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
);
