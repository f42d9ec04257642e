import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FollowDriver } from '../../testing/follow-driver.js';
import type { FollowSourceOptions } from './follow-source.js';

let directory = '';
const drivers: FollowDriver[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-follow-'));
});
afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
  rmSync(directory, { recursive: true, force: true });
});

const at = (name: string): string => join(directory, name);

async function follow(name: string, options: Partial<FollowSourceOptions> = {}): Promise<FollowDriver> {
  const driver = new FollowDriver({ path: at(name), key: 'user', ...options });
  drivers.push(driver);
  await driver.start();
  await driver.drain();
  return driver;
}

const failed = (user: string, stamp = 'h'): string => `${stamp} sshd[1]: Failed password for ${user} from 1.2.3.4 port 22 ssh2\n`;

it('begins at the beginning of the file that is there, and leaves out what was rotated away before', async () => {
  writeFileSync(at('auth.log.1'), failed('old'));
  writeFileSync(at('auth.log.2.gz'), 'older');
  writeFileSync(at('auth.log'), failed('a'));
  const driver = await follow('auth.log');
  renameSync(at('auth.log.1'), at('auth.log.2'));
  renameSync(at('auth.log'), at('auth.log.1'));
  writeFileSync(at('auth.log'), failed('b'));
  await driver.drain();
  expect(driver.users).toEqual(['a', 'b']);
  expect(driver.published).toEqual([]);
});

it('follows the path when a link of that name is turned to another file', async () => {
  writeFileSync(at('app-2026-01-01.log'), failed('a'));
  symlinkSync('app-2026-01-01.log', at('app.log'));
  const driver = await follow('app.log');
  writeFileSync(at('app-2026-01-02.log'), failed('c'));
  symlinkSync('app-2026-01-02.log', at('app.new'));
  renameSync(at('app.new'), at('app.log'));
  appendFileSync(at('app-2026-01-01.log'), failed('b'));
  await driver.drain();
  expect(driver.users).toEqual(['a', 'b', 'c']);
  await driver.start(driver.snapshot());
  appendFileSync(at('app-2026-01-02.log'), failed('d'));
  await driver.drain();
  expect(driver.users).toEqual(['a', 'b', 'c', 'd']);
});

it('finds files that were rotated by date in the order of their dates, read or not', async () => {
  writeFileSync(at('auth.log'), failed('a'));
  const driver = await follow('auth.log');
  const snapshot = driver.snapshot();
  for (const [date, user] of [
    ['20260101', 'b'],
    ['20260102', 'c'],
    ['20260103', 'd'],
  ]) {
    renameSync(at('auth.log'), at(`auth.log-${date}`));
    // Dates tell, whatever the change times say.
    utimesSync(at(`auth.log-${date}`), 1_000, 1_000);
    writeFileSync(at('auth.log'), failed(user));
  }
  await driver.start(snapshot);
  await driver.drain();
  expect(driver.users).toEqual(['a', 'b', 'c', 'd']);
});

it('takes the columns of csv from each file that names them, else from the file before', async () => {
  writeFileSync(at('e.csv'), 'userId,eventType\na,normal\n');
  const driver = await follow('e.csv');
  for (const [n, text] of ['b,normal\n', 'eventType,userId\nabnormal,c\n', 'normal,d\n'].entries()) {
    renameSync(at('e.csv'), at(`e.csv.${9 - n}`));
    writeFileSync(at('e.csv'), text);
    await driver.drain();
    await driver.start(driver.snapshot());
    await driver.drain();
  }
  expect(driver.records.map(({ userId, isAbnormal }) => [userId, isAbnormal])).toEqual([
    ['a', false],
    ['b', false],
    ['c', true],
    ['d', false],
  ]);
  expect(driver.count('malformed')).toBe(0);
});

it('tells the format by the first whole line, whenever that comes', async () => {
  const driver = await follow('log');
  for (const piece of ['', '{"userId":"a",', '"eventType":"normal"}', '\n{"userId":"b","eventType":"normal"}\n']) {
    appendFileSync(at('log'), piece);
    await driver.drain();
    await driver.start(driver.snapshot());
    await driver.drain();
  }
  expect(driver.users).toEqual(['a', 'b']);
});

it('says once that it cannot tell the format, and reads it all once it can', async () => {
  writeFileSync(at('log'), 'who knows\n');
  const driver = await follow('log');
  appendFileSync(at('log'), 'nobody\n');
  await driver.drain();
  await driver.drain();
  expect(driver.published).toEqual([
    { topic: 'log-unreadable', payload: { file: at('log'), reason: expect.stringContaining('--format ndjson, csv or sshd') } },
  ]);
  appendFileSync(at('log'), failed('a'));
  await driver.drain();
  appendFileSync(at('log'), failed('b'));
  await driver.drain();
  expect(driver.users).toEqual(['a', 'b']);
  expect(driver.count('skipped')).toBe(2);
});

it('holds no more of a file of no known format than it takes to tell one, and goes on with the next', async () => {
  writeFileSync(at('log'), 'who knows\n'.repeat(100_000));
  const driver = await follow('log');
  await driver.start(driver.snapshot());
  await driver.drain();
  renameSync(at('log'), at('log.1'));
  writeFileSync(at('log'), failed('a'));
  await driver.drain();
  driver.time += 2_000;
  await driver.drain();
  expect(driver.users).toEqual(['a']);
});

it('waits for a file that vanishes for a while, and for a directory', async () => {
  const driver = await follow('later/auth.log', { format: 'sshd' });
  mkdirSync(at('later'));
  await driver.drain();
  writeFileSync(at('later/auth.log'), failed('a'));
  await driver.drain();
  renameSync(at('later'), at('moved'));
  appendFileSync(at('moved/auth.log'), failed('b'));
  await driver.drain();
  renameSync(at('moved'), at('later'));
  appendFileSync(at('later/auth.log'), failed('c'));
  await driver.drain();
  expect(driver.users).toEqual(['a', 'b', 'c']);
});

it('goes on within a message that is repeated, from any place in it', async () => {
  const text = `${failed('a')}h sshd[1]: message repeated 4 times: [ Failed password for b from 1.2.3.4 port 22 ssh2]\n${failed('c')}`;
  writeFileSync(at('auth.log'), text);
  const driver = await follow('auth.log');
  expect(driver.users).toEqual(['a', 'b', 'b', 'b', 'b', 'c']);
  const stepwise = new FollowDriver({ path: at('auth.log'), key: 'user' });
  drivers.push(stepwise);
  await stepwise.start();
  while (stepwise.records.length < 6) {
    await stepwise.drain(1);
    await stepwise.start(stepwise.snapshot());
  }
  expect(stepwise.records).toEqual(driver.records);
  expect(stepwise.count('lines')).toBe(3);
});

it('gives a date without a year the year in which its line was written', async () => {
  const time = (year: number, month: number, day: number): number => new Date(year, month - 1, day).getTime();
  writeFileSync(at('auth.log'), failed('a', 'Dec 31 00:00:00'));
  utimesSync(at('auth.log'), 0, time(2026, 12, 31) / 1000 + 1);
  const driver = await follow('auth.log');
  appendFileSync(at('auth.log'), failed('b', 'Jan  1 00:00:00'));
  utimesSync(at('auth.log'), 0, time(2027, 1, 1) / 1000 + 1);
  await driver.drain();
  expect(driver.records.map(({ timestamp }) => timestamp)).toEqual([time(2026, 12, 31), time(2027, 1, 1)]);
});

it('refuses at once what can never be followed', async () => {
  mkdirSync(at('directory'));
  const driver = new FollowDriver({ path: at('directory'), key: 'user' });
  await expect(driver.start()).rejects.toThrow(/no regular file/);
});
