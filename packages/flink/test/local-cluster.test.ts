import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { FLINK_VERSION, findFlink, findJava, LocalCluster } from '@weir/flink';
import { afterEach, describe, expect, it, vi } from 'vitest';

const reason = await whyNot();
const title = reason === undefined ? `a local cluster of Flink ${FLINK_VERSION}` : `a local cluster of Flink (skipped: ${reason})`;
/** What is asked for below. */
const SMALL = { taskManagers: 2, slots: 2, configuration: { 'taskmanager.memory.process.size': '1000m' } };
const PATIENCE = { timeout: 60_000, interval: 50 };

async function whyNot(): Promise<string | undefined> {
  try {
    await findJava();
    findFlink();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A killed process that nobody has waited for runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

/** All processes of the groups that these pids lead: what guards them too. */
function groupsOf(pids: readonly number[]): string[] {
  const listed = execFileSync('ps', ['-e', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => {
    const [group, state] = line.trim().split(/\s+/);
    return pids.includes(Number(group)) && !state.startsWith('Z');
  });
}

describe.skipIf(reason !== undefined)(title, () => {
  let cluster: LocalCluster | undefined;
  let owner: ChildProcess | undefined;

  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
    owner?.kill('SIGKILL');
  });

  it('has its slots, replaces a TaskManager that is killed, and leaves nothing', async () => {
    cluster = await LocalCluster.start(SMALL);
    expect(await cluster.rest.overview()).toMatchObject({ taskmanagers: 2, 'slots-total': 4, 'slots-available': 4 });
    const before = cluster.processIds();
    expect(before).toHaveLength(3);
    const killed = cluster.taskManagerPid('taskmanager-2');

    await cluster.killTaskManager('taskmanager-2');
    expect(isRunning(killed)).toBe(false);
    const replacement = cluster.taskManagerPid('taskmanager-2');
    expect(replacement).not.toBe(killed);
    await vi.waitFor(async () => {
      const { taskmanagers } = await cluster!.rest.taskManagers();
      expect(taskmanagers.map(({ id }) => id).sort()).toEqual(['taskmanager-1', 'taskmanager-2']);
    }, PATIENCE);
    await cluster.waitForSlots();

    const directory = cluster.directory;
    expect(existsSync(directory)).toBe(true);
    const all = [...new Set([...before, ...cluster.processIds()])];
    await cluster.stop();
    expect(groupsOf(all)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });

  it('ends with its owner, however that ends', async () => {
    const program = `
      const { LocalCluster } = await import('@weir/flink');
      const cluster = await LocalCluster.start(${JSON.stringify(SMALL)});
      console.log(JSON.stringify({ pids: cluster.processIds(), directory: cluster.directory }));
      setInterval(() => {}, 1000);`;
    owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout! }), 'line')) as [string];
    const { pids, directory } = JSON.parse(line) as { pids: number[]; directory: string };
    expect(groupsOf(pids).length).toBeGreaterThanOrEqual(pids.length);
    owner.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(groupsOf(pids)).toEqual([]);
      expect(existsSync(directory)).toBe(false);
    }, PATIENCE);
  });

  it('says what a process said that could not start', async () => {
    await expect(LocalCluster.start({ ...SMALL, configuration: { 'taskmanager.memory.process.size': '10m' } })).rejects.toMatchObject({
      name: 'FlinkError',
      code: 'CLUSTER_FAILED',
      message: expect.stringContaining('memory'),
    });
  });
});
