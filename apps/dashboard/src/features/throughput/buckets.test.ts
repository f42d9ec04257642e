import { describe, expect, test } from 'vitest';
import { bucketsOf, bucketWidth, inOne } from './buckets.js';

const window = { from: 1_000_000, to: 1_300_000 };

describe('buckets of the series', () => {
  test('are sixty whatever the span', () => {
    expect(bucketWidth(window)).toBe(5_000);
    expect(bucketWidth({ from: 0, to: 1_800_000 })).toBe(30_000);
    expect(bucketsOf({ at: [], throughput: {} }, window, ['v:0'])).toHaveLength(60);
  });

  test('are means, and nothing where the server was not there', () => {
    const series = {
      at: [1_290_500, 1_291_500, 1_299_000, 1_300_000],
      throughput: { 'v:0': [0, 1, 4, 99], other: [1, 1, 1, 1], 'v:1': [null, 3, null, null] },
    };
    const buckets = bucketsOf(series, window, ['v:0', 'v:1']);
    expect(buckets.at(-1)).toEqual({ at: 1_297_500, rates: { 'v:0': 4, 'v:1': null } });
    expect(buckets.at(-2)).toEqual({ at: 1_292_500, rates: { 'v:0': 0.5, 'v:1': 3 } });
    expect(buckets.at(-3)).toEqual({ at: 1_287_500, rates: { 'v:0': null, 'v:1': null } });
  });

  test('add up', () => {
    expect(
      inOne(
        [
          { at: 1, rates: { a: 1, b: 2 } },
          { at: 2, rates: { a: null } },
        ],
        'all',
      ),
    ).toEqual([
      { at: 1, rates: { all: 3 } },
      { at: 2, rates: { all: null } },
    ]);
  });
});
