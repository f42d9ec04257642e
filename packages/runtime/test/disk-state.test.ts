import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '@weir/runtime/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { injectFaults, randomOf } from './chaos.js';
import { configuration, countingParameters, expectExactlyOnce, TestCluster } from './cluster.js';
import { textOf } from './fixtures/large-state-job.js';

let cluster: TestCluster | undefined;

afterEach(async () => {
  await cluster?.remove();
  cluster = undefined;
});

const largeStateJob = fileURLToPath(new URL('./fixtures/large-state-job.ts', import.meta.url));
const onDisk = { stateBackend: 'disk' } as const;

/** Of the job's retained checkpoints: the files that it keeps for them, and those that they name. */
async function sharedFiles(running: TestCluster, jobId: string): Promise<{ there: string[]; named: string[] }> {
  const directory = join(running.directory, 'checkpoints', jobId);
  const named = new Set<string>();
  for (const name of readdirSync(directory).filter((each) => each.startsWith('chk-'))) {
    const { metadata } = await readCheckpoint(join(directory, name));
    for (const { handles } of metadata.operators) for (const { shared } of handles) for (const { file } of shared ?? []) named.add(file);
  }
  return { there: readdirSync(join(directory, 'shared')).sort(), named: [...named].sort() };
}

describe('keyed state on disk', () => {
  it.each([
    { name: 'aligned', unaligned: false, seed: 31 },
    { name: 'unaligned', unaligned: true, seed: 32 },
  ])('$name: output and final state are the oracle’s while everything fails', async ({ unaligned, seed }) => {
    cluster = await TestCluster.start();
    const parameters = { ...countingParameters, directory: cluster.output, events: 600_000, keys: 20_000, seed, rate: 50_000 };
    const jobId = await cluster.submit(parameters, configuration({ unaligned, interval: 150 }, onDisk));
    const injected = await injectFaults(
      cluster,
      jobId,
      ['crash', 'user-code', 'crash', 'jobmanager', 'hang', 'crash', 'crash', 'crash'],
      randomOf(seed),
    );
    const job = await cluster.finished(jobId);
    await expectExactlyOnce(cluster, job, parameters);
    expect(injected.length).toBeGreaterThanOrEqual(4);
    const { there, named } = await sharedFiles(cluster, jobId);
    expect(there).toEqual(named);
    const { checkpointedSize, stateSize } = job.checkpoints.latestCompleted!;
    expect(stateSize).toBeGreaterThanOrEqual(checkpointedSize);
    const state = join(cluster.directory, 'data', 'state');
    await cluster.stop();
    expect(existsSync(state)).toBe(false);
  });

  it.each([
    { from: 'disk', to: 'hashmap', parallelism: 3 },
    { from: 'disk', to: 'disk', parallelism: 2 },
    { from: 'hashmap', to: 'disk', parallelism: 1 },
  ] as const)(
    'goes from $from to $to at parallelism $parallelism by a savepoint, which stands alone',
    async ({ from, to, parallelism }) => {
      cluster = await TestCluster.start();
      const parameters = { ...countingParameters, directory: cluster.output, events: 150_000, keys: 5_000, seed: 41, rate: 15_000 };
      const first = await cluster.submit(parameters, configuration({ interval: 100, unaligned: false }, { stateBackend: from }));
      await cluster.until(first, ({ checkpoints }) => (checkpoints.latestCompleted?.id ?? 0) >= 3);
      await cluster.engine.execute({ type: 'stop', jobId: first, drain: false });
      const stopped = await cluster.finished(first);
      const savepoint = stopped.checkpoints.latestSavepoint!.externalPath!;
      await rm(join(cluster.directory, 'checkpoints', first), { recursive: true });
      const again = { ...parameters, parallelism };
      const second = await cluster.submit(again, configuration({ interval: 100 }, { stateBackend: to, parallelism }), savepoint);
      const job = await cluster.finished(second);
      await expectExactlyOnce(cluster, { ...job, committed: { alerts: (await cluster.alerts()).length } }, again);
    },
  );

  it('may be ten times as large as a TaskManager’s heap', { timeout: 180_000 }, async () => {
    const taskManagerHeapMb = 24;
    cluster = await TestCluster.start({ taskManagers: 1, taskManagerHeapMb });
    const keys = 60_000;
    const bytes = 4_200;
    expect(keys * bytes).toBeGreaterThan(10 * taskManagerHeapMb * 1024 * 1024 * 0.99);
    const { jobId } = await cluster.engine.submitJob({
      module: largeStateJob,
      parameters: { keys, bytes, rounds: 2 },
      configuration: configuration({ interval: 1_000 }, { ...onDisk, parallelism: 1 }),
    });
    const job = await cluster.finished(jobId);
    expect(job.numRestarts).toBe(0);
    const reader = await readCheckpoint(job.checkpoints.latestCompleted!.externalPath!);
    let found = 0;
    for await (const { key, value } of reader.keyedEntries('large')) {
      if (value !== textOf(String(key), 2, bytes)) throw new Error(`key ${String(key)} has another value`);
      found++;
    }
    expect(found).toBe(keys);
  });
});
