import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IngestLog } from '@weir/connectors';
import type { JobStatus } from '@weir/protocol';
import { defaultJobConfiguration } from '@weir/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asParameters } from '../detection-parameters.js';
import { applyGiven, defaultPlan, type JobPlan } from '../start-plan.js';
import { type TestGateway, testGateway } from '../testing/gateway.js';
import { job, snapshot } from '../testing/snapshot.js';

let directory = '';
let log: IngestLog;
let plan: JobPlan;
let errors: unknown[] = [];
let gateway: TestGateway;

async function open(mostUnread = 1_000_000): Promise<void> {
  const openLog = async (path: string): Promise<IngestLog> => {
    log = await IngestLog.open({ directory: path });
    return log;
  };
  gateway = testGateway({}, undefined, { openLog, mostUnread, onError: (error) => errors.push(error) });
  plan = await gateway.ingest.prepare(planOf({ source: { kind: 'http' } }), 'first');
  show('RUNNING', 0);
}

const planOf = (given: Parameters<typeof applyGiven>[1]): JobPlan =>
  applyGiven(defaultPlan(defaultJobConfiguration, { kind: 'alert-log', directory: join(directory, 'alerts') }), given, {});

/** The job in a state, having read so many bytes of the log. */
function show(state: JobStatus, read: number, parameters = asParameters(plan.parameters)): void {
  showCounters({ 'HttpSource.logPosition': read }, { state, parameters });
}

/** Its source's one reader says that. */
function showCounters(operatorCounters: Record<string, number>, changes: Parameters<typeof job>[0]): void {
  const base = job(changes);
  const [source, ...others] = base.vertices;
  const subtasks = source.subtasks.slice(0, 1).map((each) => ({ ...each, metrics: { ...each.metrics, operatorCounters } }));
  gateway.engine.show(snapshot({ jobs: [{ ...base, vertices: [{ ...source, subtasks }, ...others] }] }));
}

const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
  gateway.app.inject({ method: 'POST', url: '/api/events', payload, headers });
const line = (userId: string): string => `{"userId":"${userId}","eventType":"normal"}`;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weir-ingest-'));
  errors = [];
  await open();
});
afterEach(async () => {
  await gateway.ingest.close();
  await gateway.app.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('POST /api/events', () => {
  it.each([
    ['ndjson', `${line('a')}\n\r\n${line('b')}\r\n`, 2],
    ['ndjson without a last newline, behind a byte order mark', `\ufeff${line('a')}`, 1],
    ['a JSON array', `\n [${line('a')}, {"userId":"b","eventType":"abnormal","timestamp":"2026-01-01T00:00:00Z","ip":"::1","more":[]}]`, 2],
  ])('takes %s', async (_, body, accepted) => {
    const response = await post(body);
    expect([response.statusCode, response.json()]).toEqual([200, { accepted, first: 0, last: accepted - 1 }]);
    expect(log.next).toBe(accepted);
  });

  it.each([
    [`${line('a')}\nx`, /^line 2: not JSON/],
    [`${line('a')}\n\n{"userId":"a"}\n`, /^line 3: eventType is missing/],
    [`${line('a')}\n[]`, /^line 2: not a JSON object/],
    [`[${line('a')},{"userId":7,"eventType":"normal"}]`, /^event 2: userId is not text/],
    [`[${line('a')}`, /not a JSON array/],
    ['{"userId":"a","eventType":"normal","timestamp":"soon"}', /^line 1: timestamp/],
    [Buffer.concat([Buffer.from(`${line('a')}\n"`), Buffer.from([0xff, 34])]), /^line 2: not UTF-8/],
    ['', /holds no event/],
    ['\n \n', /holds no event/],
    ['[]', /holds no event/],
  ])('answers 400 for %j and takes nothing of it', async (body, message) => {
    const response = await post(body, { 'idempotency-key': 'k' });
    expect([response.statusCode, response.json()]).toEqual([400, { errors: [expect.stringMatching(message)] }]);
    expect(log.next).toBe(0);
    expect((await post(line('a'), { 'idempotency-key': 'k' })).json()).toEqual({ accepted: 1, first: 0, last: 0 });
  });

  it('wants the address of each event where that is counted', async () => {
    show('RUNNING', 0, asParameters({ ...plan.parameters, source: { kind: 'http', directory, key: 'ip', from: 0 } }));
    expect((await post(line('a'))).json()).toEqual({ errors: [expect.stringMatching(/^line 1: ip is missing/)] });
  });

  it('refuses what is too large and what is compressed', async () => {
    const large = await post(Buffer.alloc(8 * 1024 * 1024 + 1, 10));
    expect([large.statusCode, large.json()]).toEqual([413, { errors: [expect.stringContaining('8 MiB')] }]);
    expect((await post(line('a'), { 'content-encoding': 'gzip' })).statusCode).toBe(415);
    expect(log.next).toBe(0);
  });

  it('has the same answer for the same key, and 422 for other events', async () => {
    const key = { 'idempotency-key': 'batch 1' };
    const both = await Promise.all([post(line('a'), key), post(line('a'), key)]);
    expect(both.map((response) => response.json())).toEqual([
      { accepted: 1, first: 0, last: 0 },
      { accepted: 1, first: 0, last: 0 },
    ]);
    expect((await post(line('b'), key)).statusCode).toBe(422);
    for (const wrong of ['', 'x'.repeat(256)]) expect((await post(line('b'), { 'idempotency-key': wrong })).statusCode).toBe(400);
    expect(log.next).toBe(1);
  });

  it('answers 429 while too much is unread, though not to a key it knows', async () => {
    await gateway.ingest.close();
    await open(50);
    const key = { 'idempotency-key': 'k' };
    expect((await post(`${line('a')}\n${line('b')}`, key)).statusCode).toBe(200);
    const refused = await post(line('c'));
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
    expect((await post(`${line('a')}\n${line('b')}`, key)).statusCode).toBe(200);
    show('RUNNING', log.position);
    expect((await post(line('c'))).json()).toEqual({ accepted: 1, first: 2, last: 2 });
  });

  it('answers 503 when the disk fails, and says so to the operator', async () => {
    vi.spyOn(log, 'append').mockRejectedValueOnce(new Error('EIO: sync'));
    const response = await post(line('a'));
    expect([response.statusCode, response.json()]).toEqual([503, { errors: [expect.stringContaining('were not taken')] }]);
    expect(errors).toEqual([new Error('EIO: sync')]);
  });

  it.each(['RESTARTING', 'CREATED', 'INITIALIZING'] as const)('takes events while the job is %s', async (state) => {
    show(state, 0);
    expect((await post(line('a'))).statusCode).toBe(200);
  });

  it.each(['FAILED', 'CANCELED', 'FINISHED'] as const)('answers 409 when the job is %s', async (state) => {
    show(state, 0);
    expect((await post(line('a'))).statusCode).toBe(409);
  });

  it('answers 409 with a sentence when the source is another', async () => {
    show('RUNNING', 0, asParameters(planOf({}).parameters));
    const response = await post(line('a'));
    expect([response.statusCode, response.json()]).toEqual([409, { errors: [expect.stringContaining('its source is not "http"')] }]);
  });
});

it('takes for unread only what it knows to be: nothing that was read before the job began, and as much as before while its source says nothing', async () => {
  await gateway.ingest.close();
  await open(50);
  await post(`${line('a')}\n${line('b')}`);
  // Another job, behind those: nothing of it is unread, though its source has no place yet.
  const parameters = asParameters((await gateway.ingest.prepare(plan, 'after others')).parameters);
  const another = (counters: Record<string, number>): void => showCounters(counters, { id: 'b'.repeat(32), parameters });
  another({});
  expect((await post(line('c'))).statusCode).toBe(200);
  another({ 'HttpSource.logPosition': log.position });
  expect((await post(line('d'))).statusCode).toBe(200);
  // Its TaskManager fails, and with it go its figures.
  another({});
  expect((await post(line('e'))).statusCode).toBe(429);
});

it('counts what it has accepted, what waits and what it has refused, in figures and metrics', async () => {
  await gateway.ingest.close();
  await open(50);
  expect((await gateway.app.inject('/metrics')).body).toContain('\nweir_ingest_events_accepted_total 0\n');
  await post(`${line('a')}\n${line('b')}\n${line('c')}`);
  await post(line('d'));
  showCounters({ 'HttpSource.logPosition': log.position - 40, 'HttpSource.nextEvent': 1 }, { parameters: asParameters(plan.parameters) });
  const figures = { accepted: 3, waiting: 2, waitingBytes: 40, bytesOnDisk: log.position, refused: 1 };
  expect(gateway.ingest.figures()).toEqual(figures);
  const { body } = await gateway.app.inject('/metrics');
  for (const [name, value] of [
    ['events_accepted_total', 3],
    ['events_waiting', 2],
    ['bytes_waiting', 40],
    ['bytes_on_disk', log.position],
    ['requests_refused_total', 1],
  ] as const)
    expect(body).toContain(`\nweir_ingest_${name} ${value}\n`);
  // What it does not say is not made up.
  showCounters({}, { parameters: asParameters(plan.parameters) });
  expect(gateway.ingest.figures()).toEqual({ accepted: 3, bytesOnDisk: log.position, refused: 1 });
  show('RUNNING', 0, asParameters(planOf({}).parameters));
  expect(gateway.ingest.figures()).toBeUndefined();
  expect((await gateway.app.inject('/metrics')).body).not.toContain('weir_ingest');
});

it('has a new job begin behind the events of those before it', async () => {
  await post(`${line('a')}\n${line('b')}`);
  expect((await gateway.ingest.prepare(plan, 'after others')).parameters.source).toMatchObject({ from: 2 });
  expect((await gateway.ingest.prepare(plan, 'resumed')).parameters.source).toMatchObject({ from: 0 });
});
