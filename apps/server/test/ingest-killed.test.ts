import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { ndjsonOracle } from './support/oracle.js';
import { randomOf } from './support/random.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

const BATCHES = 150;
const KILLS = 5;

/** What the client sends, batch by batch: a few users, in the order that one client gives them. */
function batches(random: () => number): string[] {
  return Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: 20 }, (_, line) => {
      const eventType = random() < 0.5 ? 'abnormal' : 'normal';
      return `${JSON.stringify({ userId: `user${Math.floor(random() * 6)}`, eventType, timestamp: batch * 100 + line })}\n`;
    }).join(''),
  );
}

it('takes every event once, though the process is killed while it takes them and the client sends again', async () => {
  const random = randomOf(31);
  const data = temporaryDirectory();
  const sent = batches(random);
  const killBefore = new Set(Array.from({ length: KILLS }, (_, n) => Math.floor(((n + 0.2 + 0.6 * random()) * BATCHES) / KILLS)));
  const start = () => new WeirServer(data, ['--source', 'http', '--checkpoint-interval', '200ms']).ready();
  let server = await start();
  const post = async (number: number): Promise<boolean> => {
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': `batch-${number}` };
    const answer = await fetch(`${server.standing?.url}/api/events`, { method: 'POST', headers, body: sent[number] as string }).catch(
      () => undefined,
    );
    if (answer !== undefined) expect([200, 201, 202, 429, 503]).toContain(answer.status);
    return answer?.ok === true;
  };
  for (let number = 0; number < BATCHES; number++) {
    if (killBefore.has(number)) {
      // While it is being answered, or a moment later: the client cannot tell which.
      const asked = post(number);
      await sleep(random() * 4);
      await server.kill();
      await asked;
      server = await start();
    }
    await server.must('the batch to be taken', () => post(number));
  }
  const expected = ndjsonOracle(sent.join(''));
  await server.must('all alerts to be committed', async () => (await server.alerts()).length >= expected.summary.alerts);
  // A checkpoint later there would be what came twice.
  const { latest } = await server.checkpoints();
  await server.must(
    'one more checkpoint',
    async () => ((await server.checkpoints()).latest.completed?.id ?? 0) > (latest.completed?.id ?? 0) + 1,
  );
  const alerts = await server.alerts();
  for (const [userId, wanted] of expected.alertsByKey) {
    const got = alerts.filter((alert) => alert.userId === userId).map(({ count, timestamp }) => ({ count, timestamp }));
    expect(got).toEqual(wanted.map(({ count, timestamp }) => ({ count, timestamp })));
  }
  expect(alerts.map(({ seq }) => seq)).toEqual(alerts.map((_, index) => index + 1));
  expect(await server.stop()).toBe(0);
});
