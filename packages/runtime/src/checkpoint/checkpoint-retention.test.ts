// Row 18 of the known bugs: making room for a new checkpoint never costs the newest one, whatever becomes of the removal of the old.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NodeFileSystem } from '../common/node-file-system.js';
import { JOB_ID, temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { CheckpointedJob, type Trigger } from '../testing/checkpointed-job.js';
import { eventually } from '../testing/manual-clock.js';
import type { CompletedCheckpoint } from './checkpoint-coordinator.js';
import { chooseCheckpoint } from './checkpoint-restore.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { operatorStateWriter } from './operator-state-file.js';

/** Removal fails, or waits, while told to. */
class StubbornStorage extends FileSystemCheckpointStorage {
  fails = false;
  half = false;
  waits: Promise<void> | undefined;

  override async discard(path: string): Promise<void> {
    await this.waits;
    if (this.half) await new NodeFileSystem().remove(join(path, '_metadata'));
    if (this.fails) throw Object.assign(new Error('EIO: the disk was told to fail'), { code: 'EIO' });
    await super.discard(path);
  }
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let storage: StubbornStorage;
let job: CheckpointedJob;

beforeEach(async () => {
  directory = await temporaryDirectory();
  const fs = new NodeFileSystem();
  storage = new StubbornStorage(fs, join(directory.path, 'checkpoints'), join(directory.path, 'savepoints'), Math.random);
  job = new CheckpointedJob(storage, operatorStateWriter(fs, Math.random), { retained: 1 });
  job.start();
});

afterEach(() => directory.remove());

async function complete(savepoint = false): Promise<CompletedCheckpoint> {
  const triggered = job.triggers.length;
  const result = job.trigger({ savepoint });
  await eventually(() => job.triggers.length > triggered);
  await job.carryOut(job.triggers[triggered] as Trigger);
  const checkpoint = await result;
  if (checkpoint instanceof Error) throw checkpoint;
  return checkpoint;
}

const restorable = async () => {
  const found = (await storage.list(JOB_ID)).filter(({ hasMetadata }) => hasMetadata);
  return (await chooseCheckpoint(storage, found, 0))?.metadata.checkpointId;
};
const onDisk = async () => (await storage.list(JOB_ID)).map(({ id }) => id);

it('keeps as many as are to be retained, the newest', async () => {
  for (const id of [1, 2, 3]) {
    expect((await complete()).id).toBe(id);
    await job.coordinator.suspend('the job failed');
    job.start();
    expect(await onDisk()).toEqual([id]);
  }
  expect(job.discarded).toEqual([1, 2]);
});

it('does not count a savepoint as one that makes room', async () => {
  await complete();
  for (let savepoints = 0; savepoints < 3; savepoints++) await complete(true);
  expect(await onDisk()).toEqual([1]);
  expect(await restorable()).toBe(1);
  expect(job.coordinator.completed.map(({ id }) => id)).toEqual([1]);
});

it.each([{ half: false }, { half: true }])(
  'goes on with the new one when the old cannot be removed, and tries again (half removed: $half)',
  async ({ half }) => {
    await complete();
    Object.assign(storage, { fails: true, half });
    await complete();
    expect(job.notified).toEqual(['complete 1', 'complete 2']);
    expect(job.commits).toEqual([1, 2]);
    await job.coordinator.suspend('the job failed');
    expect(await restorable()).toBe(2);
    expect(job.discarded).toEqual([]);
    Object.assign(storage, { fails: false, half: false });
    job.start();
    await complete();
    await job.coordinator.suspend('end');
    expect(await onDisk()).toEqual([3]);
    expect(job.discarded).toEqual([2, 1]);
  },
);

it('has the new one complete, committed and restorable while the old is still being removed', async () => {
  await complete();
  let removed = () => {};
  storage.waits = new Promise((resolve) => {
    removed = resolve;
  });
  expect((await complete()).id).toBe(2);
  expect(job.notified.at(-1)).toBe('complete 2');
  // As if the JobManager ended here: what is on disk is all that the next one has.
  expect(await restorable()).toBe(2);
  let suspended = false;
  const ended = job.coordinator.suspend('the job failed').then(() => {
    suspended = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(suspended).toBe(false);
  removed();
  await ended;
  expect(await onDisk()).toEqual([2]);
});

it('removes nothing before the sinks have committed the new one', async () => {
  await complete();
  job.commitFails = 1;
  const second = complete();
  await eventually(() => job.clock.pending > 0 && job.commitFails === 0);
  expect(await onDisk()).toEqual([2, 1]);
  job.clock.advance(1_000);
  expect((await second).id).toBe(2);
  await job.coordinator.suspend('end');
  expect(await onDisk()).toEqual([2]);
});

it('never removes the checkpoint that the job was started from', async () => {
  const { directory: first } = await complete();
  await job.coordinator.suspend('end');
  // Of another job, which took it over by its path alone.
  job = new CheckpointedJob(storage, operatorStateWriter(new NodeFileSystem(), Math.random), { retained: 1 }, { nextId: 2, completed: [] });
  job.start();
  await complete();
  await complete();
  await job.coordinator.suspend('end');
  await storage.verify(first, await storage.readMetadata(first));
  expect(await onDisk()).toEqual([3, 1]);
});
