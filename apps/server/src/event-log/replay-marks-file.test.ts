import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReplayMarksFile } from './replay-marks-file.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-marks-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const line = (sequence: number) =>
  ({
    type: 'published',
    at: 0,
    jobId: 'j',
    topic: 'source',
    taskManagerId: 't',
    vertexId: 'v',
    subtask: 0,
    dropped: 0,
    payload: { userId: 'user1', sequence },
  }) as const;

it('tells a replay from what a process before this one has printed', () => {
  const path = join(directory, 'marks.json');
  const before = new ReplayMarksFile(path);
  for (const sequence of [0, 3, 6]) before.marker.isReplay(line(sequence));
  before.write();
  const after = new ReplayMarksFile(path);
  expect([3, 6, 9].map((sequence) => after.marker.isReplay(line(sequence)))).toEqual([true, true, false]);
});

it.each(['', '{', '{"highest":[1,["a"]],"ids":7}', 'null'])('begins anew with a file that holds %j', (content) => {
  const path = join(directory, 'marks.json');
  writeFileSync(path, content);
  expect(new ReplayMarksFile(path).marker.isReplay(line(0))).toBe(false);
});
