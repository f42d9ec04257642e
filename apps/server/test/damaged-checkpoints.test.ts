import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ndjsonInput } from './support/inputs.js';
import { ndjsonOracle } from './support/oracle.js';
import { expectAnswer, expectPrefix } from './support/output.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll, run, WeirProcess } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

/** Newest first. */
function checkpointsIn(data: string): string[] {
  const root = join(data, 'checkpoints');
  return readdirSync(root)
    .flatMap((job) => readdirSync(join(root, job)).map((name) => join(root, job, name)))
    .filter((path) => existsSync(join(path, '_metadata')))
    .sort((a, b) => Number(b.replace(/.*-/, '')) - Number(a.replace(/.*-/, '')));
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8((bytes[at] as number) ^ 0x10, at);
  writeFileSync(path, bytes);
}

/** In each checkpoint there are alerts, so that none may be passed over once its successor has been committed. */
const ALERTS = ['--seed', '5', '--event-interval', '5ms', '--abnormal-rate', '0.9', '--checkpoint-interval', '150ms'];

async function killedServer(data: string): Promise<string> {
  const server = await new WeirServer(data, ALERTS).ready();
  await server.must('alerts in three checkpoints', async () => {
    const { counts } = await server.checkpoints();
    return counts.completed >= 4 && (await server.alerts()).length > 100;
  });
  const jobId = await server.jobId();
  await server.kill();
  return jobId;
}

describe('weir start on damaged checkpoints', () => {
  it('says that the job is FAILED and why, stays up, and so again until --fresh, which keeps the old data', async () => {
    const data = temporaryDirectory();
    const jobId = await killedServer(data);
    // Of the newest the sinks may not have committed anything yet: then the one before would do.
    const [newest = '', second = ''] = checkpointsIn(data);
    for (const path of [newest, second]) flipByte(join(path, '_metadata'));

    const failed = new WeirServer(data, ALERTS);
    await failed.must('weir start', () => failed.standing);
    expect(failed.standing?.failure).toMatch(/^FAILED: /);
    expect(failed.standing?.failure).toContain(join(newest, '_metadata'));
    expect(failed.standing?.failure).toContain('--fresh');
    expect(await failed.jobId()).toBe(jobId);
    expect(await failed.jobState()).toBe('FAILED');
    const alerts = await failed.alerts();
    expect(alerts.length).toBeGreaterThan(100);
    const exceptions = await failed.get<{ 'root-exception'?: string }>(`/jobs/${jobId}/exceptions`);
    expect(exceptions['root-exception']).toContain(newest);
    expect((await fetch(`${failed.standing?.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${failed.standing?.url}/healthz`)).status).toBe(200);
    expect(await failed.stop()).toBe(0);

    const again = new WeirServer(data, ALERTS);
    await again.must('weir start again', () => again.standing);
    expect(again.standing?.failure).toContain(join(newest, '_metadata'));
    expect(await again.jobId()).toBe(jobId);
    expect(await again.jobState()).toBe('FAILED');
    expect(await again.alerts()).toEqual(alerts);
    await again.kill();

    const fresh = await new WeirServer(data, [...ALERTS, '--fresh']).ready();
    const aside = [...fresh.stdout.matchAll(/^old data is now in (.*)$/gm)].map((match) => match[1] as string);
    expect(aside.map((path) => existsSync(path))).toEqual([true, true]);
    expect(existsSync(newest)).toBe(false);
    expect(existsSync(newest.replace(join(data, 'checkpoints'), aside[1] as string))).toBe(true);
    expect(await fresh.jobId()).not.toBe(jobId);
    await fresh.must('new alerts behind the old ones', async () => (await fresh.alerts()).length > alerts.length + 10);
    const all = await fresh.alerts();
    expect(all.slice(0, alerts.length)).toEqual(alerts);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, n) => n + 1));
    expect(await fresh.stop()).toBe(0);
  });

  it('once the files are back the job is started again from them, under a new id, with no alert twice', async () => {
    const data = temporaryDirectory();
    await killedServer(data);
    const checkpoints = join(data, 'checkpoints');
    const newest = checkpointsIn(data)[0] as string;
    cpSync(checkpoints, join(data, 'copy'), { recursive: true });
    for (const path of checkpointsIn(data)) for (const name of readdirSync(path)) flipByte(join(path, name));
    const server = new WeirServer(data, ALERTS);
    await server.must('weir start', () => server.standing);
    expect(await server.jobState()).toBe('FAILED');
    const before = await server.alerts();
    rmSync(checkpoints, { recursive: true });
    cpSync(join(data, 'copy'), checkpoints, { recursive: true });

    const response = await fetch(`${server.standing?.url}/api/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(200);
    await server.must('a restore', async () => (await server.checkpoints()).latest.restored !== null);
    expect((await server.checkpoints()).latest.restored?.external_path).toContain(newest);
    await server.must('more alerts', async () => (await server.alerts()).length > before.length + 50);
    const alerts = await server.alerts();
    expect(alerts.slice(0, before.length)).toEqual(before);
    expect(new Set(alerts.map(({ id }) => id)).size).toBe(alerts.length);
    // Of one user they are those of an undisturbed stream: a count goes up by one, or the row begins anew.
    for (const user of ['user1', 'user2', 'user3']) {
      const counts = alerts.filter(({ userId }) => userId === user).map(({ count }) => count);
      expect(counts.filter((count, n) => count !== 3 && count !== (counts[n - 1] ?? 2) + 1)).toEqual([]);
    }
    expect(await server.stop()).toBe(0);
  });
});

it('detect on a damaged checkpoint exits 1 and names the file; the output stays as it was', async () => {
  const directory = temporaryDirectory();
  const text = ndjsonInput(71, 320_000, 2_000);
  const oracle = ndjsonOracle(text);
  const input = join(directory, 'events.ndjson');
  writeFileSync(input, text);
  const output = join(directory, 'alerts.ndjson');
  const data = join(directory, 'data');
  const command = ['detect', input, '--output', output, '--data-dir', data, '--checkpoint-interval', '20ms', '--json'];
  for (;;) {
    const process = new WeirProcess(command);
    process.stdin.end();
    await process.must('alerts of a checkpoint', () => expectPrefix(output, oracle, 'on the way') > 0);
    await sleep(20);
    await process.kill();
    if (!readdirSync(join(data, 'jobs')).some((job) => existsSync(join(data, 'jobs', job, 'result.json')))) break;
    rmSync(data, { recursive: true });
  }
  const committed = expectPrefix(output, oracle, 'killed');
  cpSync(data, join(directory, 'copy'), { recursive: true });
  for (const path of checkpointsIn(data)) flipByte(join(path, '_metadata'));
  const newest = join(checkpointsIn(data)[0] as string, '_metadata');
  const failed = await run(command);
  expect(failed.exit?.code).toBe(1);
  expect(failed.stderr).toContain(newest);
  expect(failed.stderr).toContain('to begin anew, give another --data-dir');
  expect(failed.stderr).not.toMatch(/--fresh|POST/);
  expect(
    failed.stderr
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('weir: ')),
  ).toHaveLength(1);
  expect(expectPrefix(output, oracle, 'failed')).toBe(committed);
  rmSync(data, { recursive: true });
  cpSync(join(directory, 'copy'), data, { recursive: true });
  expectAnswer(await run(command), output, oracle, 'with the files put back');
});
