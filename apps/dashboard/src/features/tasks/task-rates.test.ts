import type { VertexInfo } from '@weir/protocol';
import { expect, it } from 'vitest';
import { TaskRateBook } from './task-rates.js';

const vertices = (numRecordsOut: number, runningSince = 10_000): readonly VertexInfo[] => [
  {
    id: 'v',
    subtasks: [{ index: 0, timestamps: { RUNNING: runningSince }, metrics: { numRecordsIn: 0, numRecordsOut } }],
  } as unknown as VertexInfo,
];

it('tells the mean since the start, then that of the last half minute', () => {
  const book = new TaskRateBook();
  book.note(vertices(0), 10_000);
  expect(book.rates.get('v:0')?.out).toBeUndefined();
  book.note(vertices(2), 20_000);
  expect(book.rates.get('v:0')?.out).toBeCloseTo(0.2);
  for (let second = 21; second <= 80; second++) book.note(vertices(2 + (second - 20)), second * 1_000);
  expect(book.rates.get('v:0')?.out).toBeCloseTo(1);
});

it('forgets tasks that are gone', () => {
  const book = new TaskRateBook();
  book.note(vertices(0), 1);
  book.note([], 2);
  expect(book.rates.size).toBe(0);
});
