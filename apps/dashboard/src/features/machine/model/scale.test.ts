import { describe, expect, it } from 'vitest';
import { batchFor, halfWidth } from './scale.js';

describe('what one dot stands for', () => {
  it('is one record as long as the eye can follow', () => {
    expect(batchFor(0.2, 0.6, 3, 480)).toBe(1);
    expect(batchFor(20, 60, 3, 480)).toBe(1);
  });

  it('grows in steps of 1, 2, 5', () => {
    expect(batchFor(21, 63, 3, 480)).toBe(2);
    expect(batchFor(90, 270, 3, 480)).toBe(5);
    expect(batchFor(40_000, 120_000, 3, 480)).toBe(2_000);
  });

  it('keeps all dots together under the most', () => {
    expect((64 * 10 * 3) / batchFor(10, 640, 3, 480)).toBeLessThanOrEqual(480);
  });

  it('does not flicker between two steps', () => {
    expect(batchFor(21, 63, 3, 480, 1)).toBe(2);
    expect(batchFor(19.5, 58, 3, 480, 2)).toBe(2);
    expect(batchFor(15, 45, 3, 480, 2)).toBe(1);
  });
});

it('a stream without flow has no width', () => {
  expect(halfWidth(0, false)).toBe(0);
  expect(halfWidth(4, false)).toBeGreaterThan(halfWidth(0.2, false));
});
