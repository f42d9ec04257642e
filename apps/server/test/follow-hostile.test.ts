import { appendFileSync, copyFileSync, existsSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { sshdOracle } from './support/oracle.js';
import { randomOf } from './support/random.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

const ROUNDS = 18;

/** A log to which rotators do all they do: rename into a directory below, copy and cut, and a copier that puts a longer copy in its place. */
class BatteredLog {
  text = '';
  readonly #path: string;
  readonly #random: () => number;
  #second = 0;

  constructor(path: string, random: () => number) {
    this.#path = path;
    this.#random = random;
    mkdirSync(`${path}.old`);
    writeFileSync(path, '');
  }

  append(lines: number, path = this.#path): void {
    for (let n = 0; n < lines; n++) {
      const method = this.#random() < 0.6 ? 'Failed' : 'Accepted';
      const stamp = new Date(Date.UTC(2026, 0, 1) + this.#second++ * 1000).toISOString();
      const line = `${stamp} host sshd[1]: ${method} password for user${Math.floor(this.#random() * 6)} from 10.0.0.1 port 22 ssh2\n`;
      appendFileSync(path, line);
      this.text += line;
    }
  }

  batter(how: number): void {
    this.append(5);
    if (how === 0) {
      // As logrotate's `olddir` with `dateext`, many a day.
      renameSync(this.#path, join(`${this.#path}.old`, `auth.log-20260101-${this.#second}`));
      writeFileSync(this.#path, '');
    } else if (how === 1) {
      for (let n = 40; n >= 1; n--) if (existsSync(`${this.#path}.${n}`)) renameSync(`${this.#path}.${n}`, `${this.#path}.${n + 1}`);
      copyFileSync(this.#path, `${this.#path}.1`);
      truncateSync(this.#path);
    } else {
      copyFileSync(this.#path, `${this.#path}-copy.tmp`);
      this.append(5, `${this.#path}-copy.tmp`);
      renameSync(`${this.#path}-copy.tmp`, this.#path);
    }
    this.append(3);
  }
}

it('takes each line once, whatever is done to the log, while TaskManagers fail and the process is killed', async () => {
  const random = randomOf(29);
  const data = temporaryDirectory();
  const path = join(temporaryDirectory(), 'auth.log');
  const log = new BatteredLog(path, random);
  const start = () =>
    new WeirServer(data, ['--source', `file:${path}`, '--follow', '--format', 'sshd', '--checkpoint-interval', '150ms']).ready();
  let server = await start();
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${server.standing?.url}/metrics`)).text();
    return Number(new RegExp(`FollowedFileSource_${name}\\{.*\\} (\\d+)`).exec(text)?.[1]);
  };
  const lines = (): number => log.text.split('\n').length - 1;
  for (let round = 0; round < ROUNDS; round++) {
    log.append(Math.floor(random() * 20));
    if (round % 6 === 5) {
      const id = `taskmanager-${1 + Math.floor(random() * 3)}`;
      await fetch(`${server.standing?.url}/api/taskmanagers/${id}/fail`, { method: 'POST', body: '{"mode":"crash"}' });
    }
    // Of a file that is filled and cut between two looks nobody can know; of what a checkpoint knows nothing is lost.
    await server.must('all lines to be read', async () => (await metric('events')) >= lines());
    const completed = async (): Promise<number> => (await server.checkpoints()).latest.completed?.id ?? 0;
    const before = await completed();
    await server.must('a checkpoint behind them', async () => (await completed()) > before + 1);
    const killed = round % 9 === 7;
    if (killed) await server.kill();
    log.batter(round % 3);
    if (killed) server = await start();
    await sleep(random() * 40);
  }
  await server.must('all lines to be read', async () => (await metric('events')) >= lines());
  const expected = sshdOracle(log.text);
  await server.must('all alerts to be committed', async () => (await server.alerts()).length >= expected.summary.alerts);
  expect(await metric('events')).toBe(lines());
  const alerts = await server.alerts();
  for (const [userId, wanted] of expected.alertsByKey) {
    const got = alerts.filter((alert) => alert.userId === userId).map(({ count, timestamp }) => ({ count, timestamp }));
    expect(got).toEqual(wanted.map(({ count, timestamp }) => ({ count, timestamp })));
  }
  expect(await metric('bytesMissing')).toBe(0);
  expect(server.stdout).not.toMatch(/missing|was cut|cannot be read/);
  expect(await server.stop()).toBe(0);
});
