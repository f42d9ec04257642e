import { expect, test } from 'vitest';
import { spread } from './statistics.js';

test('a spread of nothing is unknown', () => expect(spread([])).toBeUndefined());
test('a spread of one value is that value', () => expect(spread([7])).toEqual({ mean: 7, min: 7, max: 7, p95: 7 }));
test('the 95th percentile leaves five of a hundred above it', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(spread(hundred)).toEqual({ mean: 50.5, min: 1, max: 100, p95: 95 });
});
