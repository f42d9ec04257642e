import type { LogLine } from '@weir/protocol';
import { describe, expect, it } from 'vitest';
import { logMessages } from './messages.js';
import { putInWords } from './put-in-words.js';

const line = (kind: LogLine['kind'], text: string, rest: Partial<LogLine> = {}): LogLine => ({
  number: 1,
  at: 1,
  kind,
  text,
  replayed: false,
  level: 'info',
  ...rest,
});
const JOB = 'b839768c6a5ebdf4412d1e928c25a7f9';

const told: readonly (readonly [LogLine, en: string, ko: string])[] = [
  [
    line('source', '[SOURCE] userId=user2 normal', { userId: 'user2', abnormal: false, subtask: 1 }),
    'Source 2 · user2 normal',
    'Source 2 · user2 정상',
  ],
  [
    line('process', '[PROCESS] userId=user1 abnormal abnormalCount=3', { userId: 'user1', abnormal: true, subtask: 0 }),
    'Process 1 · user1 abnormal → 3',
    'Process 1 · user1 이상행동 → 3',
  ],
  [
    line('checkpoint', 'checkpoint 7 completed in 12 ms, 6877 bytes'),
    'Checkpoint 7 completed · 12 ms · 6.7 KB',
    '체크포인트 7 완료 · 12 ms · 6.7 KB',
  ],
  [line('checkpoint', 'savepoint 8 failed: no room'), 'Savepoint 8 failed: no room', '세이브포인트 8 실패: no room'],
  [
    line('cluster', 'taskmanager-2 (attempt 1) lost: gone'),
    'TaskManager 2 lost (attempt 1): gone',
    'TaskManager 2 연결 끊김 (1번째 시도): gone',
  ],
  [line('cluster', 'JobManager (attempt 2) leads'), 'JobManager leads (attempt 2)', 'JobManager 리더가 됨 (2번째 시도)'],
  [line('job', `job ${JOB} RESTARTING`), 'Job RESTARTING', '작업 RESTARTING'],
  [
    line('recovery', 'recovery 1: checkpoint-chosen (checkpoint 9)'),
    'Recovery 1: checkpoint chosen · chk-9',
    '복구 1: 체크포인트 선택 · chk-9',
  ],
  [line('recovery', 'recovery 1: replaying'), 'Recovery 1: replaying', '복구 1: 재처리'],
];

describe('a line of the log', () => {
  it.each(told)('%j is told in both languages', (given, en, ko) => {
    expect(putInWords(given, logMessages.en.words)).toBe(en);
    expect(putInWords(given, logMessages.ko.words)).toBe(ko);
  });

  it.each([
    line('alert', '[ALERT] userId=user1 이상행동 3회 감지!'),
    line('cluster', 'something new'),
    line('source', '[SOURCE] 7 bytes of x are missing: deleted'),
  ])('%j stays as it came', (given) => expect(putInWords(given, logMessages.ko.words)).toBe(given.text));
});
