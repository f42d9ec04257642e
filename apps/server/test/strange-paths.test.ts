// Where the data lies is the user's choice: nothing in a directory's name may read as part of a URL, or get lost in one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll, run } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

const send = async (server: WeirServer, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${server.standing?.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
};

const restored = async (server: WeirServer) => (await server.checkpoints()).latest.restored?.external_path;

it.each(['100% of #1? a b', 'a%20b', '이상 감지 %2F'])(
  'in "%s": start, savepoint, show, restart, start from a checkpoint',
  async (name) => {
    const data = join(temporaryDirectory(), name);
    const options = ['--seed', '5', '--event-interval', '5ms', '--checkpoint-interval', '150ms'];
    const server = await new WeirServer(data, options).ready();
    await server.must('a checkpoint', async () => (await server.checkpoints()).counts.completed >= 2);
    const jobId = await server.jobId();

    const savepoints = join(data, 'mine');
    const request = await send(server, 'POST', `/jobs/${jobId}/savepoints`, { 'target-directory': savepoints });
    type Progress = { status: { id: string }; operation?: { location?: string } };
    let savepoint = '';
    await server.must('the savepoint', async () => {
      const progress = await server.get<Progress>(`/jobs/${jobId}/savepoints/${request['request-id']}`);
      savepoint = progress.operation?.location ?? '';
      return progress.status.id === 'COMPLETED';
    });
    expect(savepoint).toMatch(/^file:\//);
    expect(existsSync(join(savepoint.slice('file:'.length), '_metadata'))).toBe(true);
    for (const path of [savepoint, savepoint.slice('file:'.length)]) {
      const shown = await run(['checkpoint', 'show', path, '--json']);
      expect(shown.stderr).toBe('');
      expect(JSON.parse(shown.stdout)).toHaveProperty('user1');
    }
    await server.kill();

    const again = await new WeirServer(data, options).ready();
    await again.must('the restart', () => restored(again));
    expect(await restored(again)).toContain(`file:${join(data, 'checkpoints', jobId, 'chk-')}`);
    await again.must('a checkpoint', async () => (await again.checkpoints()).latest.completed !== null);
    const cancel = () => again.jobId().then((id) => fetch(`${again.standing?.url}/jobs/${id}?mode=cancel`, { method: 'PATCH' }));
    await cancel();
    await again.must('the end', async () => (await again.jobState()) === 'CANCELED');

    const second = await send(again, 'POST', '/api/jobs', {});
    await again.must('a job from the latest', async () => (await again.jobId()) === second.jobid && (await restored(again)));
    await cancel();
    await again.must('the end', async () => (await again.jobState()) === 'CANCELED');
    const third = await send(again, 'POST', '/api/jobs', { savepointPath: savepoint });
    await again.must('a job from the savepoint', async () => (await again.jobId()) === third.jobid && (await restored(again)));
    expect(await restored(again)).toBe(savepoint);
    await again.kill();
  },
);
