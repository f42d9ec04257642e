import type { EngineEvent, EngineSnapshot, JobInfo, RecoveryInfo, RecoveryPhase } from '@weir/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { JOB_ID, job, snapshot } from '../testing/snapshot.js';
import { KeyBook } from './key-book.js';

let current: EngineSnapshot;
let readable: ReadonlyMap<string, number> | undefined;
let read: string[];
let book: KeyBook;

beforeEach(() => {
  current = snapshot();
  readable = undefined;
  read = [];
  book = new KeyBook({
    snapshot: () => current,
    readCounts: async (path) => {
      read.push(path);
      return readable;
    },
  });
});

function processed(
  at: number,
  userId: string,
  abnormalCount: number,
  more: { taskManagerId?: string; dropped?: number; topic?: string } = {},
): EngineEvent {
  const { taskManagerId = 'taskmanager-1', dropped = 0, topic = 'process' } = more;
  const payload = topic === 'process' ? { userId, abnormalCount, sequence: at } : { userId, count: abnormalCount, id: `${at}` };
  return { type: 'published', at, jobId: JOB_ID, topic, taskManagerId, vertexId: 'v', subtask: 0, dropped, payload };
}

function recovery(at: number, phase: RecoveryPhase, checkpointId?: number): EngineEvent {
  const info: RecoveryInfo = { number: 1, cause: '', phases: {}, ...(checkpointId === undefined ? {} : { checkpointId }) };
  return { type: 'recovery', at, jobId: JOB_ID, phase, recovery: info };
}

function show(changes: Partial<JobInfo>): void {
  current = snapshot({ jobs: [job(changes)] });
  book.accept({ type: 'changed', at: 0 });
}

async function restored(id: number, restoreTimestamp: number): Promise<void> {
  const latestRestored = { id, restoreTimestamp, isSavepoint: false, externalPath: `file:/chk-${id}` };
  show({ checkpoints: { ...job().checkpoints, latestRestored } });
  await new Promise((resolve) => setImmediate(resolve));
}

const counts = (): Record<string, number | 'unknown'> =>
  Object.fromEntries(book.list().map(({ key, abnormalCount, countKnown }) => [key, countKnown ? abnormalCount : 'unknown']));

describe('counts', () => {
  it('are those of the last event of each key, with the place of the key', () => {
    for (const [at, user, count] of [
      [1, 'user1', 1],
      [2, 'user2', 0],
      [3, 'user1', 2],
    ] as const)
      book.accept(processed(at, user, count));
    book.accept(processed(4, 'user1', 2, { topic: 'alert' }));
    expect(book.list()).toEqual([
      { key: 'user1', keyGroup: 17, subtask: 0, abnormalCount: 2, countKnown: true, events: 2, alerts: 1, lastEventAt: 4 },
      { key: 'user2', keyGroup: 63, subtask: 1, abnormalCount: 0, countKnown: true, events: 1, alerts: 0, lastEventAt: 2 },
    ]);
    expect(book.list()).toBe(book.list());
  });

  it('are unknown from a failure on, and then those of the restored checkpoint', async () => {
    book.accept(processed(1, 'user1', 2));
    book.accept(processed(2, 'user2', 3));
    book.accept(recovery(10, 'failed'));
    expect(counts()).toEqual({ user1: 'unknown', user2: 'unknown' });
    // Late words of the attempt that is over.
    book.accept(processed(11, 'user1', 3));
    book.accept(recovery(12, 'detected'));
    book.accept(recovery(20, 'restoring', 4));
    book.accept(processed(19, 'user1', 4));
    expect(counts()).toEqual({ user1: 'unknown', user2: 'unknown' });
    readable = new Map([
      ['user1', 1],
      ['user2', 2],
      ['user3', 0],
    ]);
    // The replay has begun when the checkpoint has been read.
    book.accept(processed(21, 'user2', 3));
    await restored(4, 20);
    expect(read).toEqual(['file:/chk-4']);
    expect(counts()).toEqual({ user1: 1, user2: 3, user3: 0 });
    expect(book.list().map(({ events }) => events)).toEqual([0, 1, 0]);
  });

  it('of a checkpoint are dropped if the next failure comes before they have been read', async () => {
    readable = new Map([['user1', 1]]);
    const latestRestored = { id: 4, restoreTimestamp: 20, isSavepoint: false, externalPath: 'file:/chk-4' };
    show({ checkpoints: { ...job().checkpoints, latestRestored } });
    book.accept(recovery(30, 'failed'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(counts()).toEqual({});
  });

  it('begin anew from empty state', () => {
    book.accept(processed(1, 'user1', 2));
    book.accept(recovery(10, 'detected'));
    book.accept(recovery(20, 'restoring'));
    expect(counts()).toEqual({});
    book.accept(processed(21, 'user1', 1));
    expect(counts()).toEqual({ user1: 1 });
  });

  it('are unknown while no JobManager leads, and of another job not kept', () => {
    book.accept(processed(1, 'user1', 2));
    book.accept({ type: 'jobmanager', at: 5, attempt: 1, leading: false });
    expect(counts()).toEqual({ user1: 'unknown' });
    show({ id: 'other' });
    expect(counts()).toEqual({});
    book.accept(processed(6, 'user1', 3));
    expect(counts()).toEqual({});
  });

  it('of a TaskManager are unknown after it has left out lines, until their next event', () => {
    book.accept(processed(1, 'user1', 1));
    book.accept(processed(1, 'user3', 1, { taskManagerId: 'taskmanager-3' }));
    book.accept(processed(2, 'user2', 5, { dropped: 9 }));
    expect(counts()).toEqual({ user1: 'unknown', user2: 5, user3: 1 });
  });

  it('are unknown where not each event is published', async () => {
    show({ parameters: { source: { kind: 'load' } } });
    book.accept(processed(1, 'user7', 3, { topic: 'alert' }));
    await restored(4, 20);
    show({ parameters: { source: { kind: 'load' } }, checkpoints: current.jobs[0].checkpoints });
    expect(counts()).toEqual({ user7: 'unknown' });
  });
});

it('shows the most active of many keys, in the order of their names', () => {
  for (let n = 0; n < 3_000; n++) book.accept(processed(n, `user${n}`, 1));
  for (let n = 2_500; n < 2_600; n++) book.accept(processed(3_000 + n, `user${n}`, 2));
  const keys = book.list().map(({ key }) => Number(key.slice(4)));
  expect(keys).toHaveLength(200);
  expect(keys).toEqual([...keys].sort((a, b) => a - b));
  expect(keys.filter((n) => n >= 2_500 && n < 2_600)).toHaveLength(100);
  expect(keys.filter((n) => n >= 2_900)).toHaveLength(100);
});
