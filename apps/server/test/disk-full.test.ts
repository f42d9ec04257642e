import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileSystemCheckpointStorage, NodeFileSystem } from '@weir/runtime/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

let mounted: string | undefined;

function mount(path: string): boolean {
  mkdirSync(path, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]).status !== 0) return false;
  mounted = path;
  return true;
}

function canMount(): boolean {
  const directory = temporaryDirectory();
  const can = process.platform === 'linux' && mount(directory);
  unmount();
  return can;
}

function unmount(): void {
  if (mounted === undefined) return;
  // Lazily: it must go even if something still has a file open.
  spawnSync('umount', ['-l', mounted]);
  mounted = undefined;
}

afterEach(async () => {
  await killAll();
  unmount();
  removeTemporaryDirectories();
});

/**
 * Leaves at most `pages` pages of the disk free. To be called again until it shows: what a checkpoint had on the disk at the first call
 * is free again once that has made room.
 */
function fill(filler: string, pages: number): void {
  const { bavail, bsize } = statfsSync(dirname(filler));
  try {
    appendFileSync(filler, Buffer.alloc(Math.max(0, (bavail - pages) * bsize)));
  } catch (error) {
    // A checkpoint was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Each checkpoint can be read from end to end, and no file is in its directory that is not its. */
async function expectWhole(directory: string): Promise<void> {
  const storage = new FileSystemCheckpointStorage(new NodeFileSystem(), dirname(dirname(directory)), '/nowhere', Math.random);
  const metadata = await storage.readMetadata(directory);
  await storage.verify(directory, metadata);
  const files = metadata.operators.flatMap(({ handles }) => handles.map(({ file }) => file));
  expect(readdirSync(directory).sort()).toEqual([...files, '_metadata'].sort());
}

describe.skipIf(!canMount())('checkpoints on a disk that is full (needs the right to mount a tmpfs)', () => {
  it('fail with the reason, the job goes on, and with space the next one completes with all alerts', async () => {
    const data = temporaryDirectory();
    const disk = join(data, 'disk');
    mount(disk);
    const root = join(disk, 'checkpoints');
    const args = ['--seed', '8', '--event-interval', '2ms', '--checkpoint-interval', '60ms', '--retained', '1', '--checkpoint-dir', root];
    const server = await new WeirServer(data, args).ready();
    const jobId = await server.jobId();
    // As a TaskManager leaves it that was still writing when the checkpoint had failed and its directory was being removed.
    await server.must('a checkpoint beyond the first', async () => ((await server.checkpoints()).latest.completed?.id ?? 0) > 2);
    mkdirSync(join(root, jobId, 'chk-1'), { recursive: true });
    writeFileSync(join(root, jobId, 'chk-1', 'source-0-0-0123456789abcdef.tmp'), 'half');
    const completed = async (): Promise<number> => (await server.checkpoints()).counts.completed;
    const failed = async (): Promise<number> => (await server.checkpoints()).counts.failed;
    // From no page free to just about enough for some of a checkpoint's files.
    for (const pages of [0, 1, 2, 3, 5, 7]) {
      const before = { completed: await completed(), failed: await failed(), alerts: (await server.alerts()).length };
      const filler = join(disk, 'filler');
      await server.must('a failed checkpoint', async () => {
        fill(filler, pages);
        return (await failed()) > before.failed + 1;
      });
      expect((await server.checkpoints()).latest.failed?.failure_message).toContain('ENOSPC');
      expect(await server.jobState()).toBe('RUNNING');
      rmSync(filler);
      await server.must('completed ones', async () => (await completed()) > before.completed + 2);
      await server.must('alerts', async () => (await server.alerts()).length > before.alerts);
    }
    const { latest } = await server.checkpoints();
    expect(latest.restored).toBe(null);
    expect(await server.jobState()).toBe('RUNNING');
    // One is retained; a newer one may be under way. Nothing older is left, whatever it was.
    const ids = (): number[] => readdirSync(join(root, jobId)).map((name) => Number(name.slice('chk-'.length)));
    await server.must('no left-overs', async () => {
      const newest = (await server.checkpoints()).latest.completed?.id ?? 0;
      return ids().every((id) => id >= newest);
    });
    expect(await server.stop()).toBe(0);
    const whole = ids().filter((id) => existsSync(join(root, jobId, `chk-${id}`, '_metadata')));
    expect(whole.length).toBeGreaterThan(0);
    for (const id of whole) await expectWhole(join(root, jobId, `chk-${id}`));

    // Nothing was lost on the way: each user's counts are those of an undisturbed run with the same seed.
    const again = await new WeirServer(data, args).ready();
    const alerts = await again.alerts();
    expect(await again.stop()).toBe(0);
    const undisturbed = await new WeirServer(temporaryDirectory(), args.slice(0, -4)).ready();
    const countsOf = (of: typeof alerts, user: string): number[] => of.filter(({ userId }) => userId === user).map(({ count }) => count);
    await undisturbed.must('as many alerts', async () => {
      const want = await undisturbed.alerts();
      return ['user1', 'user2', 'user3'].every((user) => countsOf(want, user).length >= countsOf(alerts, user).length);
    });
    const want = await undisturbed.alerts();
    expect(await undisturbed.stop()).toBe(0);
    for (const user of ['user1', 'user2', 'user3']) {
      const got = countsOf(alerts, user);
      expect(got.length).toBeGreaterThan(0);
      expect(got).toEqual(countsOf(want, user).slice(0, got.length));
    }
  });
});
