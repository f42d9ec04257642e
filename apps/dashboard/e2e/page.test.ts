import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutFaults } from './support/layout.js';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, value, visit } from './support/visit.js';

const ids = (page: Page, prefix: string) => page.locator(`[data-testid^="${prefix}"]`);

const NAMES = [
  'cluster-overview',
  'architecture-diagram',
  'pipeline-diagram',
  'checkpoint-history',
  'alert-log',
  'event-log',
  'throughput-chart',
  'job-state',
  'trigger-checkpoint',
  'trigger-savepoint',
  'fail-jobmanager',
  'connection-state',
  'stat-taskmanagers',
  'stat-slots-total',
  'stat-slots-available',
  'stat-restarts',
  'stat-alerts',
  'stat-checkpoints-completed',
  'stat-checkpoints-failed',
  ...[1, 2, 3].flatMap((n) => [`taskmanager-taskmanager-${n}`, `fail-taskmanager-taskmanager-${n}`, `hang-taskmanager-taskmanager-${n}`]),
];

describe.skipIf(!launch)('the first page', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(['--event-interval', '500ms', '--checkpoint-interval', '2s']);
    await openBrowser();
  });
  afterAll(async () => {
    await closeBrowser();
    await server?.stop();
  });

  it('has every agreed name once, agrees with REST, and complains of nothing', async () => {
    const { page, troubles, close } = await visit(server.url);
    for (const name of NAMES) expect([name, await page.getByTestId(name).count()]).toEqual([name, 1]);
    await jobState(page).toBe('RUNNING');
    await ids(page, 'checkpoint-row-').first().waitFor();
    await page
      .getByTestId('alert-log')
      .filter({ hasText: /userId=user[123] 이상행동 \d+회 감지!/ })
      .waitFor();
    await page
      .getByTestId('event-log')
      .filter({ hasText: /user[123]/ })
      .waitFor();
    await value(page, 'stat-taskmanagers').toBe('3');
    await value(page, 'stat-slots-total').toBe('9');
    await value(page, 'stat-slots-available').toBe('0');
    await value(page, 'stat-restarts').toBe('0');
    await expect
      .poll(
        async () => [
          await page.getByTestId('stat-checkpoints-completed').getAttribute('data-value'),
          String((await server.counts()).completed),
        ],
        { timeout: 10_000 },
      )
      .toSatisfy(([shown, told]) => shown === told);
    expect(troubles).toEqual([]);
    await close();
  });

  it('counts committed alerts as the API does, and shows each once', async () => {
    const { page, close } = await visit(server.url);
    const committed = async () => (await server.get<{ last: number }>('/api/alerts')).last;
    await expect.poll(committed, { timeout: 20_000 }).toBeGreaterThan(2);
    await expect
      .poll(async () => [await page.getByTestId('stat-alerts').getAttribute('data-value'), String(await committed())], { timeout: 10_000 })
      .toSatisfy(([shown, told]) => shown === told);
    const titles = await page
      .getByTestId('alert-log')
      .locator('[data-status="committed"]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('title')));
    expect(new Set(titles).size).toBe(titles.length);
    await close();
  });

  it('follows the browser in language and theme until the person chooses, and remembers that', async () => {
    const { page, close } = await visit(server.url, { locale: 'ko-KR', colorScheme: 'dark' });
    const shown = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]);
    expect(await shown()).toEqual(['ko', 'dark']);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(shown).toEqual(['ko', 'light']);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await page.reload();
    await expect.poll(shown).toEqual(['en', 'dark']);
    await expect.poll(() => page.getByTestId('alert-log').textContent()).toContain('이상행동');
    await close();
  });

  it.each(['ko-KR', 'en-US'])(
    'fits every width in %s: nothing is cut off or overlaps, no id is there twice, and the page does not scroll sideways',
    async (locale) => {
      const { page, close } = await visit(server.url, { locale });
      const found: string[] = [];
      for (const width of [360, 390, 600, 768, 1024, 1360, 1440, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(200);
        found.push(...(await layoutFaults(page)).map((fault) => `${width} px: ${fault}`));
      }
      expect(found).toEqual([]);
      await close();
    },
  );

  it('does not jump at any width', async () => {
    const { page, close } = await visit(server.url);
    const tops = () =>
      page.evaluate(() =>
        ['throughput', 'checkpoint-lane', 'tasks'].map((id) => document.getElementById(id)?.getBoundingClientRect().top ?? 0),
      );
    for (const width of [1024, 1440, 2560]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(500);
      const before = await tops();
      await page.waitForTimeout(1_500);
      for (const [index, top] of (await tops()).entries()) expect([width, Math.abs((before[index] ?? 0) - top) < 1]).toEqual([width, true]);
    }
    await close();
  });

  it('filters, pauses and follows the log', async () => {
    const { page, close } = await visit(server.url);
    const log = page.getByTestId('event-log');
    await log.getByRole('button', { name: 'Filter' }).click();
    await log.getByLabel('User').selectOption('user2');
    await log.getByLabel('Kind').selectOption('process');
    await expect.poll(() => log.getByRole('log').textContent()).toMatch(/^(\d\d:\d\d:\d\d·Process \d · user2 (normal|abnormal) → \d+)+$/);
    await log.getByRole('button', { name: 'Pause' }).click();
    const still = await log.getByRole('log').textContent();
    await page.waitForTimeout(1_500);
    expect(await log.getByRole('log').textContent()).toBe(still);
    await log.getByRole('button', { name: 'Follow' }).click();
    await expect.poll(() => log.getByRole('log').textContent()).not.toBe(still);
    await close();
  });

  it('opens a checkpoint to its subtasks and to what it holds', async () => {
    const { page, troubles, close } = await visit(server.url);
    await page.getByRole('button', { name: 'Savepoint' }).click();
    const row = page.getByTestId('checkpoint-history').locator('tr', { hasText: 'SP' }).first();
    await row.waitFor();
    await row.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('AbnormalCountProcess').waitFor();
    const id = Number(/checkpoints\/(\d+)/.exec(page.url())?.[1]);
    const { operators } = await server.get<{ operators: { state: Record<string, { abnormalCount: number }> }[] }>(
      `/api/jobs/${await server.jobId()}/checkpoints/${id}/contents`,
    );
    const state = operators[0]?.state ?? {};
    expect(Object.keys(state)).toEqual(['user1', 'user2', 'user3']);
    for (const [user, { abnormalCount }] of Object.entries(state))
      expect(await dialog.locator('li', { hasText: user }).textContent()).toMatch(new RegExp(`abnormalCount ${abnormalCount}$`));
    expect(await dialog.locator('tbody tr').count()).toBe(9);
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).hash).toBe('#/');
    expect(troubles).toEqual([]);
    await close();
  });
});
