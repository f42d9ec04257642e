import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { LiveLog } from './support/live-log.js';
import { sshdOracle } from './support/oracle.js';
import { randomOf } from './support/random.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

const ROUNDS = 60;

async function start(data: string, log: string): Promise<WeirServer> {
  return new WeirServer(data, ['--source', `file:${log}`, '--follow', '--format', 'sshd', '--checkpoint-interval', '150ms']).ready();
}

/** All alerts that the log makes are committed, in order of each user, and none beside them. */
async function expectAnswer(server: WeirServer, log: LiveLog): Promise<void> {
  const expected = sshdOracle(log.text);
  await server.must('all alerts to be committed', async () => (await server.alerts()).length >= expected.summary.alerts);
  const completed = async (): Promise<number> => (await server.checkpoints()).latest.completed?.id ?? 0;
  const before = await completed();
  await server.must('one more checkpoint', async () => (await completed()) > before + 1);
  const alerts = await server.alerts();
  expect(alerts).toHaveLength(expected.summary.alerts);
  for (const [userId, wanted] of expected.alertsByKey) {
    const got = alerts.filter((alert) => alert.userId === userId).map(({ count, timestamp }) => ({ count, timestamp }));
    expect(got).toEqual(wanted.map(({ count, timestamp }) => ({ count, timestamp })));
  }
}

const metric = async (server: WeirServer, name: string): Promise<number> => {
  const text = await (await fetch(`${server.standing?.url}/metrics`)).text();
  return Number(new RegExp(`${name}\\{.*\\} (\\d+)`).exec(text)?.[1]);
};

it('follows a log through rotations while TaskManagers fail and the process is killed: each alert once', async () => {
  const random = randomOf(17);
  const data = temporaryDirectory();
  const log = new LiveLog(join(temporaryDirectory(), 'auth.log'), 8, random);
  let server = await start(data, log.path);
  for (let round = 0; round < ROUNDS; round++) {
    log.append(Math.floor(random() * 30));
    if (round % 4 === 3) log.rotate(Math.floor(random() * 5));
    if (round % 10 === 6) {
      const id = `taskmanager-${1 + Math.floor(random() * 3)}`;
      await fetch(`${server.standing?.url}/api/taskmanagers/${id}/fail`, { method: 'POST', body: '{"mode":"crash"}' });
    }
    if (round % 20 === 15) {
      await server.kill();
      // It is rotated while nobody looks, more than once.
      log.append(5);
      log.rotate(2);
      log.append(5);
      log.rotate(0);
      server = await start(data, log.path);
    }
    await sleep(random() * 60);
  }
  log.append(10);
  log.close();
  await expectAnswer(server, log);
  // Figures come once a second, alerts at once.
  await server.must('the figure', async () => !Number.isNaN(await metric(server, 'FollowedFileSource_bytesMissing')));
  expect(await metric(server, 'FollowedFileSource_bytesMissing')).toBe(0);
  expect(await server.stop()).toBe(0);
});

it('goes on when what it had not read is deleted, and says how much that was', async () => {
  const data = temporaryDirectory();
  const log = new LiveLog(join(temporaryDirectory(), 'auth.log'), 1, randomOf(3));
  let server = await start(data, log.path);
  log.append(30);
  await expectAnswer(server, log);
  await server.kill();
  const read = statSync(log.path).size;
  log.append(20);
  log.rotate(0);
  log.append(1);
  rmSync(`${log.path}.1`);
  server = await start(data, log.path);
  await server.must('the new file to be read', async () => (await metric(server, 'FollowedFileSource_events')) === 31);
  // It was looked at last before the lines were written that are lost: of them nothing can be known.
  expect(server.stdout).toContain(`bytes of ${log.path} are missing: deleted`);
  expect(await metric(server, 'FollowedFileSource_bytes')).toBeGreaterThan(read);
  expect(await server.jobState()).toBe('RUNNING');
  log.close();
  expect(await server.stop()).toBe(0);
});
