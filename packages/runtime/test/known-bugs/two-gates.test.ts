// Row 3: in-flight data of a task with two gates goes back to the channel it was of, and at another parallelism to whose keys it holds.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '@weir/runtime/storage';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import type { TwoGatesLine, TwoGatesParameters } from '../fixtures/two-gates-job.js';
import { order } from '../ledger.js';
import { channelsInFlight } from '../support/checkpoint-bytes.js';

const module = fileURLToPath(new URL('../fixtures/two-gates-job.ts', import.meta.url));
const sizes = { a: [1_500, 1_500, 1_500], b: [1_500, 1_500] };
const KEYS = 10;
let cluster: TestCluster;

afterEach(() => cluster.remove());

async function submit(parallelism: number, waitMs: number, restoreFrom?: string): Promise<string> {
  await mkdir(cluster.output, { recursive: true });
  const parameters: TwoGatesParameters = { directory: cluster.output, ...sizes, keys: KEYS, padding: 2_000, parallelism, waitMs };
  const { jobId } = await cluster.engine.submitJob({
    module,
    parameters: { ...parameters },
    configuration: configuration({ interval: 60, retained: 1_000 }),
    ...(restoreFrom === undefined ? {} : { restoreFrom }),
  });
  return jobId;
}

/** Every record once, in order per key, each key at one subtask; returns which. */
async function expectEveryLine(): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const lines = (await readFile(join(cluster.output, 'lines.ndjson'), 'utf8')).split('\n').slice(0, -1);
  const next = new Map<string, number>();
  const subtasks = new Map<string, Set<number>>();
  const wrong: TwoGatesLine[] = [];
  for (const line of lines.map((text) => JSON.parse(text) as TwoGatesLine)) {
    const expected = next.get(line.key) ?? 0;
    if (line.count !== expected + 1 || line.sequence !== expected * KEYS + Number(line.key.split('-')[1])) wrong.push(line);
    next.set(line.key, expected + 1);
    subtasks.set(line.key, (subtasks.get(line.key) ?? new Set()).add(line.subtask));
  }
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(lines.length).toBe([...sizes.a, ...sizes.b].reduce((sum, size) => sum + size, 0));
  return subtasks;
}

/** The keys in each channel's in-flight data, `gate from-to`, as the bytes of the checkpoint have them. */
async function keysInFlight(path: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const channels = new Map<string, Set<string>>();
  for (const { edge, from, to, records } of await channelsInFlight(await readCheckpoint(path))) {
    const keys = records.map((bytes) => /[ab]\d-\d/.exec(Buffer.from(bytes).toString('latin1'))?.[0] ?? 'no key');
    if (keys.length > 0) channels.set(`${edge.split('->')[0]}${from}-${to}`, new Set(keys));
  }
  return channels;
}

it('after failures every payload comes once, in its own channel', async () => {
  cluster = await TestCluster.start();
  const jobId = await submit(3, 5);
  const restored: ReadonlyMap<string, ReadonlySet<string>>[] = [];
  for (const victim of [1, 2, 3]) {
    const { checkpoints, numRestarts } = await cluster.until(jobId, ({ state }) => state === 'RUNNING');
    await cluster.until(
      jobId,
      ({ checkpoints: now }) => now.counts.completed > checkpoints.counts.completed + 1 && (now.latestCompleted?.persistedData ?? 0) > 1e6,
    );
    await cluster.engine.execute({ type: 'fail-taskmanager', id: `taskmanager-${victim}`, mode: 'crash' });
    const again = await cluster.until(jobId, (job) => job.state === 'RUNNING' && job.numRestarts > numRestarts);
    restored.push(await keysInFlight(again.checkpoints.latestRestored?.externalPath ?? ''));
  }
  await order(cluster, 'hurry');
  const job = await cluster.finished(jobId);
  const subtaskOf = await expectEveryLine();
  const seen = new Set<string>();
  for (const channels of restored) {
    for (const [channel, keys] of channels) {
      seen.add(channel);
      for (const key of keys) expect(`${key.slice(0, 2)}-${[...(subtaskOf.get(key) ?? [])].join()}`).toBe(channel);
    }
  }
  // 3 subtasks of a and 2 of b to 3 each: none was empty all the time.
  expect(seen.size).toBe(15);
  expect(job.ledger).toMatchObject({ made: 7_500, processed: 7_500, lost: 0, doubled: 0 });
});

it.each([
  { from: 3, to: 2 },
  { from: 2, to: 4 },
])('at parallelism $from → $to every payload comes once, where its key belongs', async ({ from, to }) => {
  cluster = await TestCluster.start();
  const first = await submit(from, 5);
  await cluster.until(first, ({ checkpoints }) => (checkpoints.latestCompleted?.persistedData ?? 0) > 1e6);
  await cluster.engine.execute({ type: 'cancel', jobId: first });
  const { checkpoints } = await cluster.until(first, ({ state }) => state === 'CANCELED');
  const path = checkpoints.latestCompleted?.externalPath ?? '';
  const gates = new Set([...(await keysInFlight(path)).keys()].map((channel) => channel[0]));
  expect([...gates].sort()).toEqual(['a', 'b']);
  const second = await submit(to, 0, path);
  const job = await cluster.finished(second);
  await expectEveryLine();
  expect(job.ledger).toMatchObject({ made: 7_500, processed: 7_500, lost: 0, doubled: 0 });
});
