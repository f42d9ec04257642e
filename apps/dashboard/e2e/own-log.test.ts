import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertsAgree, committedAlerts } from './support/alert-list.js';
import { figuresAgree } from './support/figures.js';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, type Visit, value, visit } from './support/visit.js';

/** Records that Source 1 has handed over in this attempt. */
const handedOver = (page: Page, timeout = 20_000) =>
  expect.poll(
    async () => {
      const title = await page.locator('#tasks tbody tr[aria-rowindex="2"] td').nth(5).getAttribute('title');
      return Number(title?.replaceAll(',', ''));
    },
    { timeout },
  );

const setting = (page: Page, name: string) =>
  page.locator('#settings dl > div').filter({ hasText: name }).locator('dd').textContent({ timeout: 10_000 });

/** Every alert: the user, and the count at which it was raised. */
function alertsOf(events: readonly (readonly [user: string, abnormal: boolean])[]): string[] {
  const counts = new Map<string, number>();
  return events.flatMap(([user, abnormal]) => {
    const count = abnormal ? (counts.get(user) ?? 0) + 1 : 0;
    counts.set(user, count);
    return count >= 3 ? [`${user} ${count}`] : [];
  });
}

const told = async (server: TestServer) => (await committedAlerts(server)).map(({ userId, count }) => `${userId} ${count}`).sort();

describe.skipIf(!launch)("one's own log", () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-log-'));
  const path = join(directory, 'auth.log');
  const events: [string, boolean][] = [];
  let server: TestServer;
  let there: Visit;
  let second = 0;

  const line = (user: string, abnormal: boolean) => {
    events.push([user, abnormal]);
    const stamp = new Date(Date.UTC(2026, 0, 1) + second++ * 1_000).toISOString();
    return `${stamp} host sshd[7]: ${abnormal ? 'Failed' : 'Accepted'} password for ${user} from 10.0.0.${second % 250} port 22 ssh2\n`;
  };
  /** One who guesses passwords, and some who only mistype them. */
  const write = (lines: number) => {
    for (let n = 0; n < lines; n++) appendFileSync(path, n % 2 === 0 ? line('root', true) : line(`user${n % 7}`, n % 5 === 0));
  };

  beforeAll(async () => {
    writeFileSync(path, '');
    write(30);
    server = await TestServer.start(['--source', `file:${path}`, '--follow', '--format', 'sshd', '--checkpoint-interval', '1h']);
    await openBrowser();
    there = await visit(server.url);
  });
  afterAll(async () => {
    await there?.close();
    await closeBrowser();
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is read from its beginning, shown, and followed through a rotation', async () => {
    const { page } = there;
    await handedOver(page).toBe(30);
    expect(await setting(page, 'Source')).toContain(path);
    expect(await setting(page, 'Bytes missing')).toBe('0 B');
    await page.getByTestId('alert-log').getByText('userId=root 이상행동 15회 감지!').waitFor();
    write(10);
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    write(10);
    await handedOver(page).toBe(50);
    await expect.poll(() => setting(page, 'Read so far')).toMatch(/^50 lines · /);
    await expect.poll(() => setting(page, 'Behind the end')).toBe('at the end');
    expect(await setting(page, 'Format')).toBe('sshd');
    expect(await setting(page, 'Files held open')).toBe('2');
    await page.getByTestId('trigger-checkpoint').click();
    await value(page, 'stat-checkpoints-completed').toBe('1');
    await expect.poll(() => told(server)).toEqual(alertsOf(events).sort());
    await alertsAgree(page, server);
    await figuresAgree(page, server);
    await page.getByTestId('checkpoint-row-1').click();
    await page.getByRole('dialog').getByText('root').first().waitFor();
    expect(await page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'root' }).textContent()).toMatch(/abnormalCount 25$/);
    await page.keyboard.press('Escape');
  });

  it('says which keys are hottest, and where they are counted', async () => {
    const { page } = there;
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByTestId('pipeline-view').locator('.lane').filter({ hasText: 'root' }).first().waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    const log = page.getByTestId('event-log');
    await log.getByRole('button', { name: 'Filter' }).click();
    await log.getByLabel('Kind').selectOption('alert');
    await log.filter({ hasText: /userId=root 이상행동 \d+회 감지!/ }).waitFor();
  });

  it('goes on behind a cut, and says how many bytes are missing: in log, page and metric, through a failure too', async () => {
    const { page } = there;
    // One write, so whoever reads the line has read the piece behind it.
    const piece = 'Jan  1 00:00:00 host sshd[7]: Failed passw';
    appendFileSync(path, line('root', true) + piece);
    await handedOver(page).toBe(51);
    truncateSync(path, 0);
    write(4);
    await handedOver(page).toBe(55);
    await expect.poll(() => setting(page, 'Bytes missing')).toBe(`${piece.length} B`);
    const log = page.getByTestId('event-log');
    await log.getByLabel('Kind').selectOption('source');
    await log.filter({ hasText: `${piece.length} bytes of ${path} are missing: truncated` }).waitFor();
    await page.getByTestId('trigger-checkpoint').click();
    await value(page, 'stat-checkpoints-completed').toBe('2');
    await page.getByTestId('fail-taskmanager-taskmanager-1').click();
    await value(page, 'stat-restarts', 20_000).toBe('1');
    await jobState(page, 20_000).toBe('RUNNING');
    write(4);
    await handedOver(page).toBe(4);
    expect(await setting(page, 'Bytes missing')).toBe(`${piece.length} B`);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(new RegExp(`FollowedFileSource_bytesMissing\\{.*\\} ${piece.length}\\n`));
    await page.getByTestId('trigger-checkpoint').click();
    await value(page, 'stat-checkpoints-completed').toBe('3');
    await expect.poll(() => told(server)).toEqual(alertsOf(events).sort());
    await alertsAgree(page, server);
    expect(there.troubles).toEqual([]);
  });
});

describe.skipIf(!launch)('events by HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(['--source', 'http', '--checkpoint-interval', '1s']);
    await openBrowser();
  });
  afterAll(async () => {
    await closeBrowser();
    await server?.stop();
  });

  it('are counted and shown as they come, each once through a failure, however many users they are of', async () => {
    const { page, troubles, close } = await visit(server.url);
    expect(await setting(page, 'Source')).toContain('POST /api/events');
    const events: [string, boolean][] = [];
    const post = async (from: number, to: number, key: string) => {
      const batch = Array.from({ length: to - from }, (_, n) => [`user${(from + n) % 500}`, (from + n) % 11 !== 0] as [string, boolean]);
      const body = batch.map(([userId, abnormal]) => JSON.stringify({ userId, eventType: abnormal ? 'abnormal' : 'normal' })).join('\n');
      const response = await fetch(`${server.url}/api/events`, { method: 'POST', body, headers: { 'idempotency-key': key } });
      expect(response.ok).toBe(true);
      return batch;
    };
    events.push(...(await post(0, 2_000, 'first')));
    await handedOver(page).toBe(2_000);
    await expect.poll(() => told(server), { timeout: 20_000 }).toEqual(alertsOf(events).sort());
    await page.getByTestId('fail-taskmanager-taskmanager-1').click();
    // Sent again while the job is down, as a client does that had no answer.
    await post(0, 2_000, 'first');
    events.push(...(await post(2_000, 2_300, 'second')));
    await value(page, 'stat-restarts', 20_000).toBe('1');
    await expect.poll(() => told(server), { timeout: 20_000 }).toEqual(alertsOf(events).sort());
    await figuresAgree(page, server);
    await expect.poll(() => setting(page, 'Waiting')).toBe('0 events · 0 B');
    await expect.poll(() => setting(page, 'Accepted')).toBe('2,300 events');
    expect(await setting(page, 'Refused')).toBe('0 requests');
    await page
      .locator('[data-role="keyed"]')
      .filter({ hasText: /user\d+/ })
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
    await close();
  });
});
