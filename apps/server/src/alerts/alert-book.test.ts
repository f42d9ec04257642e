import type { CheckpointInfo, EngineEvent, RecoveryInfo } from '@weir/protocol';
import { expect, it } from 'vitest';
import { alert, MemoryAlertLog } from '../testing/memory-alert-log.js';
import { checkpoint } from '../testing/snapshot.js';
import type { Alert } from './alert.js';
import { AlertBook } from './alert-book.js';

const JOB = 'a'.repeat(32);

function published(payload: Alert): EngineEvent {
  return {
    type: 'published',
    at: 0,
    jobId: JOB,
    topic: 'alert',
    taskManagerId: 'taskmanager-1',
    vertexId: '',
    subtask: 0,
    dropped: 0,
    payload,
  };
}

const committed: EngineEvent = { type: 'committed', at: 0, jobId: JOB, uid: 'sink', checkpointId: 1, records: 1 };

function restoring(at: number, number = 1): EngineEvent {
  return { type: 'recovery', at, jobId: JOB, phase: 'restoring', recovery: { number } as RecoveryInfo };
}

const running: EngineEvent = { type: 'job-status', at: 0, jobId: JOB, status: 'RUNNING' };

function completed(triggerTimestamp: number): EngineEvent {
  const info: CheckpointInfo = { ...checkpoint(2), triggerTimestamp };
  return { type: 'checkpoint', at: triggerTimestamp, jobId: JOB, checkpoint: info };
}

async function statuses(book: AlertBook): Promise<Record<string, string>> {
  // Whatever was begun by an event has its turn first.
  await new Promise((resolve) => setImmediate(resolve));
  const { alerts } = await book.list({ after: 0, limit: 100, pending: true });
  return Object.fromEntries(alerts.map(({ id, seq, status }) => [id, `${status}${seq === null ? '' : ` ${seq}`}`]));
}

it('shows an alert as pending until it is committed', async () => {
  const log = new MemoryAlertLog();
  const book = new AlertBook(log);
  book.accept(published(alert(3)));
  book.accept(published(alert(4)));
  expect(await statuses(book)).toEqual({ 'alert-3': 'pending', 'alert-4': 'pending' });
  log.commit(alert(3));
  book.accept(committed);
  expect(await statuses(book)).toEqual({ 'alert-3': 'committed 1', 'alert-4': 'pending' });
  expect((await book.list({ after: 0, limit: 100, pending: false })).alerts).toHaveLength(1);
});

it('withdraws what a failure took back and the replay did not make again, and only that', async () => {
  const log = new MemoryAlertLog();
  const book = new AlertBook(log);
  for (const n of [3, 4, 5]) book.accept(published(alert(n)));
  // 3 was covered by the checkpoint that is restored, 4 comes again, 5 does not.
  log.commit(alert(3));
  book.accept(restoring(1_000));
  book.accept(published(alert(4)));
  book.accept(completed(900));
  expect(await statuses(book)).toMatchObject({ 'alert-5': 'pending' });
  book.accept(completed(2_000));
  expect(await statuses(book)).toEqual({ 'alert-3': 'committed 1', 'alert-4': 'pending', 'alert-5': 'withdrawn' });
  // Made once more after all.
  book.accept(published(alert(5)));
  expect(await statuses(book)).toMatchObject({ 'alert-5': 'pending' });
});

it('does not grow without bound', async () => {
  const book = new AlertBook(new MemoryAlertLog());
  for (let n = 0; n < 12_000; n++) book.accept(published(alert(n)));
  const { alerts } = await book.list({ after: 0, limit: 1, pending: true });
  expect(alerts).toHaveLength(10_000);
  expect(alerts.at(-1)?.id).toBe('alert-11999');
});

it('tells each change of status once', async () => {
  const log = new MemoryAlertLog();
  const told: string[] = [];
  const book = new AlertBook(log, { onChange: ({ alert, status, seq }) => told.push(`${alert.id} ${status} ${seq}`) });
  for (const n of [3, 4, 3]) book.accept(published(alert(n)));
  book.accept(restoring(1_000));
  expect(book.pending).toBe(0);
  book.accept(published(alert(3)));
  expect(book.pending).toBe(1);
  book.accept(completed(2_000));
  await statuses(book);
  log.commit(alert(3), alert(5));
  book.accept(committed);
  await statuses(book);
  // Word of it comes late: it is committed for good.
  book.accept(published(alert(5)));
  expect(told).toEqual([
    'alert-3 pending null',
    'alert-4 pending null',
    'alert-4 withdrawn null',
    'alert-3 committed 1',
    'alert-5 committed 2',
  ]);
  expect(book.pending).toBe(0);
});

it('tells of many that are committed at once those that were pending or withdrawn, and the newest', async () => {
  const log = new MemoryAlertLog();
  const told: string[] = [];
  const book = new AlertBook(log, { onChange: ({ alert, status, seq }) => told.push(`${alert.id} ${status} ${seq}`) });
  await book.catchUp();
  for (const n of [7, 8]) book.accept(published(alert(n)));
  book.accept(restoring(1_000));
  book.accept(published(alert(8)));
  book.accept(completed(2_000));
  await statuses(book);
  told.length = 0;
  log.commit(...Array.from({ length: 25_000 }, (_, n) => alert(n)));
  book.accept(committed);
  await book.catchUp();
  const newest = Array.from({ length: 2_000 }, (_, i) => `alert-${23_000 + i} committed ${23_001 + i}`);
  expect(told).toEqual(['alert-7 committed 8', 'alert-8 committed 9', ...newest]);
  expect(book.pending).toBe(0);
});

it('tells of each recovery how many pending alerts it took back: those that the restored checkpoint covers are not among them', async () => {
  const log = new MemoryAlertLog();
  const told: [number, number][] = [];
  const book = new AlertBook(log, { onTakenBack: ({ number, alerts }) => told.push([number, alerts]) });
  book.accept(running);
  for (const n of [3, 4, 5]) book.accept(published(alert(n)));
  // Committed with the restore, and the word of that comes behind.
  log.commit(alert(3));
  book.accept(restoring(1_000, 1));
  await statuses(book);
  // Of 4 and 5 only one has been made again when the next failure comes.
  book.accept(published(alert(4)));
  book.accept(restoring(2_000, 2));
  await statuses(book);
  book.accept(restoring(3_000, 3));
  await statuses(book);
  expect(told).toEqual([
    [1, 2],
    [2, 1],
    [3, 0],
  ]);
});

it('says nothing of what was pending before it came', async () => {
  const told: number[] = [];
  const book = new AlertBook(new MemoryAlertLog(), { onTakenBack: ({ number }) => told.push(number) });
  book.accept(restoring(1_000, 1));
  await statuses(book);
  expect(told).toEqual([]);
});
