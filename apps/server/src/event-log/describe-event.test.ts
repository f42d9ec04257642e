import type { EngineEvent, RecoveryInfo } from '@weir/protocol';
import { expect, it } from 'vitest';
import { checkpoint } from '../testing/snapshot.js';
import { describeEvent, eventLine } from './describe-event.js';

function published(topic: string, payload: unknown, dropped = 0): EngineEvent {
  return { type: 'published', at: 0, jobId: 'j', topic, taskManagerId: 't', vertexId: 'v', subtask: 0, dropped, payload };
}
const recovery: RecoveryInfo = { number: 2, cause: 'taskmanager-1 is gone\nat …', checkpointId: 7, phases: {} };

it.each<[EngineEvent, string | undefined]>([
  [published('alert', { message: '[ALERT] userId=user1 이상행동 3회 감지!' }), '[ALERT] userId=user1 이상행동 3회 감지!'],
  [
    published('process', { userId: 'user1', isAbnormal: true, abnormalCount: 2 }, 4),
    '[PROCESS] userId=user1 abnormal abnormalCount=2 (4 lines before it left out)',
  ],
  [published('source', { userId: 'user2', isAbnormal: false }), '[SOURCE] userId=user2 normal'],
  [published('sink', { message: '[ALERT] userId=user1 이상행동 3회 감지!' }), '[SINK] [ALERT] userId=user1 이상행동 3회 감지!'],
  [published('malformed', {}), undefined],
  [
    published('log-gap', { file: '/l', bytesMissing: 0, reason: 'truncated' }),
    '[SOURCE] /l was cut: all that had been seen of it was read; what came after the last look is missing',
  ],
  [
    published('log-gap', { file: '/l.xz', bytesMissing: 0, reason: 'compressed' }),
    '[SOURCE] at least 0 bytes of /l.xz are missing: compressed',
  ],
  [published('log-gap', { file: '/l', bytesMissing: 7, reason: 'truncated' }), '[SOURCE] at least 7 bytes of /l are missing: truncated'],
  [published('log-gap', { file: '/l.gz', bytesMissing: 7, reason: 'compressed' }), '[SOURCE] 7 bytes of /l.gz are missing: compressed'],
  [
    published('log-gap', { file: '/i', bytesMissing: 7, eventsMissing: 1, reason: 'deleted' }),
    '[SOURCE] 7 bytes (1 events) of /i are missing: deleted',
  ],
  [published('log-unreadable', { file: '/l', reason: 'permission denied' }), '[SOURCE] /l cannot be read for now: permission denied'],
  [{ type: 'checkpoint', at: 0, jobId: 'j', checkpoint: checkpoint(3) }, 'checkpoint 3 completed in 44 ms, 900 bytes'],
  [{ type: 'checkpoint', at: 0, jobId: 'j', checkpoint: checkpoint(3, { status: 'IN_PROGRESS' }) }, undefined],
  [
    { type: 'checkpoint', at: 0, jobId: 'j', checkpoint: checkpoint(3, { status: 'FAILED', failureMessage: 'disk full\nat …' }) },
    'checkpoint 3 failed: disk full',
  ],
  [
    { type: 'commit-overdue', at: 9, jobId: 'j', commit: { checkpointId: 3, since: 0, noticed: 30_000, reason: 'disk full' } },
    'the sinks have not committed checkpoint 3 for 30 s; no other is taken until they have: disk full',
  ],
  [{ type: 'recovery', at: 0, jobId: 'j', phase: 'detected', recovery }, 'recovery 2: detected (taskmanager-1 is gone)'],
  [{ type: 'recovery', at: 0, jobId: 'j', phase: 'checkpoint-chosen', recovery }, 'recovery 2: checkpoint-chosen (checkpoint 7)'],
  [{ type: 'changed', at: 0 }, undefined],
])('%j', (event, line) => {
  expect(eventLine(event)).toBe(line);
});

it('marks a replay', () => {
  expect(eventLine(published('alert', { message: '[ALERT] x' }), true)).toBe('[ALERT] x (replayed)');
});

it('says what a page can filter by', () => {
  expect(describeEvent(published('process', { userId: 'user1', isAbnormal: true, abnormalCount: 2 }))).toEqual({
    kind: 'process',
    level: 'info',
    text: '[PROCESS] userId=user1 abnormal abnormalCount=2',
    subtask: 0,
    taskManagerId: 't',
    userId: 'user1',
    abnormal: true,
  });
  expect(describeEvent({ type: 'taskmanager', at: 0, id: 'taskmanager-2', attempt: 1, change: 'lost', reason: 'gone' })).toEqual({
    kind: 'cluster',
    level: 'warning',
    text: 'taskmanager-2 (attempt 1) lost: gone',
    taskManagerId: 'taskmanager-2',
  });
});
