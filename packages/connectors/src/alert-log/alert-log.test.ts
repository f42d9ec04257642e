import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommitPart, Committer } from '@weir/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeSinkFiles } from '../file/node-sink-files.js';
import { Killed, random, SimulatedDisk } from '../testing/simulated-disk.js';
import { AlertLogCommitter } from './alert-log-committer.js';
import { AlertLogReader } from './alert-log-reader.js';
import type { LoggedAlert } from './alert-log-sink.js';

const LAST = 6;
const alertsOf = (checkpointId: number): string[] =>
  Array.from({ length: [2, 1, 0, 9, 3][checkpointId % 5] }, (_, i) => `{"id":"${checkpointId}-${i}","userId":"u한"}`);
const logUpTo = (checkpointId: number): string =>
  Array.from({ length: checkpointId }, (_, i) => alertsOf(i + 1))
    .flat()
    .map((line, i) => `{"seq":${i + 1},${line.slice(1)}\n`)
    .join('');

const part = (lines: readonly string[], subtask: number): CommitPart => ({
  subtask,
  bytes: pieces(Buffer.from(lines.map((line) => `${line}\n`).join(''))),
});
async function* pieces(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 29) yield bytes.subarray(at, at + 29);
}
const parts = (checkpointId: number): CommitPart[] => [
  part(alertsOf(checkpointId).slice(0, 4), 0),
  part(alertsOf(checkpointId).slice(4), 1),
];

async function run(disk: SimulatedDisk, progress: { acknowledged: number; told: number }): Promise<void> {
  const committer: Committer = new AlertLogCommitter('/log', 'l', disk);
  expect(await committer.open()).toBeLessThanOrEqual(progress.acknowledged + 1);
  for (let n = Math.max(1, progress.acknowledged); n <= LAST; n++) {
    progress.told += await committer.commit(n, parts(n));
    progress.acknowledged = n;
  }
  await committer.close();
}

/** What a reader takes for committed. */
function committed(disk: SimulatedDisk): string {
  const mark = disk.peek('/log/alerts.mark');
  if (mark === undefined) return '';
  return Buffer.from(disk.peek('/log/alerts.ndjson') ?? '').toString('utf8', 0, JSON.parse(mark.slice(9)).length);
}

describe('AlertLogCommitter', () => {
  it('numbers alerts over checkpoints and lineages, each checkpoint once', async () => {
    const disk = new SimulatedDisk('/log');
    const first = new AlertLogCommitter('/log', 'first', disk);
    await first.open();
    expect(await first.commit(1, parts(1))).toBe(1);
    expect(await first.commit(1, parts(1))).toBe(0);
    const second = new AlertLogCommitter('/log', 'second', disk);
    expect(await second.open()).toBe(0);
    expect(await second.commit(2, parts(2))).toBe(0);
    expect(await second.commit(3, parts(3))).toBe(9);
    const again = new AlertLogCommitter('/log', 'first', disk);
    expect(await again.open()).toBe(1);
    expect(await again.commit(4, parts(4))).toBe(3);
    expect(committed(disk)).toBe(
      [1, 3, 4]
        .flatMap(alertsOf)
        .map((line, i) => `{"seq":${i + 1},${line.slice(1)}\n`)
        .join(''),
    );
  });

  it.each([false, true])('shows whole checkpoints only, killed at any operation (loss of power: %s)', async (powerLoss) => {
    for (let killAt = 1; ; killAt++) {
      for (let seed = 0; seed < (powerLoss ? 10 : 1); seed++) {
        const disk = new SimulatedDisk('/log');
        const progress = { acknowledged: 0, told: 0 };
        disk.killAt = killAt;
        let seen = '';
        disk.observe = () => {
          expect(committed(disk).startsWith(seen)).toBe(true);
          seen = committed(disk);
        };
        const cut = await run(disk, progress).then(
          () => false,
          (error: unknown) => {
            if (error instanceof Killed) return true;
            throw error;
          },
        );
        const states = Array.from({ length: LAST + 1 }, (_, n) => logUpTo(n));
        if (powerLoss) {
          disk.losePower(random(killAt * 31 + seed));
          seen = '';
        }
        expect(states.indexOf(committed(disk))).toBeGreaterThanOrEqual(states.indexOf(states[progress.acknowledged]));
        disk.restart();
        await run(disk, progress);
        expect(committed(disk)).toBe(logUpTo(LAST));
        if (!cut) return;
      }
    }
  });

  it('says so if the log was changed or its mark lost', async () => {
    const disk = new SimulatedDisk('/log');
    await run(disk, { acknowledged: 0, told: 0 });
    const mark = disk.peek('/log/alerts.mark') as string;
    const open = (): Promise<number> => new AlertLogCommitter('/log', 'l', disk).open();
    disk.plant('/log/alerts.mark', mark.replace('"lastSeq":', '"lastSeq":1'));
    await expect(open()).rejects.toThrow(/alerts.mark is damaged/);
    disk.plant('/log/alerts.mark', mark);
    disk.plant('/log/alerts.ndjson', 'short');
    await expect(open()).rejects.toThrow(/was changed or removed/);
    await disk.remove('/log/alerts.mark');
    await expect(open()).rejects.toThrow(/lost its mark/);
  });
});

/** Some of them need escapes in JSON. */
const idOf = (seq: number): string => `${seq}${['', '한', '"', '\\', '\n"}'][seq % 5]}`;

describe('AlertLogReader', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'weir-alert-log-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('reads any stretch of what is committed, also while it grows', async () => {
    const log = join(directory, 'log');
    const reader = new AlertLogReader(log);
    expect([await reader.last(), await reader.read({ after: 0, limit: 10 })]).toEqual([0, []]);
    const committer = new AlertLogCommitter(log, 'l', nodeSinkFiles);
    await committer.open();
    let last = 0;
    for (const [checkpointId, count] of [
      [1, 1],
      [2, 998],
      [3, 1],
      [4, 1],
      [5, 12_345],
    ] as const) {
      const lines = Array.from({ length: count }, (_, i) =>
        JSON.stringify({ id: idOf(last + i + 1), userId: '한'.repeat(i % 7), message: 'x'.repeat(i % 100) }),
      );
      await committer.commit(checkpointId, [part(lines, 0)]);
      last += count;
      expect(await reader.last()).toBe(last);
      for (const after of [0, 1, 998, 999, 1000, 1001, 5_000, last - 1, last, last + 5]) {
        for (const limit of [0, 1, 7, 2_500]) {
          const want = Array.from({ length: Math.max(0, Math.min(limit, last - after)) }, (_, i) => after + i + 1);
          const got = await reader.read({ after, limit });
          expect(got.map(({ seq }) => seq)).toEqual(want);
          expect(got.map(({ id }) => id)).toEqual(want.map(idOf));
          const picked: number[] = [];
          const reached = await reader.pick({
            after,
            limit,
            wanted: (id, seq) => {
              expect(id).toBe(idOf(seq));
              return seq % 3 === 0;
            },
            accept: ({ seq }) => picked.push(seq),
          });
          expect(picked).toEqual(want.filter((seq) => seq % 3 === 0));
          expect(reached).toBe(Math.max(after, Math.min(after + limit, last)));
        }
      }
    }
    // What is behind the mark is not committed.
    await writeFile(join(log, 'alerts.ndjson'), 'torn', { flag: 'a' });
    const both: LoggedAlert[][] = await Promise.all([
      new AlertLogReader(log).read({ after: last - 2, limit: 10 }),
      reader.read({ after: last - 2, limit: 10 }),
    ]);
    expect(both.map((alerts) => alerts.length)).toEqual([2, 2]);
  });
});
