// Row 24 of the known bugs: whatever fails about a checkpoint, nothing is left of it once the next one has completed.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeFileSystem } from '../common/node-file-system.js';
import { JOB_ID, temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { CheckpointedJob, type Trigger } from '../testing/checkpointed-job.js';
import { type FaultTime, FaultyFileSystem } from '../testing/faulty-file-system.js';
import { eventually } from '../testing/manual-clock.js';
import { FileSystemCheckpointStorage } from './file-system-checkpoint-storage.js';
import { METADATA_FILE } from './metadata.js';
import { operatorStateWriter } from './operator-state-file.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let fs: FaultyFileSystem;
let storage: FileSystemCheckpointStorage;
let job: CheckpointedJob;

beforeEach(async () => {
  directory = await temporaryDirectory();
  begin();
});

afterEach(() => directory.remove());

function begin(from?: ConstructorParameters<typeof CheckpointedJob>[3]): void {
  fs = new FaultyFileSystem(new NodeFileSystem());
  storage = new FileSystemCheckpointStorage(fs, join(directory.path, 'checkpoints'), join(directory.path, 'savepoints'), Math.random);
  job = new CheckpointedJob(storage, operatorStateWriter(fs, Math.random), { retained: 2 }, from);
  job.start();
}

/** One checkpoint from its trigger to its end, whatever that is. */
async function run(options: { savepoint?: boolean; doing?: (trigger: Trigger) => Promise<void> } = {}): Promise<unknown> {
  const triggered = job.triggers.length;
  const result = job.trigger({ savepoint: options.savepoint ?? false });
  let ended = false;
  void result.then(() => {
    ended = true;
  });
  await eventually(() => ended || job.triggers.length > triggered);
  const trigger = job.triggers[triggered];
  if (trigger !== undefined) await (options.doing ?? ((each) => job.carryOut(each)))(trigger);
  return result;
}

const root = () => join(directory.path, 'checkpoints', JOB_ID);

/** Every path below the checkpoints, but for what a retained one's metadata names. */
async function unreferenced(): Promise<string[]> {
  const left = new Set(
    (await readdir(directory.path, { recursive: true, withFileTypes: true }))
      .filter((e) => !e.isDirectory())
      .map((e) => join(e.parentPath, e.name)),
  );
  for (const at of await readdir(root()).catch(() => [])) {
    const chk = join(root(), at);
    const metadata = await storage.readMetadata(chk).catch(() => undefined);
    if (metadata === undefined) {
      left.add(`${chk}/`);
      continue;
    }
    await storage.verify(chk, metadata);
    left.delete(join(chk, METADATA_FILE));
    for (const { handles } of metadata.operators) for (const { file } of handles) left.delete(join(chk, file));
  }
  return [...left].map((path) => path.slice(directory.path.length + 1));
}

const times: readonly FaultTime[] = ['before', 'half', 'after'];

describe.each(times)('an operation of the disk that fails, %s its effect', (time) => {
  it.each([{ savepoint: false }, { savepoint: true }])(
    'leaves nothing, at every operation of a checkpoint (savepoint: $savepoint)',
    async ({ savepoint }) => {
      for (let failAt = 1; ; failAt++) {
        await directory.remove();
        begin();
        await run();
        Object.assign(fs, { failAt: fs.operations + failAt, time });
        const result = await run({ savepoint });
        const { fired } = fs;
        fs.failAt = Number.POSITIVE_INFINITY;
        await job.coordinator.suspend('to wait until nothing of it goes on');
        job.start();
        const kept = result instanceof Error ? undefined : basename((result as Trigger).directory);
        await run();
        await job.coordinator.suspend('to wait until nothing of it goes on');
        const left = (await unreferenced()).filter((path) => !savepoint || kept === undefined || !path.includes(kept));
        expect({ failAt, left }).toEqual({ failAt, left: [] });
        if (!fired) return;
      }
    },
  );
});

it('leaves nothing of one whose directory was taken away while it was written', async () => {
  await run();
  const result = await run({
    doing: async (trigger) => {
      await job.snapshot(trigger, 0);
      await new NodeFileSystem().remove(trigger.directory);
      await job.carryOut(trigger);
    },
  });
  expect(result).toBeInstanceOf(Error);
  expect(await run()).not.toBeInstanceOf(Error);
  await job.coordinator.suspend('end');
  expect(await unreferenced()).toEqual([]);
});

it('leaves nothing of one that expired, though a subtask still writes', async () => {
  const result = await run({
    doing: async (trigger) => {
      await job.snapshot(trigger, 0);
      const late = job.snapshot(trigger, 1).catch(() => undefined);
      job.clock.advance(600_000);
      await late;
      await job.snapshot(trigger, 1).catch(() => undefined);
    },
  });
  expect(result).toBeInstanceOf(Error);
  await run();
  await job.coordinator.suspend('end');
  expect(await unreferenced()).toEqual([]);
});

it('leaves nothing of what was under way when the JobManager ended', async () => {
  await run();
  void job.trigger();
  await eventually(() => job.triggers.length === 2);
  await job.snapshot(job.triggers[1] as Trigger, 0);
  const completed = job.coordinator.completed;
  begin({ nextId: 3, completed });
  await run();
  await job.coordinator.suspend('end');
  expect(await unreferenced()).toEqual([]);
  expect((await readdir(root())).sort()).toEqual(['chk-1', 'chk-3']);
});
