import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeFileSystem } from '../common/node-file-system.js';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { FaultyFileSystem } from '../testing/faulty-file-system.js';
import { JobJournal, type JournalEntry } from './job-journal.js';

let root: { path: string; remove(): Promise<void> };
let fs: FaultyFileSystem;
let path: string;
let journal: JobJournal;

beforeEach(async () => {
  root = await temporaryDirectory();
  path = join(root.path, 'journal.ndjson');
  fs = new FaultyFileSystem(new NodeFileSystem());
  journal = new JobJournal(fs, path);
});
afterEach(async () => {
  await journal.close();
  await root.remove();
});

const entry = (n: number): JournalEntry => ({ at: 1_000.5 + n, type: 'checkpoint', n, text: `여러 줄\n"${n}"`, crc: 'its own' });
const entries = (count: number) => Array.from({ length: count }, (_, n) => entry(n));

async function restart(): Promise<JobJournal> {
  await journal.close();
  journal = new JobJournal(fs, path);
  return journal;
}

test('gives entries back in order, over restarts, each line JSON', async () => {
  expect(await journal.read()).toEqual({ entries: [], dropped: 0 });
  await Promise.all(entries(50).map((each) => journal.append(each, false)));
  expect(await journal.read()).toEqual({ entries: entries(50), dropped: 0 });
  await (await restart()).append(entry(50), true);
  expect(await (await restart()).read()).toEqual({ entries: entries(51), dropped: 0 });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).n)).toEqual(entries(51).map(({ n }) => n));
});

test('only a durable entry is synced, its file name too', async () => {
  await journal.append(entry(0), false);
  expect(fs.log).toContain(`syncDirectory ${root.path}`);
  const syncs = () => fs.log.filter((line) => line.startsWith('sync ')).length;
  const before = syncs();
  await journal.append(entry(1), false);
  expect(syncs()).toBe(before);
  await journal.append(entry(2), true);
  expect(syncs()).toBe(before + 1);
});

test('tells its size, and shrinks to what is given', async () => {
  let size = 0;
  for (const each of entries(100)) size = await journal.append(each, false);
  expect(size).toBe(readFileSync(path).length);
  const rewritten = journal.rewrite(entries(3));
  const after = journal.append(entry(3), false);
  expect(await rewritten).toBeLessThan(size / 20);
  expect(await after).toBe(readFileSync(path).length);
  expect((await journal.read()).entries).toEqual(entries(4));
  expect(readdirSync(root.path)).toEqual(['journal.ndjson']);
});

test('cut at every byte, what was whole before the cut comes back, and goes on', async () => {
  for (const each of entries(5)) await journal.append(each, false);
  const whole = readFileSync(path);
  for (let length = 0; length <= whole.length; length++) {
    await journal.close();
    writeFileSync(path, whole.subarray(0, length));
    await restart();
    const kept = whole.subarray(0, length).toString('latin1').split('\n').length - 1;
    const { entries: read, dropped } = await journal.read();
    expect(read).toEqual(entries(kept));
    expect(dropped).toBe(whole[length - 1] === 0x0a || length === 0 ? 0 : 1);
    if (length % 5 !== 0) continue;
    await journal.append(entry(99), false);
    expect(await (await restart()).read()).toEqual({ entries: [...entries(kept), entry(99)], dropped: 0 });
  }
});

test('a bit flipped anywhere costs the line it is in, no other, and is never read as something else', async () => {
  for (const each of entries(4)) await journal.append(each, false);
  const whole = readFileSync(path);
  for (let position = 0; position < whole.length; position++) {
    const damaged = Uint8Array.from(whole);
    damaged[position] = (damaged[position] as number) ^ (1 << (position % 8));
    writeFileSync(path, damaged);
    const { entries: read, dropped } = await journal.read();
    expect(dropped).toBeGreaterThanOrEqual(1);
    expect(read.length).toBeGreaterThanOrEqual(2);
    expect(entries(4).filter((each) => read.some(({ n }) => n === each.n))).toEqual(read);
  }
});

test('nonsense in place of the file is no error', async () => {
  for (const nonsense of ['', '\n\n', '{}\n', 'null\n[1]\n', '{"crc":"00000000",}\n', '\u{0}'.repeat(1_000)]) {
    writeFileSync(path, nonsense);
    expect((await journal.read()).entries).toEqual([]);
  }
});

for (const time of ['before', 'half', 'after'] as const) {
  test(`an operation that fails, ${time}, costs its own entry at most`, async () => {
    for (let failAt = 1; ; failAt++) {
      const faulty = new FaultyFileSystem(new NodeFileSystem());
      Object.assign(faulty, { failAt, time, code: 'ENOSPC' });
      const at = new JobJournal(faulty, join(root.path, `${failAt}`));
      const outcomes = await Promise.allSettled(entries(4).map((each) => at.append(each, true)));
      const written = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
      // The fault may be due only now, or in reading.
      await at.append(entry(9), false).catch(() => at.append(entry(9), false));
      const { entries: read, dropped } = await at.read().catch(() => at.read());
      const numbers = read.map(({ n }) => n as number);
      expect(dropped).toBe(0);
      // The last was tried twice, and may have got in at the first.
      const before = numbers.filter((n) => n !== 9);
      expect(before).toEqual([...new Set(before)].sort());
      for (const n of [...written, 9]) expect(numbers).toContain(n);
      expect(readdirSync(root.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      await at.close();
      if (!faulty.fired) break;
      expect(written.length).toBeGreaterThanOrEqual(3);
    }
  });
}

test('a writer of an earlier attempt that still lives does not get in', async () => {
  await journal.append(entry(0), false);
  const next = new JobJournal(fs, path);
  await next.append(entry(1), false);
  await journal.append(entry(66), false);
  await next.append(entry(2), false);
  expect((await next.read()).entries).toEqual(entries(3));
  await next.close();
});
