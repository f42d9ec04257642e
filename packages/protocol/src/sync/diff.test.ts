import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from './apply.js';
import { diff } from './diff.js';

/** What arrives at the other end. */
const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Small alphabets, so that two of them have much in common; keys that are traps. */
const plain = fc.letrec<{ value: unknown; object: unknown; list: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(0, 1, 2, 0.5, 'a', '', true, false, null),
    tie('object'),
    tie('list'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '0', '__proto__', 'constructor'), tie('value'), {
    maxKeys: 5,
    noNullPrototype: true,
  }),
  list: fc.array(tie('value'), { maxLength: 8 }),
}));

describe('apply(before, diff(before, after))', () => {
  it('equals after, and leaves before as it was', () => {
    fc.assert(
      fc.property(plain.value, plain.value, (before, after) => {
        const kept = overTheWire(before);
        expect(apply(before, overTheWire(diff(before, after)))).toEqual(after);
        expect(before).toEqual(kept);
      }),
      { numRuns: 2_000 },
    );
  });

  it('equals after for lists that are changed anywhere', () => {
    const edit = fc.record({ at: fc.nat(40), removed: fc.nat(6), put: fc.array(fc.nat(5), { maxLength: 6 }) });
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 40 }), fc.array(edit, { maxLength: 4 }), (list, edits) => {
        const after = [...list];
        for (const { at, removed, put } of edits) after.splice(at, removed, ...put);
        expect(apply({ list }, overTheWire(diff({ list }, { list: after })))).toEqual({ list: after });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is nothing for what is equal, whoever made it', () => {
    fc.assert(
      fc.property(plain.value, (value) => {
        expect(diff(value, overTheWire(value))).toEqual([]);
      }),
    );
  });
});

describe('a difference', () => {
  const samples = Array.from({ length: 600 }, (_, n) => n % 7);

  it.each<[string, unknown, unknown, number]>([
    ['a sample more, the oldest gone', samples, [...samples.slice(1), 3], 2],
    ['a newest checkpoint in front, the oldest gone', [{ id: 3 }, { id: 2 }, { id: 1 }], [{ id: 4 }, { id: 3 }, { id: 2 }], 2],
    [
      'a figure of one task',
      [
        { i: 0, n: 1 },
        { i: 1, n: 1 },
      ],
      [
        { i: 0, n: 1 },
        { i: 1, n: 2 },
      ],
      1,
    ],
  ])('is short for %s', (_, before, after, count) => {
    const changes = diff(before, after);
    expect(changes).toHaveLength(count);
    expect(JSON.stringify(changes).length).toBeLessThan(120);
  });

  it('takes an undefined property as absent', () => {
    expect(diff({ a: undefined, b: 1 }, { b: 1 })).toEqual([]);
    expect(diff({ a: 1, b: 1 }, { a: undefined, b: 1 })).toEqual([{ path: ['a'] }]);
  });
});
