// What was made, processed, in flight, lost and doubled, as completed checkpoints say it, against what the sources' positions, the user's own counter in
// Process and the bytes in flight say.
import type { LedgerInfo } from '@weir/protocol';
import { type CheckpointReader, listCheckpoints, readCheckpoint } from '@weir/runtime/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { injectFaults, randomOf } from './chaos.js';
import { configuration, countingParameters, expectExactlyOnce, TestCluster } from './cluster.js';
import { recordsInFlight, withoutCounts } from './support/checkpoint-bytes.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

/** Long records and a slow sink: the rings are full. */
const full = { ...countingParameters, keys: 500, padding: 700, slowSinkMs: 1 };

const sum = (values: readonly unknown[]) => values.reduce<number>((total, value) => total + (value as number), 0);

/** By the sources' own positions, and by what the user's function counts. */
async function counted(reader: CheckpointReader): Promise<{ made: number; processed: number }> {
  const processed = (await reader.operatorState('counting')).filter(({ name }) => name === 'processed');
  return { made: sum((await reader.offsets()).generated ?? []), processed: sum(processed.flatMap(({ elements }) => elements)) };
}

async function inFlight(reader: CheckpointReader, edge: string): Promise<number> {
  return (await recordsInFlight(reader)).get(edge) ?? 0;
}

/** Ledgers that the page was shown, by checkpoint. */
function watch(jobId: string): Map<number, LedgerInfo> {
  const seen = new Map<number, LedgerInfo>();
  cluster.engine.subscribe(() => {
    const ledger = cluster.engine.snapshot().jobs.find(({ id }) => id === jobId)?.ledger;
    if (ledger !== undefined) seen.set(ledger.checkpointId, ledger);
  });
  return seen;
}

/** Every checkpoint on disk; none is discarded. */
async function allCheckpoints(jobId: string): Promise<CheckpointReader[]> {
  const jobs = await listCheckpoints(`${cluster.directory}/checkpoints`);
  const valid = jobs.find((job) => job.jobId === jobId)?.checkpoints.filter(({ status }) => status === 'valid') ?? [];
  return Promise.all(valid.map(({ path }) => readCheckpoint(path)));
}

const keepAll = { retained: 1_000 } as const;

describe('while TaskManagers, user code and the JobManager fail', () => {
  it.each([
    { name: 'aligned', unaligned: false, seed: 31 },
    { name: 'unaligned', unaligned: true, seed: 32 },
  ])('$name: every checkpoint adds up, and says what sources and Process say', async ({ unaligned, seed }) => {
    cluster = await TestCluster.start();
    const parameters = { ...full, directory: cluster.output, events: 150_000, seed };
    const jobId = await cluster.submit(parameters, configuration({ unaligned, interval: 100, ...keepAll }));
    const shown = watch(jobId);
    const injected = await injectFaults(cluster, jobId, ['crash', 'user-code', 'jobmanager', 'crash'], randomOf(seed));
    expect(injected.length).toBeGreaterThanOrEqual(2);
    const job = await cluster.finished(jobId);
    await expectExactlyOnce(cluster, job, parameters);
    let most = 0;
    for (const reader of await allCheckpoints(jobId)) {
      const ledger = await reader.ledger();
      const { made, processed } = await counted(reader);
      const between = await inFlight(reader, 'generated->counting');
      expect(ledger).toMatchObject({ checkpointId: reader.metadata.checkpointId, made, processed, inFlight: between, lost: 0, doubled: 0 });
      expect(made).toBe(processed + between);
      expect(ledger?.since).toBeUndefined();
      const page = shown.get(reader.metadata.checkpointId);
      if (page !== undefined) expect(page).toEqual(ledger);
      most = Math.max(most, between);
    }
    expect(shown.size).toBeGreaterThan(3);
    if (unaligned) expect(most).toBeGreaterThan(100);
    else expect(most).toBe(0);
    expect(job.ledger).toMatchObject({ made: 150_000, processed: 150_000, inFlight: 0, lost: 0, doubled: 0 });
    const [source, process] = job.vertices.map(({ id }) => id);
    expect(job.ledger?.exchanges).toEqual([
      { sourceVertexId: source, targetVertexId: process, sent: 150_000, received: 150_000, inFlight: 0, lost: 0, doubled: 0 },
    ]);
  });

  it('with a step between two shuffles, each exchange adds up', async () => {
    cluster = await TestCluster.start({ slotsPerTaskManager: 4 });
    const parameters = { ...full, directory: cluster.output, events: 60_000, rebalance: true };
    const jobId = await cluster.submit(parameters, configuration({ interval: 100, ...keepAll }));
    await injectFaults(cluster, jobId, ['crash', 'crash'], randomOf(33));
    const job = await cluster.finished(jobId);
    const readers = await allCheckpoints(jobId);
    for (const reader of readers) {
      const ledger = await reader.ledger();
      const { made, processed } = await counted(reader);
      expect(ledger).toMatchObject({ made, lost: 0, doubled: 0 });
      expect(ledger?.exchanges[1]?.received).toBe(processed);
      for (const [edge, records] of await recordsInFlight(reader)) {
        expect(ledger?.exchanges[edge.endsWith('->counting') ? 1 : 0]?.inFlight).toBe(records);
      }
    }
    expect(readers.length).toBeGreaterThan(2);
    expect(job.ledger?.exchanges.map(({ sent, received }) => [sent, received])).toEqual([
      [60_000, 60_000],
      [60_000, 60_000],
    ]);
  });
});

describe('at least once', () => {
  it('doubles with a failure, and the ledger shows how often', async () => {
    cluster = await TestCluster.start();
    const parameters = { ...full, events: 200_000 };
    const jobId = await cluster.submit(parameters, configuration({ mode: 'AT_LEAST_ONCE', unaligned: false, interval: 100, ...keepAll }));
    const shown = watch(jobId);
    const ledgerOf = async (id: number) =>
      shown.get(id) ?? (await (await readCheckpoint(`${cluster.directory}/checkpoints/${jobId}/chk-${id}`)).ledger());
    // What a checkpoint counts beyond the sources' positions is doubled by a restore of it.
    for (;;) {
      const { state } = await cluster.until(jobId, ({ state, ledger, checkpoints }) => {
        const fresh = (ledger?.checkpointId ?? 0) > (checkpoints.latestRestored?.id ?? 0);
        return state === 'FINISHED' || (state === 'RUNNING' && fresh && (ledger?.doubled ?? 0) > 0);
      });
      expect(state).toBe('RUNNING');
      const { numRestarts } = cluster.job(jobId);
      await cluster.engine.execute({ type: 'fail-taskmanager', id: 'taskmanager-2', mode: 'crash' });
      const after = await cluster.until(jobId, (job) => job.numRestarts > numRestarts && job.state === 'RUNNING');
      if (((await ledgerOf(after.checkpoints.latestRestored?.id ?? 0))?.doubled ?? 0) > 0) break;
    }
    const job = await cluster.finished(jobId);
    const { processed } = await counted(await readCheckpoint(job.checkpoints.latestCompleted?.externalPath ?? ''));
    expect(job.ledger).toMatchObject({ made: 200_000, inFlight: 0, lost: 0 });
    expect(job.ledger?.processed).toBe(processed);
    expect(job.ledger?.doubled).toBeGreaterThan(0);
    expect(job.ledger?.exchanges[0]?.doubled).toBe(processed - 200_000);
  });
});

async function cancelledInFlight(from: number): Promise<CheckpointReader> {
  const first = await cluster.submit({ ...full, events: 60_000, parallelism: from }, configuration({ interval: 100 }));
  await cluster.until(first, ({ checkpoints }) => (checkpoints.latestCompleted?.persistedData ?? 0) > 100_000);
  await cluster.engine.execute({ type: 'cancel', jobId: first });
  const { checkpoints } = await cluster.until(first, ({ state }) => state === 'CANCELED');
  return readCheckpoint(checkpoints.latestCompleted?.externalPath ?? '');
}

describe('a job that is started from another’s checkpoint, with records in flight', () => {
  it.each([
    { from: 3, to: 3 },
    { from: 3, to: 2 },
    { from: 2, to: 5 },
  ])('at parallelism $from → $to goes on counting where that one was', async ({ from, to }) => {
    cluster = await TestCluster.start({ slotsPerTaskManager: 4 });
    const reader = await cancelledInFlight(from);
    expect(await inFlight(reader, 'generated->counting')).toBeGreaterThan(10);
    const parameters = { ...full, events: 60_000, parallelism: to };
    const second = await cluster.submit(parameters, configuration({ interval: 100, ...keepAll }), `file:${reader.directory}`);
    const job = await cluster.finished(second);
    for (const later of await allCheckpoints(second)) {
      const { made, processed } = await counted(later);
      expect(await later.ledger()).toMatchObject({ made, processed, lost: 0, doubled: 0 });
    }
    expect(job.ledger).toMatchObject({ made: 60_000, processed: 60_000, inFlight: 0, lost: 0, doubled: 0 });
    expect(job.ledger?.since).toBeUndefined();
  });

  it.each([
    { from: 3, to: 3 },
    { from: 3, to: 2 },
  ])(
    'of a Weir that did not count, at $from → $to, is known once it has a checkpoint of its own, and says since when it counts',
    async ({ from, to }) => {
      cluster = await TestCluster.start({ slotsPerTaskManager: 4 });
      const reader = await cancelledInFlight(from);
      const { checkpointId } = reader.metadata;
      const older = await withoutCounts(reader);
      expect(await (await readCheckpoint(older)).ledger()).toBeUndefined();
      const before = await counted(reader);
      const parameters = { ...full, events: 60_000, parallelism: to };
      const second = await cluster.submit(parameters, configuration({ interval: 100, ...keepAll }), `file:${older}`);
      expect(cluster.job(second).ledger).toBeUndefined();
      const injected = await injectFaults(cluster, second, ['crash'], randomOf(34));
      expect(injected.length).toBe(1);
      const job = await cluster.finished(second);
      const ledgers = await Promise.all((await allCheckpoints(second)).map((each) => each.ledger()));
      for (const ledger of ledgers) expect(ledger).toMatchObject({ since: checkpointId, lost: 0, doubled: 0 });
      expect(job.ledger?.processed).toBe(60_000 - before.processed);
    },
  );
});
