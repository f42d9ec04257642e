import type { AlertEntry } from '@weir/protocol';
import { describe, expect, test } from 'vitest';
import { newestFirst, oldestNumber, partAlertText } from './order.js';

const alert = (id: string, raisedAt: number, seq: number | null): AlertEntry => ({
  id,
  seq,
  userId: 'user1',
  count: 3,
  timestamp: raisedAt,
  message: '[ALERT] userId=user1 이상행동 3회 감지!',
  status: seq === null ? 'pending' : 'committed',
  raisedAt,
});

describe('alerts', () => {
  test('are shown newest first', () => {
    expect(newestFirst([alert('a', 1, 1), alert('c', 3, null), alert('b', 2, 2)]).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(newestFirst([alert('a', 1, 1), alert('b', 1, 2)]).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('know from which number on older ones have to be fetched', () => {
    expect(oldestNumber([alert('a', 1, 7), alert('b', 2, 8), alert('c', 3, null)])).toBe(7);
    expect(oldestNumber([alert('c', 3, null)])).toBeUndefined();
  });

  test('keep the words of the job', () => {
    expect(partAlertText(alert('a', 1, 1))).toEqual({ before: '[ALERT] userId=', user: 'user1', after: ' 이상행동 3회 감지!' });
    expect(partAlertText({ ...alert('a', 1, 1), message: 'other' })).toEqual({ before: 'other', user: '', after: '' });
  });
});
