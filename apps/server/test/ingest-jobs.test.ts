import { afterEach, expect, it } from 'vitest';
import { ndjsonOracle } from './support/oracle.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
import { type Alert, WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

const start = (data: string, ...more: string[]): Promise<WeirServer> =>
  new WeirServer(data, ['--source', 'http', '--checkpoint-interval', '200ms', ...more]).ready();

const line = (userId: string, abnormal: boolean, timestamp: number): string =>
  `${JSON.stringify({ userId, eventType: abnormal ? 'abnormal' : 'normal', timestamp })}\n`;

const post = (server: WeirServer, body: string): Promise<Response> => fetch(`${server.standing?.url}/api/events`, { method: 'POST', body });

const startAgain = async (server: WeirServer, request: object): Promise<void> => {
  const answer = await fetch(`${server.standing?.url}/api/jobs`, { method: 'POST', body: JSON.stringify(request) });
  expect([answer.status, await answer.text()]).toEqual([expect.any(Number), expect.stringContaining('jobid')]);
  await server.must('the job to run', async () => (await server.jobState()) === 'RUNNING');
};

const cancel = async (server: WeirServer): Promise<void> => {
  await fetch(`${server.standing?.url}/jobs/${await server.jobId()}?mode=cancel`, { method: 'PATCH' });
  await server.must('the job to end', async () => (await server.jobState()) === 'CANCELED');
};

const short = (alerts: readonly Pick<Alert, 'count' | 'timestamp'>[]): unknown =>
  alerts.map(({ count, timestamp }) => ({ count, timestamp }));

it('takes nothing while no job reads it, and has what it took before read by the job that goes on', async () => {
  const server = await start(temporaryDirectory());
  let input = '';
  const take = async (from: number, to: number): Promise<void> => {
    const body = Array.from({ length: to - from }, (_, n) => line('a', (from + n) % 7 !== 0, from + n)).join('');
    expect((await post(server, body)).status).toBe(200);
    input += body;
  };
  await take(0, 50);
  await server.must('a checkpoint', async () => (await server.checkpoints()).latest.completed !== null);
  // Nobody waits for the job to have read these.
  await take(50, 5_000);
  await cancel(server);
  const refused = await post(server, line('a', true, 0));
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('nothing would read the events')]);
  await startAgain(server, {});
  await take(5_000, 5_050);
  const wanted = ndjsonOracle(input).alertsByKey.get('a') ?? [];
  await server.must('all alerts', async () => (await server.alerts()).length >= wanted.length);
  expect(short(await server.alerts())).toEqual(short(wanted as readonly Alert[]));
  expect(await server.stop()).toBe(0);
});

it('takes events for a job that begins anew, however much was read by those before it', async () => {
  const data = temporaryDirectory();
  let server = await start(data);
  // Beyond what may be unread.
  const filler = line('x'.repeat(2_000), false, 0).repeat(3_800);
  for (let n = 0; n < 10; n++) await server.must('the filler to be taken', async () => (await post(server, filler)).status === 200);
  for (const begin of ['again', 'in another process'] as const) {
    await cancel(server);
    if (begin === 'again') await startAgain(server, { fresh: true });
    else {
      expect(await server.stop()).toBe(0);
      server = await start(data);
    }
    const alerts = (await server.alerts()).length;
    expect((await post(server, line(begin, true, 1).repeat(3))).status).toBe(200);
    await server.must('its alert', async () => (await server.alerts()).length > alerts);
    expect((await server.alerts()).at(-1)).toMatchObject({ userId: begin, count: 3 });
  }
  expect(await server.stop()).toBe(0);
});

it('takes nothing for a job that has failed', async () => {
  const server = await start(temporaryDirectory(), '-D', 'restart-strategy=none');
  expect((await post(server, line('a', true, 0))).status).toBe(200);
  await fetch(`${server.standing?.url}/api/taskmanagers/taskmanager-1/fail`, { method: 'POST', body: '{"mode":"crash"}' });
  await server.must('the job to fail', async () => (await server.jobState()) === 'FAILED');
  const refused = await post(server, line('a', true, 0));
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('FAILED')]);
  expect(await server.stop()).toBe(0);
});
