// Row 5: an operator without state between two exchanges with in-flight data is restored at any other parallelism.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '@weir/runtime/storage';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import type { StatelessParameters } from '../fixtures/stateless-job.js';
import { ledgerLines } from '../ledger.js';
import { recordsInFlight } from '../support/checkpoint-bytes.js';

const module = fileURLToPath(new URL('../fixtures/stateless-job.ts', import.meta.url));
const sizes = [9_000, 9_000];
const KEYS = 50;
let cluster: TestCluster;

afterEach(() => cluster.remove());

async function submit(mapParallelism: number, parallelism: number, waitMs: number, restoreFrom?: string): Promise<string> {
  await mkdir(cluster.output, { recursive: true });
  const parameters: StatelessParameters = {
    ...{ directory: cluster.output, sizes, keys: KEYS, padding: 900 },
    ...{ mapParallelism, parallelism, waitMs },
  };
  const { jobId } = await cluster.engine.submitJob({
    module,
    parameters: { ...parameters },
    configuration: configuration({ interval: 60 }),
    ...(restoreFrom === undefined ? {} : { restoreFrom }),
  });
  return jobId;
}

/** Ends the job once its rings are full, and returns what to go on from. */
async function end(jobId: string, by: 'cancel' | 'stop'): Promise<string> {
  await cluster.until(jobId, ({ state, checkpoints }) => {
    const { latestCompleted, latestRestored } = checkpoints;
    const own = (latestCompleted?.id ?? 0) > (latestRestored?.id ?? 0);
    return state === 'RUNNING' && own && (latestCompleted?.persistedData ?? 0) > 100_000;
  });
  if (by === 'stop') {
    expect(await cluster.engine.execute({ type: 'stop', jobId, drain: false })).toMatchObject({ ok: true });
    return (await cluster.finished(jobId)).checkpoints.latestSavepoint?.externalPath ?? '';
  }
  await cluster.engine.execute({ type: 'cancel', jobId });
  const { checkpoints } = await cluster.until(jobId, ({ state }) => state === 'CANCELED');
  const path = checkpoints.latestCompleted?.externalPath ?? '';
  const inFlight = await recordsInFlight(await readCheckpoint(path));
  expect([...inFlight].filter(([, records]) => records > 10).map(([edge]) => edge.split('->')[0])).toEqual(
    expect.arrayContaining(['sized', '_1']),
  );
  return path;
}

/** Each key's count goes up by one and every event is there once; behind a rebalance a key's events may come in any order. */
async function expectOracle(): Promise<void> {
  const lines = await ledgerLines(cluster);
  const counts = new Map<string, number>();
  const events = new Set<string>();
  for (const { key, count, sequence } of lines) {
    expect(count).toBe((counts.get(key) ?? 0) + 1);
    counts.set(key, count);
    expect(sequence % KEYS).toBe(Number(key.split('-')[1]));
    events.add(`${key.split('-')[0]} ${sequence}`);
  }
  const all = sizes.reduce((sum, size) => sum + size, 0);
  expect([lines.length, events.size]).toEqual([all, all]);
}

// Together every pair of 1 … 4.
it.each<{ name: string; walk: readonly number[]; by: 'cancel' | 'stop'; keyed?: number }>([
  { name: 'unaligned checkpoints', walk: [1, 2, 3, 4, 1], by: 'cancel' },
  { name: 'unaligned checkpoints', walk: [4, 3, 2, 1, 4], by: 'cancel' },
  { name: 'unaligned checkpoints', walk: [1, 3, 1], by: 'cancel' },
  { name: 'unaligned checkpoints', walk: [2, 4, 2], by: 'cancel' },
  { name: 'unaligned checkpoints, the keyed operator staying as it is', walk: [3, 1, 4, 2], by: 'cancel', keyed: 2 },
  { name: 'savepoints', walk: [2, 3, 1], by: 'stop' },
])('$walk, from $name', async ({ walk, by, keyed }) => {
  cluster = await TestCluster.start();
  let from: string | undefined;
  for (const parallelism of walk.slice(0, -1))
    from = await end(await submit(parallelism, keyed ?? parallelism, by === 'cancel' ? 5 : 2, from), by);
  const last = walk.at(-1) as number;
  const job = await cluster.finished(await submit(last, keyed ?? last, 0, from));
  await expectOracle();
  expect(job.ledger).toMatchObject({ made: 18_000, processed: 18_000, lost: 0, doubled: 0 });
});
