import type { AlertEntry, LogLine } from '@weir/protocol';
import { describe, expect, it } from 'vitest';
import { appendLog, gapOf, MAX_ALERTS, MAX_LOG_LINES, mergeAlerts, stillTrue } from './bounded.js';

const line = (number: number): LogLine => ({ number, at: number, kind: 'job', text: '', replayed: false, level: 'info' });
const alert = (id: string, status: AlertEntry['status'] = 'pending', seq = 1): AlertEntry => ({
  id,
  seq: status === 'committed' ? seq : null,
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
  it('are bounded: of the committed ones the lowest numbers go, of the others those first heard of', () => {
    const committed = Array.from({ length: MAX_ALERTS }, (_, n) => alert(`c${n + 1}`, 'committed', n + 1));
    const pending = Array.from({ length: MAX_ALERTS }, (_, n) => alert(`p${n + 1}`));
    const merged = mergeAlerts(pending, [...committed].reverse());
    expect(merged).toHaveLength(MAX_ALERTS);
    expect([merged[0]?.seq, merged[999]?.seq, merged[1_000]?.id, merged.at(-1)?.id]).toEqual([1_001, 2_000, 'p1001', 'p2000']);
  });
  it('have a hole where numbers were missed, and none in their first or last', () => {
    const numbered = (...numbers: number[]) => mergeAlerts([], [...numbers.map((n) => alert(`a${n}`, 'committed', n)), alert('p')]);
    expect(gapOf(numbered(7, 8, 9))).toBeUndefined();
    expect(gapOf(numbered(1, 2, 7, 8, 12))).toEqual({ after: 8, before: 12 });
    expect(gapOf([])).toBeUndefined();
  });
  it('that were pending are forgotten when a snapshot does not know them; all are, when it is of another log', () => {
    const held = [alert('a', 'committed', 5), alert('b')];
    const ids = (alerts: readonly AlertEntry[]) => alerts.map(({ id }) => id);
    expect(ids(stillTrue(held, [alert('c', 'committed', 300)], true))).toEqual(['a']);
    expect(ids(stillTrue(held, [alert('b'), alert('c', 'committed', 300)], false))).toEqual(['a', 'b']);
    expect(ids(stillTrue(held, [alert('x', 'committed', 5), alert('y', 'committed', 6)], false))).toEqual([]);
    expect(ids(stillTrue(held, [alert('x', 'committed', 1)], false))).toEqual([]);
  });
});
