import fc from 'fast-check';
import { expect, test } from 'vitest';
import { summarise } from './statistics.js';

test('the median has as many values below it as above', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 30 }), (values) => {
      const { median, min, max, values: kept } = summarise(values);
      expect(values.filter((value) => value < median).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.filter((value) => value > median).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.every((value) => value >= min && value <= max)).toBe(true);
      expect([values.includes(min), values.includes(max)]).toEqual([true, true]);
      expect(kept).toEqual(values);
    }),
  );
});

test('known values', () => {
  expect(summarise([3])).toMatchObject({ median: 3, min: 3, max: 3 });
  expect(summarise([4, 1, 9])).toMatchObject({ median: 4, min: 1, max: 9 });
  expect(summarise([10, 2, 4, 1])).toMatchObject({ median: 3, min: 1, max: 10 });
  expect(() => summarise([])).toThrow('no value');
});
