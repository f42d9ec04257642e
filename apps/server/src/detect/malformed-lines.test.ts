import type { EngineEvent } from '@weir/protocol';
import { expect, it } from 'vitest';
import { MalformedLines } from './malformed-lines.js';

function malformed(number: number): EngineEvent {
  const payload = { file: '/abs/a.csv', line: number * 2, reason: 'no userId', number };
  return { type: 'published', at: 0, jobId: 'j', topic: 'malformed', taskManagerId: 't', vertexId: 'v', subtask: 0, dropped: 0, payload };
}

it('names the first twenty by the name that was typed, each once over replays, then the number', () => {
  const lines: string[] = [];
  const named = new MalformedLines(
    (line) => lines.push(line),
    () => 'a.csv',
  );
  for (let n = 1; n <= 15; n++) named.accept(malformed(n));
  // A failure took the source back.
  for (let n = 9; n <= 30; n++) named.accept(malformed(n));
  named.finish(57);
  expect(lines).toEqual([...Array.from({ length: 20 }, (_, i) => `a.csv:${2 * (i + 1)}: no userId`), '37 more malformed lines, 57 in all']);
});
