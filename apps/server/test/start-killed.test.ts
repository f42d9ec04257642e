import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { randomOf } from './support/random.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll, run } from './support/weir-process.js';
import { type Alert, WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

const KILLS = 7;
const INTERVAL = 5;
const SEEDED = ['--seed', '77', '--event-interval', `${INTERVAL}ms`, '--checkpoint-interval', '300ms'];

/** Each user's alerts by count and by which of the user's events they are, counted from that of the first alert: nothing in it depends on when the run began. */
function byUser(alerts: readonly Alert[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  const first = new Map<string, number>();
  for (const { userId, count, timestamp } of alerts) {
    if (!first.has(userId)) first.set(userId, timestamp);
    const event = (timestamp - (first.get(userId) as number)) / INTERVAL;
    users.set(userId, [...(users.get(userId) ?? []), `${event}: ${count}`]);
  }
  return users;
}

/** Ids of the completed checkpoints of a job on disk, newest first. */
function onDisk(data: string, jobId: string): number[] {
  return readdirSync(join(data, 'checkpoints', jobId))
    .map((name) => Number(name.replace('chk-', '')))
    .sort((a, b) => b - a);
}

it('weir start goes on with its job, whatever ends the process when', async () => {
  const data = temporaryDirectory();
  const random = randomOf(9);
  let jobId: string | undefined;
  let newest = 0;
  let before: readonly Alert[] = [];
  for (let n = 0; n < KILLS; n++) {
    const server = await new WeirServer(data, SEEDED).ready();
    jobId ??= await server.jobId();
    expect(await server.jobId()).toBe(jobId);
    const { latest } = await server.checkpoints();
    if (newest > 0) expect(latest.restored?.id).toBeGreaterThanOrEqual(newest);
    // What was committed and shown stays as it was shown, and nothing comes between.
    expect((await server.alerts()).slice(0, before.length)).toEqual(before);
    const restored = latest.restored?.id ?? 0;
    // Half of them before they have completed a checkpoint of their own.
    if (random() < 0.6) {
      await server.must('a newer checkpoint', async () => ((await server.checkpoints()).latest.completed?.id ?? 0) > restored);
      await sleep(random() * 500);
    } else {
      await sleep(random() * 250);
    }
    before = await server.alerts();
    newest = (await server.checkpoints()).latest.completed?.id ?? 0;
    expect(newest).toBeGreaterThanOrEqual(restored);
    await server.kill();
    // While it starts, too.
    const starting = new WeirServer(data, SEEDED);
    await Promise.race([sleep(random() * 600), starting.exited]);
    await starting.kill();
  }

  const last = await new WeirServer(data, SEEDED).ready();
  const restored = (await last.checkpoints()).latest.restored?.id ?? 0;
  await last.must('two more checkpoints', async () => ((await last.checkpoints()).latest.completed?.id ?? 0) >= restored + 2);
  expect(await last.jobId()).toBe(jobId);
  const alerts = await last.alerts();
  expect(alerts.map(({ seq }) => seq)).toEqual(alerts.map((_, n) => n + 1));
  expect(new Set(alerts.map(({ id }) => id)).size).toBe(alerts.length);
  expect(alerts.slice(0, before.length)).toEqual(before);
  expect(await last.stop()).toBe(0);

  const got = byUser(alerts);
  const undisturbed = await new WeirServer(temporaryDirectory(), SEEDED).ready();
  let want = new Map<string, string[]>();
  await undisturbed.must('as many alerts', async () => {
    want = byUser(await undisturbed.alerts());
    return [...got].every(([user, list]) => (want.get(user)?.length ?? 0) >= list.length);
  });
  expect(await undisturbed.stop()).toBe(0);
  expect(got.size).toBe(3);
  for (const [user, list] of got) expect(list).toEqual(want.get(user)?.slice(0, list.length));
});

it('SIGTERM takes a last checkpoint and exits 0; the next start goes on from just there', async () => {
  const data = temporaryDirectory();
  // Only the checkpoint at the end: without it there would be nothing to go on from.
  const args = ['--seed', '77', '--event-interval', '5ms', '--checkpoint-interval', '1h'];
  const first = await new WeirServer(data, args).ready();
  const jobId = await first.jobId();
  expect(await first.stop()).toBe(0);
  expect(onDisk(data, jobId)).toEqual([1]);
  const second = await new WeirServer(data, args).ready();
  expect(await second.jobId()).toBe(jobId);
  const { latest } = await second.checkpoints();
  expect(latest.restored?.id).toBe(1);
  expect(await second.stop()).toBe(0);
  expect(onDisk(data, jobId)[0]).toBeGreaterThan(1);
});

it('a second process on the same data directory is refused by name of the first, which goes on', async () => {
  const data = temporaryDirectory();
  const first = await new WeirServer(data, SEEDED).ready();
  for (const command of [
    ['start', '--port', '0', '--data-dir', data],
    ['detect', new URL(import.meta.url).pathname, '--format', 'ndjson', '--data-dir', data],
  ]) {
    const second = await run(command);
    expect(second.exit?.code).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`in use by process ${first.pid}\\b`));
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
  }
  expect(await first.jobState()).toBe('RUNNING');
  expect(await first.stop()).toBe(0);
});
