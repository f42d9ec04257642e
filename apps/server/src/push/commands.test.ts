import type { CommandAcknowledgement, CommandMessage } from '@weir/protocol';
import { afterEach, expect, it } from 'vitest';
import { RestError } from '../http/rest-error.js';
import { PushHarness, until } from '../testing/push-harness.js';
import { JOB_ID, job, snapshot } from '../testing/snapshot.js';

let server: PushHarness;
afterEach(async () => {
  await server.stop();
});

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

async function send(command: WithoutId<CommandMessage>): Promise<CommandAcknowledgement> {
  const client = server.connect();
  await until(() => client.socket.connected);
  return client.socket.emitWithAck('command', { id: '1', ...command } as CommandMessage);
}

it('carries commands to the engine, for the job that runs', async () => {
  server = await PushHarness.start();
  for (const command of [
    { type: 'fail-taskmanager', taskManagerId: 'taskmanager-2', mode: 'hang' },
    { type: 'fail-jobmanager' },
    { type: 'trigger-checkpoint' },
    { type: 'trigger-savepoint' },
    { type: 'stop', drain: true },
    { type: 'cancel' },
  ] as const)
    expect(await send(command)).toEqual({ ok: true });
  expect(server.engine.commands).toEqual([
    { type: 'fail-taskmanager', id: 'taskmanager-2', mode: 'hang' },
    { type: 'fail-jobmanager' },
    { type: 'trigger-checkpoint', jobId: JOB_ID },
    { type: 'trigger-savepoint', jobId: JOB_ID },
    { type: 'stop', jobId: JOB_ID, drain: true },
    { type: 'cancel', jobId: JOB_ID },
  ]);
});

it('starts the job again from what was chosen', async () => {
  server = await PushHarness.start();
  for (const from of ['latest', 'empty', { path: '/data/chk-3' }] as const) await send({ type: 'start', from });
  expect(server.started).toEqual([{}, { fresh: true }, { savepointPath: '/data/chk-3' }]);
});

it('says why something was not done', async () => {
  server = await PushHarness.start({
    jobs: {
      startAgain: async () => {
        throw new RestError(409, 'Job x is RUNNING: cancel or stop it first.');
      },
    },
    speed: {
      current: () => undefined,
      change: async () => {
        throw new RestError(409, 'The speed of this source cannot be changed.');
      },
    },
  });
  server.engine.answer = () => ({ ok: false, code: 'NOT_FOUND', message: 'There is no TaskManager x.' });
  expect(await send({ type: 'fail-taskmanager', taskManagerId: 'x', mode: 'crash' })).toEqual({
    ok: false,
    code: 'NOT_FOUND',
    message: 'There is no TaskManager x.',
  });
  expect(await send({ type: 'start', from: 'latest' })).toMatchObject({ code: 'CONFLICT', message: /cancel or stop it first/ });
  expect(await send({ type: 'set-speed', speed: 10 })).toMatchObject({ code: 'CONFLICT', message: /cannot be changed/ });
  expect(await send({ type: 'set-speed', speed: 0 })).toMatchObject({ ok: false, code: 'BAD_REQUEST' });
  server.engine.current = snapshot({ jobs: [job({ state: 'CANCELED' })] });
  expect(await send({ type: 'trigger-checkpoint' })).toMatchObject({ code: 'CONFLICT', message: /the last one is CANCELED/ });
  server.engine.current = snapshot({ jobs: [] });
  expect(await send({ type: 'cancel' })).toMatchObject({ code: 'CONFLICT', message: /There is no job/ });
});

it('tells the client nothing of an error that nobody foresaw, and the server all', async () => {
  server = await PushHarness.start();
  server.engine.answer = () => {
    throw new TypeError('secret');
  };
  const answer = await send({ type: 'fail-jobmanager' });
  expect(answer).toMatchObject({ ok: false, code: 'FAILED' });
  expect(JSON.stringify(answer)).not.toContain('secret');
  expect(server.errors).toHaveLength(1);
});
