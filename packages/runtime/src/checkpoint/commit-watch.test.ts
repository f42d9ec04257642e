import type { OverdueCommit } from '@weir/protocol';
import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { CommitWatch } from './commit-watch.js';

const OVERDUE = 30_000;
let clock: ManualClock;
let said: OverdueCommit[];
let watch: CommitWatch;

beforeEach(() => {
  clock = new ManualClock();
  said = [];
  watch = new CommitWatch(clock, (commit) => void said.push(commit));
});

it('a commit that never ends is said once, and stands until it has ended', () => {
  const since = clock.now();
  watch.begin(7);
  clock.advance(OVERDUE - 1);
  expect(watch.overdue).toBeUndefined();
  clock.advance(1);
  clock.advance(OVERDUE);
  expect(said).toEqual([{ checkpointId: 7, since, noticed: since + OVERDUE }]);
  expect(watch.overdue).toEqual({ checkpointId: 7, since, noticed: since + OVERDUE });
  watch.done();
  expect(watch.overdue).toBeUndefined();
});

it('one that is tried again and again is one commit, and says why', () => {
  const since = clock.now();
  for (let attempt = 0; attempt < 31; attempt++) {
    watch.begin(7);
    clock.advance(1_000);
    watch.failed(`attempt ${attempt}: no space left`);
  }
  expect(said).toEqual([{ checkpointId: 7, since, noticed: since + OVERDUE, reason: 'attempt 28: no space left' }]);
  expect(watch.overdue?.reason).toBe('attempt 30: no space left');
});

it('one that ends in time is none, nor is the next', () => {
  watch.begin(7);
  clock.advance(OVERDUE - 1);
  watch.done();
  watch.begin(8);
  clock.advance(OVERDUE - 1);
  expect(said).toEqual([]);
});
