import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FollowDriver, type FollowSnapshot } from '../../testing/follow-driver.js';
import { LogWriter } from '../../testing/log-writer.js';

let directory = '';
let writer: LogWriter;
let driver: FollowDriver;

async function begin(): Promise<void> {
  const path = join(mkdtempSync(join(directory, 'run-')), 'auth.log');
  writer = new LogWriter(path);
  driver = new FollowDriver({ path, format: 'sshd', key: 'user' });
  await driver.start();
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weir-follow-'));
  await begin();
});
afterEach(async () => {
  await driver.close();
  writer.close();
  rmSync(directory, { recursive: true, force: true });
});

const append = (lines: number): void => {
  for (let n = 0; n < lines; n++) writer.append();
};
const size = (suffix = ''): number => statSync(writer.path + suffix).size;
const gaps = (): unknown[] => driver.published.filter(({ topic }) => topic === 'log-gap').map(({ payload }) => payload);

/** Three lines, of which the first is out. */
async function oneOfThree(): Promise<{ readonly snapshot: FollowSnapshot; readonly left: number }> {
  append(1);
  const first = size();
  append(2);
  await driver.drain(1);
  expect(driver.users).toEqual(['u0']);
  return { snapshot: driver.snapshot(), left: size() - first };
}

describe('a log that is cut', () => {
  it('is read from its start again, and what was lost of the last line is said', async () => {
    append(2);
    writer.append(30);
    await driver.drain();
    writer.cut(false);
    writer.append();
    append(1);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u1', 'u3']);
    expect(gaps()).toEqual([{ file: writer.path, bytesMissing: 30, reason: 'truncated' }]);
    expect(driver.count('bytesMissing')).toBe(30);
    expect(driver.count('skipped')).toBe(1);
  });

  it('is found out though it has grown beyond its old length', async () => {
    append(1);
    await driver.drain();
    writer.cut(false);
    append(5);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u1', 'u2', 'u3', 'u4', 'u5']);
    expect(gaps()).toEqual([{ file: writer.path, bytesMissing: 0, reason: 'truncated' }]);
  });

  it('leaves out what a replay needs, and says how much', async () => {
    const { snapshot, left } = await oneOfThree();
    await driver.drain();
    writer.cut(false);
    append(1);
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u3']);
    expect(gaps()).toEqual([{ file: writer.path, bytesMissing: left, reason: 'truncated' }]);
    expect(driver.count('bytesMissing')).toBe(left);
  });

  it('is not taken for what a replay needs, however long it is again', async () => {
    const { snapshot, left } = await oneOfThree();
    writer.cut(false);
    append(6);
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8']);
    expect(gaps()).toEqual([{ file: writer.path, bytesMissing: left, reason: 'truncated' }]);
  });

  it('in the middle is read on behind what is left', async () => {
    append(40);
    await driver.drain();
    truncateSync(writer.path, 2_000);
    await driver.drain();
    expect(gaps()).toEqual([{ file: writer.path, bytesMissing: 0, reason: 'truncated' }]);
    writer.append();
    append(1);
    await driver.drain();
    await driver.start(driver.snapshot());
    append(1);
    await driver.drain();
    expect(driver.users).toEqual(Array.from({ length: 43 }, (_, n) => `u${n}`));
    expect(gaps()).toEqual([]);
  });

  it('is replayed from its copy where there is one', async () => {
    const { snapshot } = await oneOfThree();
    writer.cut(true);
    append(1);
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u1', 'u2', 'u3']);
    expect(gaps()).toEqual([]);
  });
});

describe('a replay that needs a file', () => {
  it('that is deleted goes on behind it, with other sequence numbers, and says how much is missing once', async () => {
    const { snapshot, left } = await oneOfThree();
    writer.rotate();
    append(1);
    writer.remove(1);
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u3']);
    expect(gaps()).toEqual([{ file: writer.path, bytesMissing: left, reason: 'deleted' }]);
    expect(driver.records.map(({ sequence }) => sequence)).toEqual([0, 2 ** 32]);
    await driver.start(driver.snapshot());
    append(1);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u3', 'u4']);
    expect(gaps()).toEqual([]);
    expect(driver.count('bytesMissing')).toBe(left);
  });

  it('that is deleted waits for the next, through further restores', async () => {
    const { snapshot, left } = await oneOfThree();
    writer.remove(0);
    await driver.start(snapshot);
    await driver.drain();
    await driver.start(driver.snapshot());
    await driver.drain();
    expect(gaps()).toEqual([]);
    append(1);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u3']);
    expect(driver.count('bytesMissing')).toBe(left);
  });

  it('that is compressed knows all that was in it, and reads those after it', async () => {
    const { snapshot } = await oneOfThree();
    const first = snapshot.state[0].offset;
    append(2);
    const missing = size() - first;
    for (let n = 0; n < 2; n++) {
      writer.rotate();
      append(1);
    }
    writer.compress(2);
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u5', 'u6']);
    expect(gaps()).toEqual([{ file: `${writer.path}.2.gz`, bytesMissing: missing, reason: 'compressed' }]);
  });

  it('is still there when it is still open, whatever has become of its name', async () => {
    await oneOfThree();
    append(1);
    writer.rotate();
    writer.compress(1);
    writer.remove(1);
    append(1);
    await driver.drain();
    expect(driver.users).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
    expect(gaps()).toEqual([]);
  });
});

it('a file that came and was compressed between two looks is said to be missing', async () => {
  append(1);
  await driver.drain();
  writer.rotate();
  append(2);
  const missing = size();
  writer.rotate();
  writer.compress(1);
  append(1);
  await driver.drain();
  expect(driver.users).toEqual(['u0', 'u3']);
  expect(gaps()).toEqual([{ file: `${writer.path}.1.gz`, bytesMissing: missing, reason: 'compressed' }]);
  append(1);
  await driver.drain();
  expect(driver.users).toEqual(['u0', 'u3', 'u4']);
  expect(gaps()).toHaveLength(1);
});

it('a file that was compressed while nothing had the name is said to be missing once, through a restore', async () => {
  append(1);
  await driver.drain();
  writer.rotate();
  append(1);
  const missing = size();
  writer.rotate();
  writer.compress(1);
  writer.remove(0);
  await driver.drain();
  expect(driver.count('bytesMissing')).toBe(missing);
  await driver.start(driver.snapshot());
  await driver.drain();
  expect(driver.count('bytesMissing')).toBe(missing);
});

it('a copy that was compressed is said to be missing once, though it is younger than the file that was cut after it', async () => {
  writer.append(1);
  await driver.drain();
  writer.cut(true);
  await driver.drain();
  writer.rotate(3);
  const snapshot = driver.snapshot();
  writer.compress(2);
  await driver.drain();
  writer.compress(1);
  await driver.start(snapshot);
  for (let n = 0; n < 2; n++) await driver.drain();
  expect(driver.count('bytesMissing')).toBe(1);
});

it('a copy that was compressed before the cut was seen is said to be missing once, through restores', async () => {
  writer.append(1);
  await driver.drain();
  writer.cut(true);
  writer.compress(1);
  for (let n = 0; n < 2; n++) await driver.start(driver.snapshot());
  await driver.drain();
  writer.remove(0);
  for (let n = 0; n < 2; n++) await driver.drain();
  expect(driver.count('bytesMissing')).toBe(1);
});

type Step =
  | { readonly kind: 'append'; readonly bytes: number }
  | { readonly kind: 'rotate' | 'snapshot' }
  | { readonly kind: 'cut'; readonly copy: boolean }
  | { readonly kind: 'remove' | 'compress' | 'drain' | 'restore'; readonly n: number };

const number = fc.integer({ min: 0, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('append' as const), bytes: fc.oneof(fc.constant(200), fc.integer({ min: 1, max: 80 })) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'rotate' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), copy: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), n: number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compress' as const), n: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('drain' as const), n: number }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'snapshot' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore' as const), n: fc.nat() }) },
);

it('whatever is cut, deleted and compressed when, no line comes twice and no more is said to be missing than is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
      await driver.close();
      writer.close();
      await begin();
      const snapshots: FollowSnapshot[] = [];
      for (const each of steps) {
        if (each.kind === 'append') writer.append(each.bytes);
        else if (each.kind === 'rotate') writer.rotate(3);
        else if (each.kind === 'cut') writer.cut(each.copy);
        else if (each.kind === 'remove') writer.remove(each.n);
        else if (each.kind === 'compress') writer.compress(each.n);
        else if (each.kind === 'drain') await driver.drain(each.n === 0 ? Number.POSITIVE_INFINITY : each.n);
        else if (each.kind === 'snapshot') snapshots.push(driver.snapshot());
        else if (each.kind === 'restore' && snapshots.length > 0) await driver.start(snapshots[each.n % snapshots.length]);
      }
      for (let n = 0; n < 3; n++) {
        await driver.drain();
        driver.time += 1_000;
      }
      const written = writer.users().flat();
      expect(new Set(driver.users).size).toBe(driver.users.length);
      expect(driver.users.filter((user) => !written.includes(user))).toEqual([]);
      const total = writer.generations.reduce((sum, { text }) => sum + text.length, 0);
      expect(driver.count('bytes') + driver.count('bytesMissing')).toBeLessThanOrEqual(total);
      // The last file is whole, so all complete lines in it are there.
      expect(driver.users).toEqual(expect.arrayContaining(writer.exists ? (writer.users().at(-1) as string[]) : []));
    }),
    { numRuns: 300 },
  );
});
