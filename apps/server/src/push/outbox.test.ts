import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Outbox } from './outbox.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(most: number, perSecond: number): { outbox: Outbox<number>; sent: [number[], number][] } {
  const sent: [number[], number][] = [];
  const outbox = new Outbox<number>({
    most,
    perSecond: [perSecond],
    rankOf: (n) => (n < 0 ? 1 : 0),
    interval: () => 0,
    send: (items, dropped) => sent.push([[...items], dropped]),
  });
  return { outbox, sent };
}

it('sends together what comes together', () => {
  const { outbox, sent } = open(10, 100);
  outbox.push(1);
  outbox.push(2, 5);
  vi.advanceTimersByTime(20);
  outbox.push(3);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual([
    [[1, 2], 5],
    [[3], 0],
  ]);
});

it('carries the newest and what is important, and says how many it left out', () => {
  const { outbox, sent } = open(4, 1_000);
  for (const n of [1, -2, 3, 4, 5, 6, 7]) outbox.push(n);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual([[[-2, 5, 6, 7], 3]]);
});

it('holds to its rate; nothing is uncounted, and what waits stays bounded', () => {
  const { outbox, sent } = open(50, 100);
  for (let round = 0; round < 100; round++) {
    for (let n = 0; n < 300; n++) outbox.push(round * 300 + n);
    outbox.push(-1);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(100);
  const items = sent.flatMap(([list]) => list);
  expect(items.filter((n) => n >= 0).length).toBeLessThanOrEqual(230);
  expect(items.filter((n) => n < 0)).toHaveLength(100);
  expect(items.length + sent.reduce((sum, [, dropped]) => sum + dropped, 0)).toBe(100 * 301);
});

it('leaves out what matters least first, and holds each rank to its own rate', () => {
  const sent: [string[], number][] = [];
  const outbox = new Outbox<string>({
    most: 6,
    perSecond: [3, 2],
    rankOf: (item) => 'abc'.indexOf(item.charAt(0)),
    interval: () => 0,
    send: (items, dropped) => sent.push([[...items], dropped]),
  });
  for (const item of ['c1', 'b1', 'a1', 'b2', 'a2', 'b3', 'a3', 'c2']) outbox.push(item);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual([[['c1', 'b2', 'b3', 'a3', 'c2'], 3]]);
});

it('sends less often where an interval is asked for, but the first at once', () => {
  const sizes: number[] = [];
  const outbox = new Outbox<number>({
    most: 1_000,
    perSecond: [],
    rankOf: () => 0,
    interval: () => 100,
    send: (items) => sizes.push(items.length),
  });
  outbox.push(1);
  vi.advanceTimersByTime(8);
  expect(sizes).toEqual([1]);
  for (let n = 0; n < 50; n++) {
    outbox.push(n);
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(49);
  expect(sizes).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(sizes).toEqual([1, 50]);
});
