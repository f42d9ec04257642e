import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, type Visit, value, visit } from './support/visit.js';

const place = (page: Page, n: number) => page.getByTestId(`taskmanager-taskmanager-${n}`);

/** Every status that a TaskManager showed from now on, in order. */
async function watchStatus(page: Page, n: number): Promise<() => Promise<readonly string[]>> {
  await place(page, n).evaluate((element) => {
    const seen = [element.dataset.status ?? ''];
    const store = window as unknown as { seen: Record<string, string[]> };
    store.seen = { ...store.seen, [element.dataset.testid ?? '']: seen };
    new MutationObserver(() => {
      const status = element.dataset.status ?? '';
      if (seen.at(-1) !== status) seen.push(status);
    }).observe(element, { attributes: true, attributeFilter: ['data-status'] });
  });
  return () =>
    page.evaluate((id) => (window as unknown as { seen: Record<string, string[]> }).seen[id] ?? [], `taskmanager-taskmanager-${n}`);
}

describe.skipIf(!launch)('failures are seen', () => {
  let server: TestServer;
  let there: Visit;
  let restarts = 0;
  beforeAll(async () => {
    server = await TestServer.start(['--event-interval', '500ms', '--checkpoint-interval', '2s', '-D', 'heartbeat.timeout=3s']);
    await openBrowser();
    there = await visit(server.url);
    await there.page.getByTestId('job-state').filter({ hasText: 'RUNNING' }).waitFor();
    await there.page.locator('[data-testid^="checkpoint-row-"]').first().waitFor();
  });
  afterAll(async () => {
    await there?.close();
    await closeBrowser();
    await server?.stop();
  });

  const recovered = async (page: Page) => {
    restarts += 1;
    await value(page, 'stat-restarts', 30_000).toBe(String(restarts));
    await jobState(page, 30_000).toBe('RUNNING');
    await value(page, 'stat-taskmanagers', 30_000).toBe('3');
  };

  it.each([1, 2, 3])('TaskManager %i crashes, is restarted, and is healthy with the next checkpoint', async (n) => {
    const { page } = there;
    const statuses = await watchStatus(page, n);
    const { restored } = await server.counts();
    await page.getByTestId(`fail-taskmanager-taskmanager-${n}`).click();
    await recovered(page);
    const timeline = page.getByTestId('recovery-timeline');
    await timeline.filter({ hasText: `TaskManager ${n}` }).waitFor();
    // The page plays it slowly: six steps of 0.6 s at least.
    await expect.poll(() => timeline.locator('ol li').last().textContent(), { timeout: 10_000 }).toMatch(/\d\d:\d\d:\d\d\.\d{3}/);
    await expect.poll(statuses, { timeout: 20_000 }).toEqual(expect.arrayContaining(['failed', 'restarted']));
    await expect.poll(async () => (await statuses()).at(-1), { timeout: 20_000 }).toBe('healthy');
    expect((await server.counts()).restored).toBe(restored + 1);
  });

  it('TaskManager 1 hangs, and is seen to be silent before it is lost', async () => {
    const { page } = there;
    await page.getByTestId('taskmanager-taskmanager-1').getByRole('button', { expanded: false }).click();
    await page.getByTestId('hang-taskmanager-taskmanager-1').click();
    await recovered(page);
    const log = page.getByTestId('event-log');
    await log.getByRole('button', { name: 'Filter' }).click();
    await log.getByLabel('Kind').selectOption('cluster');
    await log.filter({ hasText: /TaskManager 1 (lost|ended)/ }).waitFor();
  });

  it('the JobManager dies, another leads, and the job goes on', async () => {
    const { page } = there;
    await page.getByTestId('fail-jobmanager').click();
    await recovered(page);
    const { jobs } = await server.get<{ jobs: { state: string }[] }>('/jobs/overview');
    expect(jobs[0]?.state).toBe('RUNNING');
  });

  it('no alert came twice, and the page complained of nothing', async () => {
    const { alerts } = await server.get<{ alerts: { id: string; seq: number }[] }>('/api/alerts');
    expect(new Set(alerts.map(({ id }) => id)).size).toBe(alerts.length);
    expect(alerts.map(({ seq }) => seq)).toEqual(alerts.map((_, index) => index + 1));
    // While no JobManager leads REST answers 503: the page asks it for nothing but what a person opens.
    expect(there.troubles).toEqual([]);
  });
});
