import type { EngineEvent } from '@weir/protocol';
import { beforeEach, expect, it } from 'vitest';
import { checkpoint } from '../testing/snapshot.js';
import { CheckpointTroubles } from './checkpoint-troubles.js';

let lines: string[];
let troubles: CheckpointTroubles;

beforeEach(() => {
  lines = [];
  troubles = new CheckpointTroubles((line) => void lines.push(line));
});

const event = (at: number, id: number, changes: object): EngineEvent => ({
  type: 'checkpoint',
  at,
  jobId: 'j',
  checkpoint: checkpoint(id, changes),
});
const fail = (at: number, id: number) =>
  troubles.accept(event(at, id, { status: 'FAILED', failureMessage: 'ENOSPC: no space left\nat …' }));
const complete = (at: number, id: number) => troubles.accept(event(at, id, { status: 'COMPLETED' }));

it('says a failure at once, and again only after minutes of failures', () => {
  for (let at = 0; at < 10 * 60_000; at += 1_000) fail(at, 1 + at / 1_000);
  expect(lines).toEqual(
    [1, 301].map((id) =>
      expect.stringMatching(new RegExp(`^checkpoint ${id} failed: ENOSPC: no space left; it is tried again, and the run ends only once`)),
    ),
  );
});

it('says that it is over, once; and says nothing while all is well', () => {
  complete(0, 1);
  fail(1, 2);
  complete(2, 3);
  complete(3, 4);
  fail(4, 5);
  expect(lines.map((line) => line.replace(/[:;].*/, ''))).toEqual(['checkpoint 2 failed', 'checkpoint 3 completed', 'checkpoint 5 failed']);
});

it('takes a commit that does not end for a trouble too', () => {
  troubles.accept({ type: 'commit-overdue', at: 9, jobId: 'j', commit: { checkpointId: 3, since: 0, noticed: 9 } });
  expect(lines).toEqual([expect.stringMatching(/^the alerts of checkpoint 3 are not being committed; it is tried again/)]);
});
