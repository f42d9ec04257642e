import { expect, it } from 'vitest';
import { testGateway } from '../../testing/gateway.js';
import { JOB_ID } from '../../testing/snapshot.js';

const UNKNOWN = '0'.repeat(32);

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

it('triggers a checkpoint and tells how it went by its trigger id', async () => {
  const { app, engine } = testGateway();
  engine.answer = () => ({ ok: true, checkpointId: 5 });
  const triggered = await app.inject({ method: 'POST', url: `/jobs/${JOB_ID}/checkpoints`, payload: {} });
  expect(triggered.statusCode).toBe(202);
  await settled();
  const status = await app.inject(`/v1/jobs/${JOB_ID}/checkpoints/${triggered.json()['request-id']}`);
  expect(status.json()).toEqual({ status: { id: 'COMPLETED' }, operation: { checkpointId: 5 } });
  expect(engine.commands).toEqual([{ type: 'trigger-checkpoint', jobId: JOB_ID }]);
});

it('takes a savepoint where it is told to, once per trigger id', async () => {
  const { app, engine } = testGateway();
  engine.answer = () => ({ ok: true, checkpointId: 6, externalPath: 'file:/tmp/s/savepoint-1' });
  const triggerId = 'ab'.repeat(16);
  for (let i = 0; i < 2; i++) {
    const response = await app.inject({
      method: 'POST',
      url: `/jobs/${JOB_ID}/savepoints`,
      payload: { 'target-directory': '/tmp/s', triggerId },
    });
    expect(response.json()).toEqual({ 'request-id': triggerId });
  }
  await settled();
  expect(engine.commands).toEqual([{ type: 'trigger-savepoint', jobId: JOB_ID, targetDirectory: '/tmp/s' }]);
  const status = await app.inject(`/jobs/${JOB_ID}/savepoints/${triggerId}`);
  expect(status.json().operation).toEqual({ location: 'file:/tmp/s/savepoint-1' });
});

it('says why a savepoint failed', async () => {
  const { app, engine } = testGateway();
  engine.answer = () => ({ ok: false, code: 'FAILED', message: 'the disk is full' });
  const id = (await app.inject({ method: 'POST', url: `/jobs/${JOB_ID}/stop`, payload: { drain: true } })).json()['request-id'];
  await settled();
  expect((await app.inject(`/jobs/${JOB_ID}/savepoints/${id}`)).json().operation['failure-cause']['stack-trace']).toBe('the disk is full');
  expect(engine.commands).toEqual([{ type: 'stop', jobId: JOB_ID, drain: true }]);
});

it('cancels', async () => {
  const { app, engine } = testGateway();
  expect((await app.inject({ method: 'PATCH', url: `/jobs/${JOB_ID}?mode=cancel` })).statusCode).toBe(202);
  expect(engine.commands).toEqual([{ type: 'cancel', jobId: JOB_ID }]);
  engine.answer = () => ({ ok: false, code: 'CONFLICT', message: 'it has FINISHED' });
  expect((await app.inject({ method: 'PATCH', url: `/jobs/${JOB_ID}` })).statusCode).toBe(409);
  expect((await app.inject({ method: 'PATCH', url: `/jobs/${JOB_ID}?mode=stop` })).statusCode).toBe(400);
});

it('knows no unknown job or trigger', async () => {
  const { app, engine } = testGateway();
  expect((await app.inject({ method: 'POST', url: `/jobs/${UNKNOWN}/checkpoints` })).statusCode).toBe(404);
  expect((await app.inject({ method: 'PATCH', url: `/jobs/zzz?mode=cancel` })).statusCode).toBe(400);
  expect((await app.inject(`/jobs/${JOB_ID}/savepoints/${UNKNOWN}`)).statusCode).toBe(404);
  expect((await app.inject({ method: 'POST', url: `/jobs/${JOB_ID}/stop`, payload: { drain: 'yes' } })).statusCode).toBe(400);
  expect(engine.commands).toEqual([]);
});
