import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineEvent, EngineSnapshot, JobInfo } from '@weir/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '../alerts/alert.js';
import { alert, MemoryAlertLog } from '../testing/memory-alert-log.js';
import { pauseAfter } from './backoff.js';
import { CursorFile } from './cursor-file.js';
import { httpDelivery, signature } from './delivery.js';
import { Webhook } from './webhook.js';

interface Call {
  readonly id: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server | undefined;
let webhook: Webhook | undefined;
afterEach(async () => {
  await webhook?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A receiver that answers what `answer` says; what it was sent is in `calls`. */
async function receiver(answer: (call: Call, calls: readonly Call[]) => number): Promise<{ readonly url: string; readonly calls: Call[] }> {
  const calls: Call[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const call = { id: String(request.headers['webhook-id']), headers: request.headers, body };
    calls.push(call);
    const status = answer(call, calls);
    if (status === 0) request.socket.destroy();
    else response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
  }).listen(0, '127.0.0.1');
  await vi.waitFor(() => expect(server?.address()).toBeTruthy());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, calls };
}

function published(payload: Alert): EngineEvent {
  return { type: 'published', at: 0, jobId: 'j', topic: 'alert', taskManagerId: 't', vertexId: 'v', subtask: 0, dropped: 0, payload };
}
const committed: EngineEvent = { type: 'committed', at: 0, jobId: 'j', uid: 'sink', checkpointId: 1, records: 1 };

async function start(
  url: string,
  log: MemoryAlertLog,
  path: string,
  secret?: string,
  jobs: () => readonly JobInfo[] = () => [],
): Promise<Webhook> {
  webhook = await Webhook.start({
    deliver: httpDelivery({ url, timeout: 5_000, ...(secret ? { secret } : {}) }),
    log,
    cursor: new CursorFile(path, url),
    snapshot: () => ({ jobs: jobs() }) as EngineSnapshot,
    backoff: { first: 5, longest: 20 },
  });
  return webhook;
}

function cursorPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'weir-webhook-')), 'webhook.json');
}

/** The tests wait for what must come; nothing here is about time. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('the webhook', () => {
  it('sends an alert at once, before it is committed, and again until it is taken', async () => {
    const { url, calls } = await receiver((_call, all) => [503, 0, 302, 200][all.length - 1] ?? 200);
    const hook = await start(url, new MemoryAlertLog(), cursorPath(), 'a secret');
    hook.accept(published(alert(3)));
    await eventually(() => expect(calls).toHaveLength(4));
    expect(new Set(calls.map((call) => call.id))).toEqual(new Set(['alert-3']));
    const [{ headers, body }] = calls;
    expect(JSON.parse(body)).toEqual({ type: 'alert', data: alert(3) });
    expect(headers['webhook-signature']).toBe(signature('a secret', 'alert-3', String(headers['webhook-timestamp']), body));
  });

  it('sends each id once, however often a replay raises it and when it is committed', async () => {
    const { url, calls } = await receiver(() => 204);
    const log = new MemoryAlertLog();
    const hook = await start(url, log, cursorPath());
    for (let i = 0; i < 3; i++) hook.accept(published(alert(3)));
    await eventually(() => expect(calls).toHaveLength(1));
    hook.accept(published(alert(3)));
    log.commit(alert(3));
    hook.accept(committed);
    hook.accept(published(alert(4)));
    await eventually(() => expect(calls).toHaveLength(2));
    expect(calls.map((call) => call.id)).toEqual(['alert-3', 'alert-4']);
  });

  it('finds committed alerts again that the last process did not deliver, and no others', async () => {
    const log = new MemoryAlertLog();
    const path = cursorPath();
    log.commit(alert(1));
    let working = false;
    const { url, calls } = await receiver(({ id }) => (working || id === 'alert-3' ? 200 : 500));
    const first = await start(url, log, path);
    // 1 was there before the webhook was; 2 fails, 3 is delivered before its commit, 4 was never published.
    first.accept(published(alert(2)));
    first.accept(published(alert(3)));
    log.commit(alert(2), alert(3), alert(4));
    first.accept(committed);
    await eventually(() => expect(calls.map(({ id }) => id)).toEqual(expect.arrayContaining(['alert-2', 'alert-3', 'alert-4'])));
    await first.close();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ url, cursor: 1, beyond: ['alert-3'] });
    calls.length = 0;
    working = true;
    const second = await start(url, log, path);
    await eventually(() => expect(calls.map(({ id }) => id).sort()).toEqual(['alert-2', 'alert-4']));
    await eventually(() => expect(JSON.parse(readFileSync(path, 'utf8')).cursor).toBe(4));
    await second.close();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ url, cursor: 4, beyond: [] });
  });

  it('delivers everything though far more is committed than it keeps waiting', async () => {
    const { url, calls } = await receiver((_call, all) => (all.length % 10 === 0 ? 500 : 200));
    const log = new MemoryAlertLog();
    const hook = await start(url, log, cursorPath());
    log.commit(...Array.from({ length: 3_000 }, (_, n) => alert(n)));
    hook.accept(committed);
    await eventually(() => expect(new Set(calls.map(({ id }) => id)).size).toBe(3_000));
  });

  it('sends each alarm once, until it is taken, and none of the past', async () => {
    const now = Date.now();
    const failed = (id: number, at: number) => ({
      id,
      status: 'FAILED',
      triggerTimestamp: at,
      failureTimestamp: at,
      failureMessage: 'ENOSPC: no space\n  at',
    });
    const job = (rest: object) =>
      ({
        id: 'j',
        name: 'detection',
        state: 'RUNNING',
        exceptions: [],
        checkpoints: { history: [] },
        recoveries: [],
        ...rest,
      }) as unknown as JobInfo;
    let jobs = [job({ checkpoints: { history: [failed(1, now - 60_000)] } })];
    const { url, calls } = await receiver((_call, all) => (all.length === 1 ? 503 : 200));
    const hook = await start(url, new MemoryAlertLog(), cursorPath(), undefined, () => jobs);
    const changed: EngineEvent = { type: 'changed', at: now };
    hook.accept(changed);
    const checkpoints = { history: [failed(2, now + 60_000), failed(1, now - 60_000)] };
    const recoveries = [
      {
        number: 1,
        taskManagerId: 'taskmanager-2',
        cause: 'its connection was closed',
        checkpointId: 1,
        phases: { failed: now + 70_000, detected: now + 70_001 },
      },
    ];
    jobs = [job({ checkpoints })];
    hook.accept(changed);
    jobs = [job({ checkpoints, recoveries })];
    hook.accept(changed);
    jobs = [job({ checkpoints, recoveries, state: 'FAILED', failure: 'no restart is left', timestamps: { FAILED: now + 80_000 } })];
    hook.accept(changed);
    hook.accept(changed);
    await eventually(() => expect(new Set(calls.map(({ id }) => id)).size).toBe(3));
    await eventually(() => expect(calls).toHaveLength(4));
    const sent = new Map(calls.map(({ id, body }) => [id, JSON.parse(body) as { type: string; data: { message: string } }]));
    expect([...sent].map(([id, { type, data }]) => [id, type, data.message]).sort()).toEqual([
      ['alarm-j-checkpoint-2', 'alarm', '[ALARM] checkpoint 2 failed: ENOSPC: no space'],
      ['alarm-j-failed', 'alarm', '[ALARM] the job detection has FAILED: no restart is left'],
      ['alarm-j-recovery-1', 'alarm', '[ALARM] taskmanager-2 failed: its connection was closed; the job restarts from checkpoint 1'],
    ]);
  });

  it('gives a new receiver no past', async () => {
    const log = new MemoryAlertLog();
    const path = cursorPath();
    log.commit(alert(1));
    new CursorFile(path, 'http://other.example/').write({ cursor: 0, beyond: [] });
    const { url, calls } = await receiver(() => 200);
    const hook = await start(url, log, path);
    log.commit(alert(2));
    hook.accept(committed);
    await eventually(() => expect(calls.map(({ id }) => id)).toEqual(['alert-2']));
  });
});

it('waits longer after each failure, never beyond the bound, and as long as the receiver asks', () => {
  const backoff = { first: 500, longest: 300_000 };
  expect([1, 2, 3, 40].map((failures) => pauseAfter(failures, backoff, () => 1))).toEqual([500, 1_000, 2_000, 300_000]);
  expect(pauseAfter(3, backoff, () => 0)).toBe(1_000);
  expect(pauseAfter(1, backoff, () => 0, 20_000)).toBe(20_000);
});

it('signs as Standard Webhooks does', () => {
  // From the specification's own examples.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  expect(signature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});
