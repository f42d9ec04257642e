import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NodeFileSystem } from '../common/node-file-system.js';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { CheckpointedJob } from '../testing/checkpointed-job.js';
import { eventually } from '../testing/manual-clock.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { operatorStateWriter } from './operator-state-file.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let job: CheckpointedJob;

beforeEach(async () => {
  directory = await temporaryDirectory();
  const fs = new NodeFileSystem();
  const storage = new FileSystemCheckpointStorage(fs, join(directory.path, 'checkpoints'), join(directory.path, 'savepoints'), Math.random);
  job = new CheckpointedJob(storage, operatorStateWriter(fs, Math.random), { tolerableFailed: 1 });
  job.start();
});

afterEach(() => directory.remove());

async function failOne(): Promise<void> {
  const before = job.triggers.length;
  const failed = job.trigger();
  await eventually(() => job.triggers.length > before);
  job.coordinator.decline(job.triggers.at(-1)?.id ?? 0, 'the disk is full');
  await failed;
}

it('one more than is tolerated fails the job, and counting begins anew', async () => {
  await failOne();
  expect(job.tooMany).toHaveLength(0);
  await failOne();
  expect(job.tooMany).toHaveLength(1);
  await job.coordinator.suspend('the job failed');
  job.start();
  await failOne();
  expect(job.tooMany).toHaveLength(1);
});

it('a savepoint that cannot be written is no failure of checkpoints', async () => {
  for (let n = 0; n < 5; n++) {
    expect(await job.trigger({ savepoint: true, targetDirectory: 'no/absolute/path' })).toBeInstanceOf(Error);
  }
  expect(job.tooMany).toHaveLength(0);
});
