import type { EngineEvent } from '@weir/protocol';
import { beforeEach, expect, it } from 'vitest';
import { NodeFileSystem } from '../common/node-file-system.js';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { ManualClock } from '../testing/manual-clock.js';
import { taskManagerLoss } from './job-failure.js';
import { JobHistory } from './job-history.js';
import { FileJobStore } from './job-store.js';
import { RecoveryTracker } from './recovery-tracker.js';

let clock: ManualClock;
let phases: string[];
let tracker: RecoveryTracker;
let history: JobHistory;

beforeEach(async () => {
  const directory = await temporaryDirectory();
  const store = new FileJobStore(new NodeFileSystem(), directory.path);
  clock = new ManualClock();
  phases = [];
  history = new JobHistory(store, 'job1');
  const emit = (event: EngineEvent) => void (event.type === 'recovery' && phases.push(`${event.recovery.number} ${event.phase}`));
  tracker = new RecoveryTracker({ jobId: 'job1', clock, history, emit });
  return async () => {
    await store.close();
    await directory.remove();
  };
});

it('each phase is made known and noted with its time, the failure with the time at which it happened', () => {
  clock.advance(100);
  const before = clock.now();
  tracker.begin(1, taskManagerLoss(clock.now(), 'taskmanager-2', 'crashed', before - 30), clock.now());
  clock.advance(10);
  tracker.enter('checkpoint-chosen', { checkpointId: 7 });
  clock.advance(10);
  expect(tracker.complete()).toMatchObject({ number: 1, taskManagerId: 'taskmanager-2', checkpointId: 7 });
  expect(phases).toEqual(['1 failed', '1 detected', '1 checkpoint-chosen', '1 running']);
  expect(history.recoveries[0]?.phases).toEqual({
    failed: before - 30,
    detected: before,
    'checkpoint-chosen': before + 10,
    running: before + 20,
  });
});

it('nothing is said of a phase while nothing is recovered from', () => {
  tracker.enter('restoring');
  expect(tracker.underWay).toBe(false);
  expect(tracker.complete()).toBeUndefined();
  expect(phases).toEqual([]);
});

it('a failure during a recovery begins the next', () => {
  tracker.begin(1, taskManagerLoss(0, 'taskmanager-1', 'crashed', 0), 0);
  tracker.enter('restoring');
  tracker.begin(2, taskManagerLoss(0, 'taskmanager-2', 'crashed', 0), 0);
  tracker.enter('restoring');
  expect(phases).toEqual(['1 failed', '1 detected', '1 restoring', '2 failed', '2 detected', '2 restoring']);
  expect(history.recoveries.map(({ number, taskManagerId }) => [number, taskManagerId])).toEqual([
    [2, 'taskmanager-2'],
    [1, 'taskmanager-1'],
  ]);
});
