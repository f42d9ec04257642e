import { describe, expect, it } from 'vitest';
import { randomBits, streamBase, threshold32 } from './counter-hash.js';

describe('counter-based random numbers', () => {
  it('are the same whenever they are asked for', () => {
    const base = streamBase(7, 2);
    const forwards = Array.from({ length: 100 }, (_, n) => randomBits(base, n));
    expect(Array.from({ length: 100 }, (_, i) => randomBits(base, 99 - i)).reverse()).toEqual(forwards);
  });

  it('hold to known values, so that a restored source goes on with the stream it began', () => {
    expect([0, 1, 2, 2 ** 40].map((n) => randomBits(streamBase(1, 0), n))).toMatchInlineSnapshot(`
      [
        1148291508,
        2151489643,
        3542145738,
        739877040,
      ]
    `);
  });

  it('differ by seed, stream and n, also beyond 32 bits', () => {
    const seen = new Set<number>();
    for (const seed of [0, 1, 2 ** 32, 2 ** 32 + 1])
      for (const stream of [0, 1, 2]) for (const n of [0, 1, 2 ** 32, 2 ** 33 + 1]) seen.add(randomBits(streamBase(seed, stream), n));
    expect(seen.size).toBe(4 * 3 * 4);
  });

  it('fall below a threshold as often as its probability says', () => {
    const base = streamBase(3, 1);
    let below = 0;
    for (let n = 0; n < 100_000; n++) if (randomBits(base, n) < threshold32(0.3)) below++;
    expect(Math.abs(below - 30_000)).toBeLessThan(700);
    expect(threshold32(1)).toBe(2 ** 32);
  });
});
