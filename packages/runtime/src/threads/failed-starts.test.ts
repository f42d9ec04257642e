import type { EngineEvent } from '@weir/protocol';
import { expect, it } from 'vitest';
import { FailedStarts } from './failed-starts.js';

const taskManager = (change: 'ended' | 'registered', id = 'taskmanager-1'): EngineEvent => ({
  type: 'taskmanager',
  at: 0,
  id,
  attempt: 1,
  change,
  reason: 'no memory',
});
const jobManager = (leading: boolean): EngineEvent => ({ type: 'jobmanager', at: 0, attempt: 1, leading, reason: 'no permission' });

it('three ends of one thread are too many, whoever else ends', () => {
  const starts = new FailedStarts();
  expect(starts.accept(taskManager('ended'))).toBeUndefined();
  expect(starts.accept(taskManager('ended', 'taskmanager-2'))).toBeUndefined();
  expect(starts.accept(taskManager('ended'))).toBeUndefined();
  expect(starts.accept(taskManager('ended'))).toMatchObject({
    code: 'ENGINE_START_FAILED',
    message: expect.stringMatching(/taskmanager-1 ended 3 times .*no memory/),
  });
});

it('one that stood in between is counted anew', () => {
  const starts = new FailedStarts();
  for (const change of ['ended', 'ended', 'registered', 'ended', 'ended'] as const)
    expect(starts.accept(taskManager(change))).toBeUndefined();
  for (const leading of [false, false, true, false, false]) expect(starts.accept(jobManager(leading))).toBeUndefined();
  expect(starts.accept(jobManager(false))?.message).toMatch(/the JobManager .*no permission/);
});
