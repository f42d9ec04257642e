// Rows 14 and 23 of the known bugs: acknowledgements and refusals that come late, twice, in any order or of an attempt before complete nothing, fail nothing and
// are never taken for those of the checkpoint under way; ids only ever grow.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NodeFileSystem } from '../common/node-file-system.js';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { CheckpointedJob, FIGURES, type Trigger } from '../testing/checkpointed-job.js';
import { eventually } from '../testing/manual-clock.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { operatorStateWriter } from './operator-state-file.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(() => directory.remove());

const TIMEOUT = 1_000;

function newJob(from?: ConstructorParameters<typeof CheckpointedJob>[3]): CheckpointedJob {
  const fs = new NodeFileSystem();
  const storage = new FileSystemCheckpointStorage(fs, join(directory.path, 'checkpoints'), join(directory.path, 'savepoints'), Math.random);
  const job = new CheckpointedJob(storage, operatorStateWriter(fs, Math.random), { timeout: TIMEOUT }, from);
  job.start();
  return job;
}

const message = fc.record({
  what: fc.constantFrom('acknowledge', 'acknowledge', 'acknowledge', 'decline', 'expire', 'restart') as fc.Arbitrary<string>,
  /** How many checkpoints ago. */
  age: fc.constantFrom(0, 0, 0, 1, 2),
  subtask: fc.constantFrom(0, 1),
});

it('in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 5, maxLength: 30 }), async (messages) => {
      await directory.remove();
      const job = newJob();
      /** Who has acknowledged what is under way; undefined when nothing is. */
      let acknowledged: Set<number> | undefined;
      const expected: string[] = [];
      for (const { what, age, subtask } of messages) {
        if (acknowledged === undefined) {
          const triggered = job.triggers.length;
          void job.trigger();
          await eventually(() => job.triggers.length > triggered);
          acknowledged = new Set();
        }
        const current = (job.triggers.at(-1) as Trigger).id;
        const id = current - age;
        if (what === 'acknowledge') {
          job.acknowledge(id, subtask);
          if (age === 0) acknowledged.add(subtask);
          if (acknowledged.size === 2) {
            expected.push(`complete ${current}`);
            acknowledged = undefined;
          }
        } else if (what === 'decline') {
          job.coordinator.decline(id, 'it was told to');
          if (age === 0) {
            expected.push(`aborted ${current}`);
            acknowledged = undefined;
          }
        } else if (what === 'expire') {
          job.clock.advance(TIMEOUT);
          expected.push(`aborted ${current}`);
          acknowledged = undefined;
        } else {
          // Nobody of the next attempt hears of what the one before had under way.
          await job.coordinator.suspend('the job failed');
          job.start();
          acknowledged = undefined;
        }
        await eventually(() => job.notified.length === expected.length);
        expect(job.notified).toEqual(expected);
      }
      await job.coordinator.suspend('end');
      expect(job.commits.map((id) => `complete ${id}`)).toEqual(expected.filter((each) => each.startsWith('complete')));
      const ids = job.triggers.map(({ id }) => id);
      expect(ids).toEqual(ids.map((_, index) => index + 1));
      // Each id was known to be used before anything was done under it.
      expect(job.announced).toEqual(ids);
    }),
    { numRuns: 40, seed: 14 },
  );
});

it('an acknowledgement of a subtask that the job does not have counts for nothing', async () => {
  const job = newJob();
  void job.trigger();
  await eventually(() => job.triggers.length === 1);
  job.acknowledge(1, 7);
  job.coordinator.acknowledge(1, 'no vertex', 0, [], FIGURES);
  job.acknowledge(1, 0);
  expect(job.notified).toEqual([]);
  job.acknowledge(1, 1);
  await eventually(() => job.notified.length === 1);
});

it('an id is used up by a checkpoint that could not even begin', async () => {
  const job = newJob();
  const fs = new NodeFileSystem();
  await fs.mkdir(directory.path);
  const file = await fs.create(join(directory.path, 'checkpoints'));
  await file.close();
  expect(await job.trigger()).toBeInstanceOf(Error);
  await fs.remove(join(directory.path, 'checkpoints'));
  void job.trigger();
  await eventually(() => job.triggers.length === 1);
  expect(job.triggers[0]?.id).toBe(2);
  await job.coordinator.suspend('end');
});
