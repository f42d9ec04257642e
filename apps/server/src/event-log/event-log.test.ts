import { join } from 'node:path';
import type { EngineEvent, LogLine } from '@weir/protocol';
import { expect, it } from 'vitest';
import { EventLog } from './event-log.js';
import { ReplayMarksFile } from './replay-marks-file.js';

function published(sequence: number, dropped = 0): EngineEvent {
  const payload = { userId: 'user1', isAbnormal: false, sequence };
  return { type: 'published', at: 5.4, jobId: 'j', topic: 'source', taskManagerId: 't', vertexId: 'v', subtask: 1, dropped, payload };
}

function open(printsEvents = true): { log: EventLog; printed: string[] } {
  const printed: string[] = [];
  // A directory that is not there: nothing is remembered, and nothing fails.
  const marks = new ReplayMarksFile(join('/nowhere', 'marks'));
  return { log: new EventLog(marks, { print: (line) => printed.push(line), printsEvents: () => printsEvents }), printed };
}

it('numbers its lines, says which are made again, and passes on what was left out', () => {
  const { log, printed } = open();
  const heard: [LogLine, number][] = [];
  log.subscribe((line, dropped) => heard.push([line, dropped]));
  for (const event of [published(1), published(2, 7), { type: 'changed', at: 6 } as const, published(1)]) log.accept(event);
  expect(heard.map(([{ number, at, replayed, userId }, dropped]) => [number, at, replayed, userId, dropped])).toEqual([
    [1, 5, false, 'user1', 0],
    [2, 5, false, 'user1', 7],
    [3, 5, true, 'user1', 0],
  ]);
  expect(printed[1]).toBe('[SOURCE] userId=user1 normal (7 lines before it left out)');
  expect(log.newest(2)).toEqual(heard.slice(1).map(([line]) => line));
  log.close();
});

it('keeps the newest 2,000', () => {
  const { log } = open();
  for (let n = 1; n <= 4_500; n++) log.accept(published(n));
  expect(log.newest(9_999).map(({ number }) => number)).toEqual(Array.from({ length: 2_000 }, (_, i) => 2_501 + i));
  expect(log.newest(3).map(({ number }) => number)).toEqual([4_498, 4_499, 4_500]);
  log.close();
});

it('tells a terminal of alerts alone, where each event would be too much', () => {
  const { log, printed } = open(false);
  log.accept(published(1));
  log.accept({
    ...(published(2) as Extract<EngineEvent, { type: 'published' }>),
    topic: 'alert',
    payload: { message: '[ALERT] x', id: 'a' },
  });
  expect(printed).toEqual(['[ALERT] x']);
  expect(log.newest(9)).toHaveLength(2);
  log.close();
});
