import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

it('a data directory that was moved is gone on with where it is', async () => {
  const root = temporaryDirectory();
  const [before, after] = [join(root, 'before'), join(root, 'after')];
  const options = ['--seed', '5', '--event-interval', '5ms', '--abnormal-rate', '0.9', '--checkpoint-interval', '100ms'];
  const first = await new WeirServer(before, options).ready();
  await first.must('alerts', async () => (await first.alerts()).length > 20);
  const jobId = await first.jobId();
  expect(await first.stop()).toBe(0);
  renameSync(before, after);
  const second = await new WeirServer(after).ready();
  expect(await second.jobId()).toBe(jobId);
  const had = (await second.alerts()).length;
  await second.must('more alerts', async () => (await second.alerts()).length > had + 20);
  const counted = (await second.alerts()).map(({ seq }) => seq);
  expect(counted).toEqual(counted.map((_, n) => n + 1));
  const cancelled = await fetch(`${second.standing?.url}/jobs/${jobId}?mode=cancel`, { method: 'PATCH' });
  expect(cancelled.status).toBe(202);
  await second.must('the end', async () => (await second.jobState()) === 'CANCELED');
  const again = await fetch(`${second.standing?.url}/api/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(again.ok).toBe(true);
  const standing = (await second.alerts()).length;
  await second.must('alerts of the next job', async () => (await second.alerts()).length > standing + 20);
  expect(existsSync(before)).toBe(false);
  await second.kill();
});
