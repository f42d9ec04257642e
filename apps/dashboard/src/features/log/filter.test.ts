import type { LogLine } from '@weir/protocol';
import { describe, expect, test } from 'vitest';
import { isFiltering, NO_FILTER, occurring, visibleLines } from './filter.js';

const line = (number: number, rest: Partial<LogLine> = {}): LogLine => ({
  number,
  at: number,
  kind: 'source',
  text: `line ${number}`,
  replayed: false,
  level: 'info',
  ...rest,
});

const lines = [
  line(1, { userId: 'user1', subtask: 0 }),
  line(2, { kind: 'checkpoint', text: 'Checkpoint 4 completed' }),
  line(3, { userId: 'user2', subtask: 1 }),
];

describe('the log', () => {
  test('shows the newest first', () => {
    expect(visibleLines(lines, NO_FILTER).map(({ number }) => number)).toEqual([3, 2, 1]);
    expect(isFiltering(NO_FILTER)).toBe(false);
  });

  test('stands still while paused', () => {
    expect(visibleLines(lines, NO_FILTER, 2).map(({ number }) => number)).toEqual([2, 1]);
  });

  test.each([
    [{ kind: 'checkpoint' as const }, [2]],
    [{ subtask: 0 }, [1]],
    [{ userId: 'user2' }, [3]],
    [{ text: ' COMPLETED ' }, [2]],
    [{ text: 'line', subtask: 1 }, [3]],
  ])('is filtered by %j', (filter, numbers) => {
    expect(visibleLines(lines, filter).map(({ number }) => number)).toEqual(numbers);
    expect(isFiltering(filter)).toBe(true);
  });

  test('knows what it can be filtered by', () => {
    expect(occurring(lines)).toEqual({ subtasks: [0, 1], users: ['user1', 'user2'] });
  });
});
