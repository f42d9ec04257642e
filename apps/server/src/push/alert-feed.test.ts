import { expect, it } from 'vitest';
import { alert } from '../testing/memory-alert-log.js';
import { AlertFeed } from './alert-feed.js';

it('has each alert once, in the order of their raising, with its newest status', () => {
  const feed = new AlertFeed();
  const heard: string[] = [];
  feed.subscribe(({ id, status }) => heard.push(`${id} ${status}`));
  feed.accept({ alert: alert(1), status: 'pending', seq: null, raisedAt: 10.2 });
  feed.accept({ alert: alert(2), status: 'pending', seq: null, raisedAt: 20 });
  feed.accept({ alert: alert(1), status: 'committed', seq: 7, raisedAt: undefined });
  feed.accept({ alert: alert(3), status: 'committed', seq: 8, raisedAt: undefined });
  expect(feed.newest().map(({ id, status, seq, raisedAt }) => [id, status, seq, raisedAt])).toEqual([
    ['alert-1', 'committed', 7, 10],
    ['alert-2', 'pending', null, 20],
    ['alert-3', 'committed', 8, 3_000],
  ]);
  expect(feed.last).toBe(8);
  expect(heard).toEqual(['alert-1 pending', 'alert-2 pending', 'alert-1 committed', 'alert-3 committed']);
});

it('keeps the newest 200', () => {
  const feed = new AlertFeed();
  for (let n = 1; n <= 900; n++) feed.accept({ alert: alert(n), status: 'committed', seq: n, raisedAt: n });
  expect(feed.newest()).toHaveLength(200);
  expect(feed.newest().at(0)?.id).toBe('alert-701');
});
