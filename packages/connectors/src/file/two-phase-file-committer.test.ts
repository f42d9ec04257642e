import type { CommitPart } from '@weir/runtime';
import { describe, expect, it } from 'vitest';
import { Killed, random, SimulatedDisk } from '../testing/simulated-disk.js';
import { TwoPhaseFileCommitter } from './two-phase-file-committer.js';

const OUT = '/out/alerts.jsonl';
const options = { path: OUT, workDirectory: '/work' };

/** Checkpoint n commits these lines: sometimes none, sometimes many, over two subtasks. */
const linesOf = (checkpointId: number): string[] =>
  Array.from({ length: [2, 1, 0, 20, 3][checkpointId % 5] }, (_, i) => `checkpoint ${checkpointId} line ${i}`);
const LAST = 6;
const upTo = (checkpointId: number): string =>
  Array.from({ length: checkpointId }, (_, i) => linesOf(i + 1))
    .flat()
    .map((line) => `${line}\n`)
    .join('');
const STATES = Array.from({ length: LAST + 1 }, (_, n) => upTo(n));

function parts(checkpointId: number): CommitPart[] {
  const lines = linesOf(checkpointId);
  return [lines.slice(0, 2), lines.slice(2)].map((some, subtask) => ({ subtask, bytes: pieces(some.map((line) => `${line}\n`).join('')) }));
}

/** Cut anywhere, as they are when they come from a file. */
async function* pieces(text: string): AsyncIterable<Uint8Array> {
  for (let at = 0; at < text.length; at += 37) yield Buffer.from(text.slice(at, at + 37));
}

function newDisk(): SimulatedDisk {
  const disk = new SimulatedDisk('/out');
  disk.plant(OUT, 'the output of an earlier run\n');
  disk.plant('/out/alerts.jsonl.new', "somebody else's\n");
  return disk;
}

const open = async (disk: SimulatedDisk, lineage = 'l'): Promise<[TwoPhaseFileCommitter, number]> => {
  const committer = new TwoPhaseFileCommitter(options, lineage, disk);
  return [committer, await committer.open()];
};

/** The JobManager's part: restores from the last checkpoint it knows to be complete, whose parts it commits again. */
async function run(disk: SimulatedDisk, progress: { acknowledged: number }): Promise<void> {
  const [committer, committed] = await open(disk);
  expect(committed).toBeLessThanOrEqual(progress.acknowledged + 1);
  for (let n = Math.max(1, progress.acknowledged); n <= LAST; n++) {
    const records = await committer.commit(n, parts(n));
    expect([0, linesOf(n).length]).toContain(records);
    progress.acknowledged = n;
  }
  await committer.close();
}

/** The output holds what some checkpoint had committed, at least all that was acknowledged, and never less than before. */
function watch(disk: SimulatedDisk, progress: { acknowledged: number }): () => void {
  let seen = -1;
  return () => {
    const state = STATES.lastIndexOf(disk.peek(OUT) ?? 'none');
    if (state === -1 && seen === -1) return expect(disk.peek(OUT)).toBe('the output of an earlier run\n');
    expect(state).toBeGreaterThanOrEqual(Math.max(seen, STATES.indexOf(STATES[progress.acknowledged])));
    seen = state;
  };
}

async function killed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof Killed || (error as Error).cause instanceof Killed) return true;
    throw error;
  }
}

describe('TwoPhaseFileCommitter', () => {
  it('writes what is committed, each checkpoint once, and leaves the output alone at the end', async () => {
    const disk = newDisk();
    await run(disk, { acknowledged: 0 });
    expect(disk.peek(OUT)).toBe(upTo(LAST));
    expect(disk.names('/out')).toEqual(['alerts.jsonl', 'alerts.jsonl.new']);
  });

  for (const hasLinks of [true, false]) {
    it(`holds only whole committed lines, killed at any operation ${hasLinks ? 'with' : 'without'} hard links`, async () => {
      for (let killAt = 1; ; killAt++) {
        const disk = newDisk();
        const progress = { acknowledged: 0 };
        Object.assign(disk, { hasLinks, killAt, observe: watch(disk, progress) });
        const cut = await killed(run(disk, progress));
        disk.restart();
        await run(disk, progress);
        expect(disk.peek(OUT)).toBe(upTo(LAST));
        if (!cut) return;
      }
    });
  }

  it('survives a second kill anywhere in the recovery from the first', async () => {
    for (let first = 1; ; first += 7) {
      let cut = false;
      for (let second = 1; second < 60; second += 2) {
        const disk = newDisk();
        const progress = { acknowledged: 0 };
        Object.assign(disk, { killAt: first, observe: watch(disk, progress) });
        cut = await killed(run(disk, progress));
        disk.restart();
        disk.killAt = second;
        await killed(run(disk, progress));
        disk.restart();
        await run(disk, progress);
        expect(disk.peek(OUT)).toBe(upTo(LAST));
      }
      if (!cut) return;
    }
  });

  it('loses nothing acknowledged with the power, at any operation', async () => {
    for (let killAt = 1; ; killAt++) {
      let cut = false;
      for (let seed = 0; seed < 12; seed++) {
        const disk = newDisk();
        const progress = { acknowledged: 0 };
        disk.killAt = killAt;
        cut = await killed(run(disk, progress));
        disk.losePower(random(killAt * 100 + seed));
        disk.restart();
        const found = disk.peek(OUT) ?? '';
        if (progress.acknowledged > 0) expect(STATES.indexOf(found)).toBeGreaterThanOrEqual(STATES.indexOf(STATES[progress.acknowledged]));
        await run(disk, progress);
        expect(disk.peek(OUT)).toBe(upTo(LAST));
      }
      if (!cut) return;
    }
  });

  it('tells the count again when an answer was lost, and commits nothing twice', async () => {
    const disk = newDisk();
    const [committer] = await open(disk);
    expect(await committer.commit(1, parts(1))).toBe(1);
    expect(await committer.commit(1, parts(1))).toBe(0);
    const [next, committed] = await open(disk);
    expect(committed).toBe(1);
    expect(await next.commit(1, parts(1))).toBe(0);
    expect(await next.commit(3, parts(3))).toBe(20);
    expect(await next.commit(2, parts(2))).toBe(0);
    expect(disk.peek(OUT)).toBe([...linesOf(1), ...linesOf(3)].map((line) => `${line}\n`).join(''));
  });

  it('goes on after any operation of a commit has failed, with the right count', async () => {
    for (let failing = 0; ; failing++) {
      const disk = newDisk();
      const [committer] = await open(disk);
      await committer.commit(1, parts(1));
      let operation = 0;
      disk.fail = () => (operation++ === failing ? 'ENOSPC' : undefined);
      let failed = false;
      const records = await committer.commit(3, parts(3)).catch((error: Error) => {
        failed = true;
        expect(error.message).toContain('ENOSPC');
        return committer.commit(3, parts(3));
      });
      disk.fail = () => undefined;
      expect(records).toBe(20);
      expect(await committer.commit(4, parts(4))).toBe(3);
      expect(disk.peek(OUT)).toBe(
        [1, 3, 4]
          .flatMap(linesOf)
          .map((line) => `${line}\n`)
          .join(''),
      );
      if (!failed) return;
    }
  });

  it('survives a kill in the second try of a commit whose first has failed', async () => {
    for (let failing = 0; ; failing++) {
      let failed = false;
      for (let killAt = 1; killAt < 40; killAt++) {
        const disk = newDisk();
        const [committer] = await open(disk);
        await committer.commit(1, parts(1));
        let operation = 0;
        disk.fail = () => (operation++ === failing ? 'EIO' : undefined);
        failed = await committer.commit(3, parts(3)).then(
          () => false,
          () => true,
        );
        if (!failed) return;
        disk.restart();
        disk.killAt = killAt;
        await killed(committer.commit(3, parts(3)));
        disk.restart();
        const [next] = await open(disk);
        await next.commit(3, parts(3));
        expect(disk.peek(OUT)).toBe(
          [1, 3]
            .flatMap(linesOf)
            .map((line) => `${line}\n`)
            .join(''),
        );
      }
    }
  });

  it('leaves nothing beside the output when it had nothing to commit', async () => {
    const disk = newDisk();
    for (let attempt = 0; attempt < 2; attempt++) {
      const [committer] = await open(disk);
      await (await open(disk))[0].commit(1, []);
      await committer.close();
      expect(disk.names('/out')).toEqual(['alerts.jsonl', 'alerts.jsonl.new']);
    }
  });

  it('replaces the output of another lineage', async () => {
    const disk = newDisk();
    await (await open(disk, 'first'))[0].commit(9, parts(3));
    // Somebody who keeps the old result by a link of his own keeps it.
    await disk.link(OUT, '/out/kept');
    const [committer, committed] = await open(disk, 'second');
    expect([committed, disk.peek(OUT)]).toEqual([0, '']);
    await committer.commit(1, parts(1));
    expect(disk.peek(OUT)).toBe(upTo(1));
    expect(disk.peek('/out/kept')).toBe(upTo(3).slice(upTo(2).length));
  });

  it('says so if the output was changed, moved or cannot be written', async () => {
    const disk = newDisk();
    const [committer] = await open(disk);
    await committer.commit(3, parts(3));
    await committer.close();
    await expect(new TwoPhaseFileCommitter({ ...options, path: '/out/other' }, 'l', disk).open()).rejects.toThrow(
      /alerts.jsonl is the output that this job has been writing/,
    );
    disk.plant(OUT, 'shorter\n');
    await expect(open(disk)).rejects.toThrow(/was changed or removed/);
    await expect(new TwoPhaseFileCommitter({ ...options, path: '/none/x' }, 'l', disk).open()).rejects.toThrow(
      /there is no directory \/none/,
    );
    await expect(new TwoPhaseFileCommitter({ ...options, path: '/out' }, 'l', new SimulatedDisk('/', '/out')).open()).rejects.toThrow(
      /it is a directory/,
    );
    disk.fail = (operation) => (operation === 'remove' ? 'EACCES' : undefined);
    await expect(open(disk, 'new')).rejects.toThrow(/cannot be written: EACCES/);
    disk.plant('/work/commit.mark', '0 {}\n');
    await expect(open(disk)).rejects.toThrow(/commit.mark is damaged/);
  });

  it('cuts off what somebody else appended, and refuses a part that ends within a line', async () => {
    const disk = newDisk();
    const [committer] = await open(disk);
    await committer.commit(1, parts(1));
    await committer.close();
    disk.plant(OUT, `${upTo(1)}more\n`);
    const [next] = await open(disk);
    expect(disk.peek(OUT)).toBe(upTo(1));
    await expect(next.commit(2, [{ subtask: 0, bytes: pieces('half') }])).rejects.toThrow(/ends within a line/);
    expect(disk.peek(OUT)).toBe(upTo(1));
  });
});
