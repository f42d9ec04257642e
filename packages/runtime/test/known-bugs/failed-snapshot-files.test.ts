// Row 24: snapshots that failed, of threads that ended and on disks that refused, leave no file behind once the next checkpoint has completed.
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckpoint } from '@weir/runtime/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import { expectWholeLedger, order, submitLedger } from '../ledger.js';

let cluster: TestCluster;

afterEach(() => cluster.remove());

/** Files of the job that no checkpoint names, and directories that are none; nothing goes on while it looks. */
async function unreferenced(jobId: string): Promise<string[]> {
  const root = join(cluster.directory, 'checkpoints', jobId);
  const left: string[] = [];
  for (const name of await readdir(root)) {
    const reader = await readCheckpoint(join(root, name)).catch(() => undefined);
    const named = new Set(['_metadata', ...(reader?.metadata.operators.flatMap(({ handles }) => handles.map(({ file }) => file)) ?? [])]);
    const files = await readdir(join(root, name)).catch(() => ['']);
    left.push(...files.filter((file) => reader === undefined || !named.has(file)).map((file) => `${name}/${file}`));
  }
  return left;
}

const failed = async (jobId: string, what: () => Promise<unknown>) => {
  const before = cluster.job(jobId).checkpoints.counts.failed;
  await what();
  await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.failed > before);
};
const restarted = async (jobId: string, what: () => Promise<unknown>) => {
  const { numRestarts } = cluster.job(jobId);
  await what();
  await cluster.until(jobId, (job) => job.state === 'RUNNING' && job.numRestarts > numRestarts);
};

describe.each([{ unaligned: false }, { unaligned: true }])('unaligned: $unaligned', ({ unaligned }) => {
  it('timeouts, ended threads, a directory taken away, one that cannot be made', async () => {
    cluster = await TestCluster.start();
    const jobId = await submitLedger(
      cluster,
      { slowMs: 600, sizes: [50_000, 50_000], rate: 8_000 },
      configuration({ interval: 80, timeout: 300, retained: 2, unaligned }),
    );
    const more = async (count: number) => {
      const { completed } = cluster.job(jobId).checkpoints.counts;
      await cluster.until(jobId, ({ checkpoints, state }) => state === 'RUNNING' && checkpoints.counts.completed >= completed + count);
    };
    await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed >= 1);
    await failed(jobId, () => order(cluster, 'slow-snapshot-0'));
    await more(1);
    await restarted(jobId, () => order(cluster, 'exit-in-snapshot-1'));
    await more(1);
    await restarted(jobId, async () => {
      await order(cluster, 'slow-snapshot-2');
      await cluster.until(jobId, () => existsSync(join(cluster.output, 'slow-snapshot-2.done')));
      await cluster.engine.execute({ type: 'fail-jobmanager' });
    });
    await more(1);
    const blocked = join(cluster.directory, 'a-file');
    await writeFile(blocked, 'in the way');
    const savepoint = { type: 'trigger-savepoint', jobId, targetDirectory: join(blocked, 'savepoints') } as const;
    await failed(jobId, async () => expect(await cluster.engine.execute(savepoint)).toMatchObject({ ok: false }));
    await more(1);
    // The directory of one that waits for a subtask, which writes to it later.
    const root = join(cluster.directory, 'checkpoints', jobId);
    await failed(jobId, async () => {
      await rm(join(cluster.output, 'slow-snapshot-0.done'));
      await order(cluster, 'slow-snapshot-0');
      await cluster.until(jobId, () => existsSync(join(cluster.output, 'slow-snapshot-0.done')));
      const [waiting] = (await cluster.until(jobId, ({ checkpoints }) => checkpoints.history[0]?.status === 'IN_PROGRESS')).checkpoints
        .history;
      await rm(join(root, `chk-${waiting?.id}`), { recursive: true, force: true, maxRetries: 20, retryDelay: 1 });
    });
    await more(1);
    await cluster.finished(jobId);
    await cluster.stop();
    expect(await unreferenced(jobId)).toEqual([]);
    expect((await readdir(root)).length).toBe(2);
    await expectWholeLedger(cluster, [50_000, 50_000]);
  });
});
