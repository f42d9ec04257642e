import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FollowDriver } from '../../testing/follow-driver.js';
import type { FollowSourceOptions } from './follow-source.js';

/** What file systems, rotators and writers do to a log beyond growing it. */

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

async function follow(name = 'auth.log', options: Partial<FollowSourceOptions> = {}): Promise<FollowDriver> {
  const driver = new FollowDriver({ path: at(name), key: 'user', ...options });
  drivers.push(driver);
  await driver.start();
  await driver.drain();
  return driver;
}

let lines = 0;
const failed = (user: string): string => `${lines++} sshd[1]: Failed password for ${user} from 1.2.3.4 port 22 ssh2\n`;
const add = (name: string, ...users: string[]): void => appendFileSync(at(name), users.map(failed).join(''));
const gaps = (driver: FollowDriver): unknown[] => driver.published.filter(({ topic }) => topic === 'log-gap').map(({ payload }) => payload);
const troubles = (driver: FollowDriver): unknown[] =>
  driver.published.filter(({ topic }) => topic === 'log-unreadable').map(({ payload }) => (payload as { reason: string }).reason);

describe('what has the name', () => {
  it('is refused at once if it is a pipe, which would be waited for without end', async () => {
    execFileSync('mkfifo', [at('auth.log')]);
    const driver = new FollowDriver({ path: at('auth.log'), key: 'user' });
    await expect(driver.start()).rejects.toThrow(/no regular file/);
  });

  it.each(['mkfifo', 'mkdir'])(
    'is said once to be of no use, if it becomes so by %s, and read once it is a file again',
    async (command) => {
      add('auth.log', 'a');
      const driver = await follow();
      renameSync(at('auth.log'), at('auth.log.1'));
      execFileSync(command, [at('auth.log')]);
      for (let look = 0; look < 3; look++) await driver.drain();
      expect(troubles(driver)).toEqual([expect.stringContaining('no regular file')]);
      if (command === 'mkdir') rmdirSync(at('auth.log'));
      else unlinkSync(at('auth.log'));
      add('auth.log', 'b');
      await driver.drain();
      expect(driver.users).toEqual(['a', 'b']);
    },
  );

  it('is said once not to be there yet at the start, and not while it is rotated', async () => {
    const driver = await follow('auth.log', { format: 'sshd' });
    await driver.drain();
    expect(troubles(driver)).toEqual(['there is no such file yet']);
    add('auth.log', 'a');
    await driver.drain();
    renameSync(at('auth.log'), at('auth.log.1'));
    await driver.drain();
    expect(driver.users).toEqual(['a']);
    expect(troubles(driver)).toHaveLength(1);
  });

  it('is said once not to be allowed to be read, and read once it is', async () => {
    // Root may read anything.
    const asAnybody = process.getuid?.() === 0 ? 65_534 : undefined;
    chmodSync(directory, 0o755);
    add('auth.log', 'a');
    const driver = await follow();
    renameSync(at('auth.log'), at('auth.log.1'));
    add('auth.log', 'b');
    chmodSync(at('auth.log'), 0);
    if (asAnybody !== undefined) process.seteuid?.(asAnybody);
    try {
      for (let look = 0; look < 3; look++) await driver.drain();
    } finally {
      if (asAnybody !== undefined) process.seteuid?.(0);
    }
    expect(troubles(driver)).toEqual(['permission denied']);
    chmodSync(at('auth.log'), 0o644);
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b']);
  });

  it('may be a link into another directory, where all rotations are', async () => {
    mkdirSync(at('data'));
    add('data/real.log', 'a');
    symlinkSync(at('data/real.log'), at('real.log'));
    const driver = await follow('real.log');
    for (const [n, user] of ['b', 'c', 'd'].entries()) {
      renameSync(at('data/real.log'), at(`data/real.log.${9 - n}`));
      add('data/real.log', user);
    }
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('rotation into a directory below (olddir)', () => {
  beforeEach(() => mkdirSync(at('old')));

  const rotate = (n: number): void => renameSync(at('auth.log'), at(`old/auth.log.${n}`));

  it('loses nothing while it runs, more than once between two looks', async () => {
    add('auth.log', 'a');
    const driver = await follow();
    add('auth.log', 'b');
    rotate(9);
    add('auth.log', 'c');
    rotate(8);
    add('auth.log', 'd');
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd']);
    expect(gaps(driver)).toEqual([]);
  });

  it('loses nothing that came while it was down', async () => {
    add('auth.log', 'a');
    const driver = await follow();
    const snapshot = driver.snapshot();
    add('auth.log', 'b');
    rotate(9);
    add('auth.log', 'c');
    rotate(8);
    add('auth.log', 'd');
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd']);
    expect(gaps(driver)).toEqual([]);
  });

  it('says how much was in one that has been compressed there', async () => {
    add('auth.log', 'a');
    const driver = await follow();
    const snapshot = driver.snapshot();
    const read = readFileSync(at('auth.log')).length;
    add('auth.log', 'b');
    const missing = readFileSync(at('auth.log')).length - read;
    rotate(1);
    execFileSync('gzip', [at('old/auth.log.1')]);
    add('auth.log', 'c');
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['a', 'c']);
    expect(gaps(driver)).toEqual([{ file: at('old/auth.log.1.gz'), bytesMissing: missing, reason: 'compressed' }]);
  });

  it('anywhere else is remembered from the rotations that it has seen', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'weir-olddir-'));
    const away = (n: number): void => renameSync(at('auth.log'), join(elsewhere, `auth.log.${n}`));
    add('auth.log', 'a');
    const driver = await follow();
    away(9);
    add('auth.log', 'b');
    await driver.drain();
    const snapshot = driver.snapshot();
    add('auth.log', 'c');
    away(8);
    add('auth.log', 'd');
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd']);
    expect(gaps(driver)).toEqual([]);
    rmSync(elsewhere, { recursive: true });
  });
});

it.each([
  ['auth-2026-01-02T03-04-05.678.log', 'auth-2026-01-02T03-04-05.700.log'],
  ['auth.log.2026-01-02.9', 'auth.log.2026-01-02.10'],
  ['auth.log-20260102-9', 'auth.log-20260102-10'],
  ['auth.log-20260102', 'auth.log-2026010300'],
])('reads all files between two looks, named %s and %s', async (first, second) => {
  add('auth.log', 'a');
  const driver = await follow();
  renameSync(at('auth.log'), at(first));
  add('auth.log', 'b');
  renameSync(at('auth.log'), at(second));
  add('auth.log', 'c');
  await driver.drain();
  expect(driver.users).toEqual(['a', 'b', 'c']);
});

describe('a file that is cut', () => {
  it('after a copy was made of it is read to its end there', async () => {
    add('auth.log', 'a');
    const driver = await follow();
    add('auth.log', 'b', 'c');
    copyFileSync(at('auth.log'), at('auth.log.1'));
    truncateSync(at('auth.log'));
    add('auth.log', 'd');
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd']);
    await driver.start(driver.snapshot());
    for (const [n, user] of ['e', 'f'].entries()) {
      add('auth.log', `before ${user}`);
      await driver.drain();
      add('auth.log', user);
      for (let old = n + 1; old >= 1; old--) renameSync(at(`auth.log.${old}`), at(`auth.log.${old + 1}`));
      copyFileSync(at('auth.log'), at('auth.log.1'));
      truncateSync(at('auth.log'));
      await driver.drain();
    }
    expect(driver.users).toEqual(['a', 'b', 'c', 'd', 'before e', 'e', 'before f', 'f']);
    expect(gaps(driver)).toEqual([]);
  });

  it('twice between two looks, after copies were made, is read from both', async () => {
    add('auth.log', 'a');
    const driver = await follow();
    for (const [n, user] of ['b', 'c'].entries()) {
      add('auth.log', user);
      copyFileSync(at('auth.log'), at(`auth.log.${9 - n}`));
      truncateSync(at('auth.log'));
    }
    add('auth.log', 'd');
    await driver.drain();
    driver.time += 2_000;
    await driver.start(driver.snapshot());
    add('auth.log', 'e');
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(gaps(driver)).toEqual([]);
  });

  it('and goes on where it was, as by a writer that does not append, has zeros in front', async () => {
    add('auth.log', ...Array.from({ length: 30_000 }, (_, n) => `u${n}`));
    const driver = await follow();
    const end = readFileSync(at('auth.log')).length;
    truncateSync(at('auth.log'));
    await driver.drain();
    truncateSync(at('auth.log'), end);
    add('auth.log', 'last');
    await driver.drain();
    expect(driver.users.slice(-2)).toEqual(['u29999', 'last']);
    expect(driver.count('skipped')).toBe(0);
    await driver.start(driver.snapshot());
    add('auth.log', 'one more');
    await driver.drain();
    expect(driver.users.at(-1)).toBe('one more');
  });

  const banner = `${'# the same with every start\n'.repeat(60)}`;

  it('and begins as it did before, longer by now, is read anew', async () => {
    writeFileSync(at('auth.log'), banner);
    add('auth.log', 'a', 'b');
    const driver = await follow('auth.log', { format: 'sshd' });
    writeFileSync(at('auth.log'), banner);
    add('auth.log', 'c', 'd', 'e', 'f');
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(gaps(driver)).toEqual([{ file: at('auth.log'), bytesMissing: 0, reason: 'truncated' }]);
  });

  it('and begins as it did before, longer by now, is read anew after a restart too', async () => {
    writeFileSync(at('auth.log'), banner);
    add('auth.log', 'a', 'b');
    const driver = await follow('auth.log', { format: 'sshd' });
    const snapshot = driver.snapshot();
    writeFileSync(at('auth.log'), banner);
    add('auth.log', 'c', 'd', 'e', 'f');
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(gaps(driver)).toHaveLength(1);
  });
});

describe('a file that a copy of it takes the place of, as by rsync', () => {
  const replace = (...users: string[]): void => {
    copyFileSync(at('auth.log'), at('.auth.log.tmp'));
    add('.auth.log.tmp', ...users);
    renameSync(at('.auth.log.tmp'), at('auth.log'));
  };

  it('is read on, not again', async () => {
    add('auth.log', ...Array.from({ length: 50 }, (_, n) => `u${n}`));
    const driver = await follow();
    replace('a', 'b');
    await driver.drain();
    // Not read yet when it is replaced once more.
    add('auth.log', 'c');
    replace('d');
    await driver.drain();
    expect(driver.users.slice(50)).toEqual(['a', 'b', 'c', 'd']);
    await driver.start(driver.snapshot());
    replace('e');
    await driver.drain();
    expect(driver.users.slice(50)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(gaps(driver)).toEqual([]);
  });

  it('is so too after a restart', async () => {
    add('auth.log', 'a');
    const driver = await follow();
    const snapshot = driver.snapshot();
    replace('b', 'c');
    await driver.start(snapshot);
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c']);
    expect(gaps(driver)).toEqual([]);
  });

  it('is read whole if it is another file', async () => {
    add('auth.log', 'a', 'b');
    const driver = await follow();
    add('new', 'a', 'b', 'c', 'd');
    renameSync(at('new'), at('auth.log'));
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'a', 'b', 'c', 'd']);
  });
});

describe('lines', () => {
  const ndjson = (user: string): string => `{"userId":"${user}","eventType":"normal"}`;

  it('that are blank do not tell the format, in the first file or in one that is rotated', async () => {
    writeFileSync(at('auth.log'), '\n\r\n');
    const driver = await follow();
    renameSync(at('auth.log'), at('auth.log.1'));
    writeFileSync(at('auth.log'), '\n');
    await driver.drain();
    driver.time += 2_000;
    await driver.drain();
    add('auth.log', 'a');
    await driver.drain();
    await driver.start(driver.snapshot());
    add('auth.log', 'b');
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b']);
    expect(driver.count('malformed')).toBe(0);
  });

  it('end in CRLF, come behind a byte order mark in each file, and hold bytes that are no UTF-8', async () => {
    writeFileSync(at('e.ndjson'), `\ufeff${ndjson('a')}\r\n`);
    const driver = await follow('e.ndjson');
    renameSync(at('e.ndjson'), at('e.ndjson.1'));
    writeFileSync(at('e.ndjson'), `\ufeff${ndjson('b')}\r\n`);
    appendFileSync(
      at('e.ndjson'),
      Buffer.concat([Buffer.from('{"userId":"c'), Buffer.from([0xff]), Buffer.from('","eventType":"normal"}\r\n')]),
    );
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b', 'c\ufffd']);
    expect(driver.count('malformed')).toBe(0);
  });

  it('are taken once whole, however long that takes, and behind zeros', async () => {
    const driver = await follow('e.ndjson');
    for (const piece of ['\0\0\0', ndjson('a').slice(0, 9), ndjson('a').slice(9), '\n', '\0', `\0${ndjson('b')}\n`]) {
      appendFileSync(at('e.ndjson'), piece);
      await driver.drain();
      await driver.start(driver.snapshot());
    }
    await driver.drain();
    expect(driver.users).toEqual(['a', 'b']);
    expect(driver.count('malformed')).toBe(0);
  });

  it('of 100 MB are passed over, without the memory for them', async () => {
    const driver = await follow('e.ndjson');
    const before = process.memoryUsage().arrayBuffers;
    const piece = Buffer.alloc(4 * 1024 * 1024, 'x');
    for (let n = 0; n < 25; n++) {
      appendFileSync(at('e.ndjson'), piece);
      await driver.drain();
      if (n === 10) await driver.start(driver.snapshot());
    }
    appendFileSync(at('e.ndjson'), `\n${ndjson('a')}\n`);
    await driver.drain();
    expect(driver.users).toEqual(['a']);
    expect(driver.count('malformed')).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
  });
});

describe('how far it is', () => {
  it('is told in bytes and time, while records wait to be taken too', async () => {
    const stamped = (second: number): string =>
      `${new Date(second * 1_000).toISOString()} h sshd[1]: Failed password for u from 1.2.3.4 port 22 ssh2\n`;
    const length = stamped(0).length;
    writeFileSync(at('auth.log'), stamped(100) + stamped(110) + stamped(120));
    utimesSync(at('auth.log'), 120, 120);
    const driver = new FollowDriver({ path: at('auth.log'), key: 'user' });
    drivers.push(driver);
    await driver.start();
    await driver.drain(1);
    const told = () => ['pendingBytes', 'pendingTime', 'openFiles'].map((name) => driver.count(name));
    expect(told()).toEqual([2 * length, 20_000, 1]);
    // It grows while nobody takes what was read of it.
    appendFileSync(at('auth.log'), stamped(150));
    utimesSync(at('auth.log'), 150, 150);
    driver.time += 2_000;
    await driver.drain(0);
    await expect
      .poll(async () => {
        await driver.drain(0);
        return told();
      })
      .toEqual([3 * length, 50_000, 1]);
    await driver.drain();
    expect(told()).toEqual([0, 0, 1]);
    renameSync(at('auth.log'), at('auth.log.1'));
    writeFileSync(at('auth.log'), stamped(160));
    await driver.drain();
    expect(told()).toEqual([0, 0, 2]);
  });

  it('is not told in time where events have none, and is nowhere without a file', async () => {
    const driver = await follow('e.ndjson');
    expect([driver.count('openFiles'), driver.context.counts.has('pendingTime')]).toEqual([0, false]);
    writeFileSync(at('e.ndjson'), '{"userId":"a","eventType":"normal"}\n');
    await driver.drain();
    expect([driver.count('openFiles'), driver.context.counts.has('pendingTime')]).toEqual([1, false]);
  });
});
