import type { AlertEntry, LogLine } from '@weir/protocol';
import { describe, expect, it } from 'vitest';
import { appendLog, MAX_ALERTS, MAX_LOG_LINES, mergeAlerts } from './bounded.js';

const line = (number: number): LogLine => ({ number, at: number, kind: 'job', text: '', replayed: false, level: 'info' });
const alert = (id: string, status: AlertEntry['status'] = 'pending'): AlertEntry => ({
  id,
  seq: status === 'committed' ? 1 : null,
  userId: 'u',
  count: 3,
  timestamp: 1,
  message: '',
  status,
  raisedAt: 1,
});

describe('the log', () => {
  it('takes each line once, though a snapshot brings it again', () => {
    expect(appendLog([line(1), line(2)], [line(2), line(3)]).map(({ number }) => number)).toEqual([1, 2, 3]);
  });
  it('stays the same object where nothing is new', () => {
    const lines = [line(1)];
    expect(appendLog(lines, [line(1)])).toBe(lines);
  });
  it('lets the oldest go', () => {
    const many = Array.from({ length: MAX_LOG_LINES + 5 }, (_, n) => line(n + 1));
    const kept = appendLog([], many);
    expect([kept.length, kept[0]?.number]).toEqual([MAX_LOG_LINES, 6]);
  });
});

describe('alerts', () => {
  it('are one each, and what is said last counts', () => {
    const merged = mergeAlerts([alert('a'), alert('b')], [alert('a', 'committed'), alert('c')]);
    expect(merged.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'committed'],
      ['b', 'pending'],
      ['c', 'pending'],
    ]);
  });
  it('are bounded', () => {
    expect(
      mergeAlerts(
        [],
        Array.from({ length: MAX_ALERTS + 1 }, (_, n) => alert(String(n))),
      ),
    ).toHaveLength(MAX_ALERTS);
  });
});
