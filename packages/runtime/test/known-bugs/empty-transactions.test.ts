// Row 15: checkpoints in which a sink had nothing are none that it has committed, and none that hide what it has, however often one checkpoint is restored.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configuration, countingParameters, expectExactlyOnce, TestCluster } from '../cluster.js';
import { expectedOf } from '../fixtures/oracle.js';

const parameters = { ...countingParameters, events: 6_000, keys: 60, sources: 1, parallelism: 2, gated: true };
const byHand = configuration({ interval: 0 });
let cluster: TestCluster;

beforeEach(async () => {
  cluster = await TestCluster.start();
  await mkdir(cluster.output);
});
afterEach(() => cluster.remove());

const alertsUpTo = (events: number) => expectedOf(parameters.seed, events, parameters.keys, parameters.sources);
const openTo = (event: number) => writeFile(join(cluster.output, 'gate'), String(event));

async function mark(): Promise<number> {
  return (JSON.parse(await readFile(join(cluster.output, 'mark.json'), 'utf8')) as { checkpointId: number }).checkpointId;
}

async function checkpoint(jobId: string): Promise<{ readonly id: number; readonly path: string }> {
  const result = await cluster.engine.execute({ type: 'trigger-checkpoint', jobId });
  if (!result.ok) throw new Error(result.message);
  return { id: result.checkpointId ?? 0, path: result.externalPath ?? '' };
}

/** Lets the sources go on to `event`, and commits all that comes of it; returns the checkpoint that brought the last. */
async function commitUpTo(jobId: string, event: number): Promise<number> {
  await openTo(event);
  while ((await cluster.alerts()).length < alertsUpTo(event).alerts) await checkpoint(jobId);
  return mark();
}

/** The last of `many` checkpoints in which the sink has nothing. */
async function empties(jobId: string, many: number): Promise<{ readonly id: number; readonly path: string }> {
  const before = await mark();
  let last = await checkpoint(jobId);
  for (let n = 1; n < many; n++) last = await checkpoint(jobId);
  expect(await mark()).toBe(before);
  expect(last.id).toBeGreaterThanOrEqual(before + many);
  return last;
}

/** The checkpoint that the job goes on from after what `fail` does. */
async function restoredAfter(jobId: string, fail: () => Promise<unknown>): Promise<number | undefined> {
  const { numRestarts } = cluster.job(jobId);
  await fail();
  const job = await cluster.until(jobId, (each) => each.state === 'RUNNING' && each.numRestarts > numRestarts);
  return job.checkpoints.latestRestored?.id;
}

const crash = () => cluster.engine.execute({ type: 'fail-taskmanager', id: 'taskmanager-1', mode: 'crash' });

async function restartProcess(jobId: string, meanwhile: () => Promise<unknown> = async () => {}): Promise<number | undefined> {
  await cluster.stop();
  await meanwhile();
  cluster = await TestCluster.start({}, cluster.directory);
  await cluster.engine.resumeJob(jobId, cluster.submission(parameters, byHand));
  return (await cluster.until(jobId, ({ state }) => state === 'RUNNING')).checkpoints.latestRestored?.id;
}

it('after failures of everything an empty checkpoint is restored again and again: nothing lost, nothing doubled', async () => {
  await openTo(0);
  const jobId = await cluster.submit(parameters, byHand);
  await cluster.until(jobId, ({ state }) => state === 'RUNNING');
  for (const event of [2_000, 4_000]) {
    const committed = await commitUpTo(jobId, event);
    const { id } = await empties(jobId, 3);
    expect(await restoredAfter(jobId, crash)).toBe(id);
    // What comes of these was not in any checkpoint.
    await openTo(event + 500);
    expect(await restoredAfter(jobId, crash)).toBe(id);
    expect(await restoredAfter(jobId, () => cluster.engine.execute({ type: 'fail-jobmanager' }))).toBe(id);
    expect(await restartProcess(jobId)).toBe(id);
    expect(await mark()).toBe(committed);
  }
  await openTo(parameters.events);
  await expectExactlyOnce(cluster, await cluster.finished(jobId), { ...parameters, directory: cluster.output });
});

it('empty ones that are damaged may be passed over, for nothing was committed past the one before', async () => {
  await openTo(0);
  const jobId = await cluster.submit(parameters, byHand);
  await cluster.until(jobId, ({ state }) => state === 'RUNNING');
  const committed = await commitUpTo(jobId, 2_000);
  const { id } = await empties(jobId, 2);
  const damage = async () => {
    for (let empty = committed + 1; empty <= id; empty++) {
      await writeFile(join(cluster.directory, 'checkpoints', jobId, `chk-${empty}`, '_metadata'), 'damaged');
    }
  };
  expect(await restartProcess(jobId, damage)).toBe(committed);
  expect(await restoredAfter(jobId, crash)).toBe(committed);
  await openTo(parameters.events);
  await expectExactlyOnce(cluster, await cluster.finished(jobId), { ...parameters, directory: cluster.output });
});

it('jobs are started from one checkpoint: what is committed beyond it is not taken for what they commit', async () => {
  await openTo(0);
  const cancel = async (jobId: string) => {
    await cluster.engine.execute({ type: 'cancel', jobId });
    await cluster.until(jobId, ({ state }) => state === 'CANCELED');
  };
  const start = async (from?: string) => {
    const jobId = await cluster.submit(parameters, byHand, from);
    await cluster.until(jobId, ({ state }) => state === 'RUNNING');
    return jobId;
  };
  const first = await start();
  await commitUpTo(first, 2_000);
  const { path } = await empties(first, 2);
  await cancel(first);
  const second = await start(path);
  await empties(second, 2);
  await cancel(second);
  const third = await start(path);
  const beyond = await commitUpTo(third, 4_000);
  await cancel(third);
  // To go back behind what is committed is what somebody asked for: that part comes twice, but nothing is lost.
  await openTo(parameters.events);
  const fourth = await cluster.finished(await cluster.submit(parameters, byHand, path));
  expect(fourth.lineage).toBe(first);
  expect(Math.min(...fourth.checkpoints.history.map(({ id }) => id))).toBeGreaterThan(beyond);
  const times = new Map<number, number>();
  for (const { sequence } of await cluster.alerts()) times.set(sequence, (times.get(sequence) ?? 0) + 1);
  const expected = new Map<number, number>();
  for (const { sequence } of [...alertsUpTo(parameters.events).alertsByKey.values()].flat()) {
    expected.set(sequence, sequence >= 2_000 && sequence < 4_000 ? 2 : 1);
  }
  expect([...times].sort(([a], [b]) => a - b)).toEqual([...expected].sort(([a], [b]) => a - b));
});
