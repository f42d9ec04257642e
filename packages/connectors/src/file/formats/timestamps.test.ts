import { describe, expect, it } from 'vitest';
import { toTimestamp } from './fields.js';
import { syslogTimestamp } from './syslog-timestamp.js';

describe('timestamps of ndjson and csv', () => {
  it.each([
    [1_700_000_000_000, 1_700_000_000_000],
    ['1700000000000', 1_700_000_000_000],
    [1_700_000_000_000.75, 1_700_000_000_000],
    [-5, -5],
    ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
    ['2024-02-29t12:00:00.5z', Date.UTC(2024, 1, 29, 12, 0, 0, 500)],
    ['2024-02-29 12:00:00,25+09:00', Date.UTC(2024, 1, 29, 3, 0, 0, 250)],
    ['2024-02-29T12:00+0900', Date.UTC(2024, 1, 29, 3)],
    ['2024-02-29T12:00:00-05', Date.UTC(2024, 1, 29, 17)],
    ['2024-02-29T12:00:00', new Date(2024, 1, 29, 12).getTime()],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    [undefined, null],
    [null, null],
    ['', null],
    ['2023-02-29T12:00:00Z', undefined],
    ['2024-13-01', undefined],
    ['yesterday', undefined],
    ['1e3', undefined],
    [1e300, undefined],
    [true, undefined],
    [{}, undefined],
  ])('%j is %j', (given, want) => expect(toTimestamp(given)).toBe(want));
});

describe('timestamps of syslog lines', () => {
  const local = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number =>
    new Date(year, month, day, hour, minute, second).getTime();
  const reference = local(2025, 0, 5, 12, 0, 0);

  it.each([
    ['Jan  5 11:59:59 h x', local(2025, 0, 5, 11, 59, 59)],
    ['Jan  5 12:00:00 h x', reference],
    ['Jan  5 12:00:01 h x', local(2024, 0, 5, 12, 0, 1)],
    ['Dec 31 23:59:59 h x', local(2024, 11, 31, 23, 59, 59)],
    ['Jan 5 11:00:00 h x', local(2025, 0, 5, 11)],
    ['<38>Jan  5 11:00:00 h x', local(2025, 0, 5, 11)],
    ['Feb 29 10:00:00 h x', local(2024, 1, 29, 10)],
    ['Dec 10 2020 06:55:46 h x', local(2020, 11, 10, 6, 55, 46)],
    ['2025-01-02T03:04:05.123456+01:00 h x', Date.UTC(2025, 0, 2, 2, 4, 5, 123)],
    ['2025-01-02T03:04:05Z h x', Date.UTC(2025, 0, 2, 3, 4, 5)],
    ['2025-01-02 03:04:05 h x', local(2025, 0, 2, 3, 4, 5)],
    ['Feb 30 10:00:00 h x', null],
    ['Foo 10 10:00:00 h x', null],
    ['Jan  5 25:00:00 h x', null],
    ['2025-02-30T03:04:05Z h x', null],
    ['h x', null],
    ['', null],
  ])('%j is %j', (line, want) => expect(syslogTimestamp(line, reference)).toBe(want));
});
