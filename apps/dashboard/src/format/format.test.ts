import { describe, expect, it } from 'vitest';
import { exactBytes, formatBytes } from './bytes.js';
import { exactTime, formatClock, formatClockMs } from './clock.js';
import { formatDuration, longDuration } from './duration.js';
import { taskManagerName } from './names.js';
import { formatCount, formatRate, formatShare, formatShort, UNKNOWN } from './number.js';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.02, '<0.1'],
    [0.6, '0.6'],
    [12.34, '12.3'],
    [480.4, '480'],
    [999.7, '1.0\u2009k'],
    [12_345, '12.3\u2009k'],
    [480_000, '480\u2009k'],
    [1_240_000, '1.2\u2009M'],
    [undefined, UNKNOWN],
    [Number.NaN, UNKNOWN],
  ])('%s is short as %s', (value, text) => expect(formatShort(value)).toBe(text));

  it('are in full where they are totals', () => expect(formatCount(1_234_567)).toBe('1,234,567'));
  it('are unknown, never zero, where they are not known', () =>
    expect([formatCount(undefined), formatRate(undefined)]).toEqual([UNKNOWN, UNKNOWN]));
  it.each([
    [0, '0%'],
    [0.004, '<1%'],
    [0.126, '13%'],
    [0.9961, '99.6%'],
    [0.99999, '99.9%'],
    [1, '100%'],
    [undefined, UNKNOWN],
  ])('a share of %s is %s: nearly all is not all', (share, text) => expect(formatShare(share)).toBe(text));
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [6_250, '6.1 KB'],
    [48 * 1024 * 1024, '48 MB'],
    [1_023.9, '1.0 KB'],
    [undefined, UNKNOWN],
  ])('%s is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  it('are exact on hovering', () => expect(exactBytes(6_250)).toBe('6,250 B'));
});

describe('durations', () => {
  const long = (ms: number | undefined, language: 'en' | 'ko') =>
    longDuration(ms, language)
      .map(({ value, unit }) => value + unit)
      .join(' ');

  it.each([
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [58, '58 ms'],
    [999.6, '1.00 s'],
    [2_140, '2.14 s'],
    [10_000, '10.0 s'],
    [59_960, '59s'],
    [125_000, '2m 05s'],
    [-1, UNKNOWN],
    [undefined, UNKNOWN],
  ])('%s ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    [32_000, '32s', '32초'],
    [1_652_000, '27m 32s', '27분 32초'],
    [11_100_000, '3h 05m', '3시간 05분'],
    [187_200_000, '2d 04h', '2일 04시간'],
    [undefined, UNKNOWN, UNKNOWN],
  ])('%s ms is long as %s', (ms, en, ko) => {
    expect(long(ms, 'en')).toBe(en);
    expect(long(ms, 'ko')).toBe(ko);
  });
});

describe('times', () => {
  const at = new Date(2026, 10, 25, 9, 4, 5, 67).getTime();
  it('are in the zone of the viewer, by 24 hours', () => {
    expect([formatClock(at), formatClockMs(at), exactTime(at)]).toEqual(['09:04:05', '09:04:05.067', '2026-11-25 09:04:05.067']);
    expect(formatClock(new Date(2026, 10, 25, 0, 0, 1).getTime())).toBe('00:00:01');
  });
  it('are unknown where they never were', () =>
    expect([formatClock(0), formatClockMs(undefined), exactTime(-1)]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]));
});

it('a TaskManager is called as a person would', () => {
  expect([taskManagerName('taskmanager-2'), taskManagerName('other'), taskManagerName(undefined)]).toEqual(['TaskManager 2', 'other', '']);
});
