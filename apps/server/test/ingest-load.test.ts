import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ndjsonOracle } from './support/oracle.js';
import { randomOf } from './support/random.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
import { type Alert, WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

const CLIENTS = 24;
const FAULTS = 8;

const start = (data: string): Promise<WeirServer> => new WeirServer(data, ['--source', 'http', '--checkpoint-interval', '150ms']).ready();

/** One user's client: small requests, one after the other. */
interface Client {
  readonly user: string;
  /** What was answered with success. */
  acknowledged: string;
  /** What was never answered and never sent again: in the log or not. */
  inDoubt: string;
}

const short = (alerts: readonly Pick<Alert, 'count' | 'timestamp'>[]): string =>
  JSON.stringify(alerts.map(({ count, timestamp }) => ({ count, timestamp })));

const wanted = (input: string, user: string): string => short((ndjsonOracle(input).alertsByKey.get(user) ?? []) as readonly Alert[]);

/** All alerts, once everything in the log has been read and committed. */
async function caughtUp(server: WeirServer): Promise<readonly Alert[]> {
  // The number of one more event tells how many there are.
  const body = '{"userId":"the last","eventType":"normal"}';
  const { last } = (await (await fetch(`${server.standing?.url}/api/events`, { method: 'POST', body })).json()) as {
    readonly last: number;
  };
  await server.must('all events to be read', async () => {
    const text = await (await fetch(`${server.standing?.url}/metrics`)).text();
    return Number(/HttpSource_events\{.*\} (\d+)/.exec(text)?.[1]) === last + 1;
  });
  const completed = async (): Promise<number> => (await server.checkpoints()).latest.completed?.id ?? 0;
  const checkpoint = await completed();
  await server.must('checkpoints behind them', async () => (await completed()) > checkpoint + 2);
  return server.alerts();
}

describe('HTTP ingest under load', () => {
  it('has what it answered exactly once, and what it did not answer whole or not at all', async () => {
    const random = randomOf(53);
    const data = temporaryDirectory();
    let server = await start(data);
    let stopped = false;
    const clients: Client[] = Array.from({ length: CLIENTS }, (_, n) => ({ user: `user${n}`, acknowledged: '', inDoubt: '' }));
    const run = async (client: Client): Promise<void> => {
      for (let request = 0; !stopped && client.inDoubt === ''; request++) {
        const body = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, n) => {
          const eventType = random() < 0.6 ? 'abnormal' : 'normal';
          return `${JSON.stringify({ userId: client.user, eventType, timestamp: request * 10 + n })}\n`;
        }).join('');
        const givesUp = random() < 0.02;
        const headers = givesUp ? {} : { 'idempotency-key': `${client.user}-${request}` };
        for (;;) {
          const answer = await fetch(`${server.standing?.url}/api/events`, { method: 'POST', headers, body }).catch(() => undefined);
          if (answer?.ok === true) {
            client.acknowledged += body;
            break;
          }
          if (answer === undefined && givesUp) {
            client.inDoubt = body;
            return;
          }
          if (answer !== undefined) expect([409, 429, 503]).toContain(answer.status);
          await sleep(20);
        }
      }
    };
    const running = clients.map(run);
    for (let fault = 0; fault < FAULTS; fault++) {
      await sleep(300 + random() * 500);
      if (fault % 2 === 0) {
        await server.kill();
        server = await start(data);
      } else {
        const id = `taskmanager-${1 + Math.floor(random() * 3)}`;
        await fetch(`${server.standing?.url}/api/taskmanagers/${id}/fail`, { method: 'POST', body: '{"mode":"crash"}' });
      }
    }
    await sleep(300);
    stopped = true;
    await Promise.all(running);
    const alerts = await caughtUp(server);
    for (const { user, acknowledged, inDoubt } of clients) {
      const got = short(alerts.filter(({ userId }) => userId === user));
      expect([wanted(acknowledged, user), wanted(acknowledged + inDoubt, user)]).toContain(got);
    }
    expect(alerts.length).toBeGreaterThan(CLIENTS);
    expect(await server.stop()).toBe(0);
  });

  it('deletes what no retained checkpoint needs, and finds all it needs after a SIGKILL', async () => {
    const data = temporaryDirectory();
    let server = await start(data);
    let input = '';
    const post = async (request: number): Promise<void> => {
      const body = Array.from({ length: 100_000 }, (_, n) => {
        const eventType = n % 20_000 < 3 ? 'abnormal' : 'normal';
        return `${JSON.stringify({ userId: `user${n % 3}`, eventType, timestamp: request * 100_000 + n })}\n`;
      }).join('');
      const answer = async (): Promise<number> => (await fetch(`${server.standing?.url}/api/events`, { method: 'POST', body })).status;
      await server.must('the events to be taken', async () => (await answer()) === 200);
      input += body;
    };
    const segments = (): string[] => readdirSync(join(data, 'ingest')).filter((name) => name.startsWith('segment-'));
    const first = segments()[0];
    for (let request = 0; request < 6; request++) await post(request);
    await server.must('the first segment to be deleted', () => !segments().includes(first as string));
    await server.kill();
    server = await start(data);
    await post(6);
    const alerts = await caughtUp(server);
    expect(short(alerts.filter(({ userId }) => userId === 'user0'))).toBe(wanted(input, 'user0'));
    expect(server.stdout).not.toContain('missing');
    expect(await server.stop()).toBe(0);
  });
});
