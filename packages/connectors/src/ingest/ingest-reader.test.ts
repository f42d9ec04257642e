import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputStatus, type SourceReader } from '@weir/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { UserEvent } from '../event.js';
import { FailingIngestDisk } from '../testing/failing-ingest-disk.js';
import { CollectingOutput, type FakeContext, fakeContext } from '../testing/reader-driver.js';
import { IngestLog } from './ingest-log.js';
import { type IngestPosition, IngestSource } from './ingest-source.js';

let directory = '';
let log: IngestLog;
const disk = new FailingIngestDisk();
const readers: SourceReader<UserEvent, IngestPosition>[] = [];

beforeEach(async () => {
  directory = join(mkdtempSync(join(tmpdir(), 'weir-ingest-')), 'ingest');
  log = await IngestLog.open({ directory, segmentBytes: 200, disk });
});
afterEach(async () => {
  disk.fail = () => undefined;
  for (const reader of readers.splice(0)) await reader.close?.();
  await log.close();
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

const append = (...users: string[]) =>
  log.append({
    lines: users.map((userId) => `${JSON.stringify({ userId, eventType: 'abnormal', timestamp: null })}\n`).join(''),
    count: users.length,
  });

function start(restored?: readonly IngestPosition[], options = {}, context: FakeContext = fakeContext()) {
  const reader = new IngestSource({ directory, key: 'user', from: 0, ...options }).createReader(context);
  readers.push(reader);
  void reader.start(restored);
  return reader;
}

/** Polls until there are `count` events; `between` runs before each poll. */
async function take(
  reader: SourceReader<UserEvent, IngestPosition>,
  count: number,
  room = 1_000,
  between: (taken: number) => void = () => {},
) {
  const output = new CollectingOutput<UserEvent>();
  while (output.records.length < count) {
    between(output.records.length);
    output.room = room;
    if (reader.pollNext(output) === InputStatus.NOTHING_AVAILABLE && output.records.length < count) await reader.isAvailable();
  }
  return output.records.map(({ userId, sequence }) => [userId, sequence]);
}

const expected = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => [`u${from + n}`, from + n]);

it('reads over segments, restored from any place', async () => {
  let next = 0;
  for (const size of [1, 3, 2, 7, 1, 1, 5, 4]) await append(...Array.from({ length: size }, () => `u${next++}`));
  expect(log.segments.length).toBeGreaterThan(3);
  const states: { readonly taken: number; readonly state: readonly IngestPosition[] }[] = [];
  const reader = start();
  const all = await take(reader, next, 1, (taken) => states.push({ taken, state: structuredClone(reader.snapshotState(0)) }));
  expect(all).toEqual(expected(0, next));
  states.push({ taken: next, state: reader.snapshotState(0) });
  await append('last');
  for (const { taken, state } of states) {
    expect(await take(start(state), next + 1 - taken)).toEqual([...expected(taken, next), ['last', next]]);
  }
  for (const from of [0, 5, next]) expect((await take(start(undefined, { from }), next + 1 - from))[0][1]).toBe(from);
});

it('says its place before there is anything to read: else all before it would be taken for unread', async () => {
  await append('a', 'b');
  const context = fakeContext();
  const reader = start(undefined, { from: 2 }, context);
  void reader.isAvailable();
  await expect.poll(() => context.counts.get('logPosition')?.count).toBe(log.position);
  await append('c');
  expect(await take(reader, 1)).toEqual([['c', 2]]);
});

it('is woken by what is appended, and does not see what is not durable', async () => {
  const reader = start();
  const waiting = take(reader, 2);
  await append('a');
  disk.fail = (operation) => (operation === 'sync' ? 'EIO' : undefined);
  await expect(append('never')).rejects.toThrow('EIO');
  disk.fail = () => undefined;
  await append('b');
  expect(await waiting).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
});

it('says what is missing if a replay needs what is deleted, and goes on', async () => {
  for (let n = 0; n < 8; n++) await append(`u${n}`, `${'x'.repeat(200)}`);
  const reader = start();
  await take(reader, 3, 1);
  const state = structuredClone(reader.snapshotState(0));
  const [, , third] = log.segments;
  await log.release(third.first);
  const context = fakeContext();
  const [first] = await take(start(state, {}, context), 1);
  expect(first[1]).toBe(third.first);
  const gap = { file: directory, bytesMissing: third.base - state[0].position, eventsMissing: third.first - 3, reason: 'deleted' };
  expect(context.published).toEqual([{ topic: 'log-gap', payload: gap }]);
  expect(context.counts.get('bytesMissing')?.count).toBe(gap.bytesMissing);
});

it('counts events that lack the key of a job that was changed', async () => {
  await append('a');
  await log.append({ lines: '{"userId":"b","eventType":"normal","timestamp":null,"ip":"1.2.3.4"}\n', count: 1 });
  const context = fakeContext();
  expect(await take(start(undefined, { key: 'ip' }, context), 1)).toEqual([['1.2.3.4', 1]]);
  expect(context.counts.get('malformed')?.count).toBe(1);
});

it('has one reader only', () => {
  const other = start(undefined, {}, { ...fakeContext(), indexOfThisSubtask: 1 });
  expect(other.pollNext(new CollectingOutput())).toBe(InputStatus.END_OF_INPUT);
  expect(other.snapshotState(0)).toEqual([]);
});
