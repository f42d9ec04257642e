import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './support/axe.js';
import { layoutFaults } from './support/layout.js';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, value, visit } from './support/visit.js';

describe.skipIf(!launch)('a job of another size', () => {
  let server: TestServer | undefined;
  beforeAll(openBrowser);
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });
  afterAll(closeBrowser);

  it('of 64 TaskManagers and 192 tasks can be read, and one TaskManager of them failed and seen to come back', async () => {
    server = await TestServer.start([
      ...['--taskmanagers', '64', '--slots', '3', '--parallelism', '64'],
      ...['--event-interval', '2s', '--checkpoint-interval', '3s', '-D', 'heartbeat.timeout=60s'],
    ]);
    const { page, troubles, close } = await visit(server.url);
    await value(page, 'stat-taskmanagers', 30_000).toBe('64');
    await value(page, 'stat-slots-total').toBe('192');
    await value(page, 'stat-slots-available').toBe('0');
    await jobState(page, 30_000).toBe('RUNNING');
    await page.locator('[data-testid^="checkpoint-row-"][data-status="COMPLETED"]').first().waitFor({ timeout: 60_000 });
    expect(await layoutFaults(page)).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await expect.poll(() => page.locator('#tasks tbody tr[aria-rowindex]').count()).toBeGreaterThan(10);
    expect(await page.locator('#tasks table').getAttribute('aria-rowcount')).toBe('193');
    const field = page.getByTestId('architecture-diagram').getByRole('application');
    await field.focus();
    for (let n = 0; n < 40; n++) await page.keyboard.press('ArrowDown');
    const place = page.getByTestId('picked-taskmanager');
    await place.waitFor();
    // Each of them has its row and its buttons, in the names of the contract.
    for (const id of ['taskmanager', 'fail-taskmanager', 'hang-taskmanager']) {
      expect(await page.locator(`[data-testid^="${id}-taskmanager-"]`).count()).toBe(64);
    }
    await page.getByTestId('fail-taskmanager-taskmanager-40').click();
    await value(page, 'stat-restarts', 60_000).toBe('1');
    await jobState(page, 60_000).toBe('RUNNING');
    await expect.poll(() => place.getAttribute('data-status'), { timeout: 60_000 }).toBe('healthy');
    expect(await place.textContent()).toMatch(/attempt 2|#2/i);
    expect(await layoutFaults(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  it('under backpressure says so: shares by REST and page, one sentence that names the bottleneck', async () => {
    // Every event is an alert, which is much more work than an event.
    server = await TestServer.start(['--source', 'load', '--keys', '1000', '--abnormal-rate', '1', '--checkpoint-interval', '1h']);
    const { page, close } = await visit(server.url);
    await jobState(page, 30_000).toBe('RUNNING');
    const sentence = page.locator('header p').first();
    await expect
      .poll(() => sentence.textContent(), { timeout: 60_000 })
      .toMatch(/^Running, but \w+ is the bottleneck: it is busy \d+% of the time and LoadSource waits \d+%\.$/);
    const rows = page.locator('#tasks tbody tr[aria-rowindex]');
    await expect
      .poll(async () => Math.max(...(await rows.allTextContents()).map((row) => Number(/(\d+)% waiting/.exec(row)?.[1]))), {
        timeout: 30_000,
      })
      .toBeGreaterThanOrEqual(30);
    const { vertices } = await server.get<{ vertices: { id: string }[] }>(`/jobs/${await server.jobId()}`);
    const pressure = async () =>
      (await server?.get<{ backpressureLevel: string }>(`/jobs/${await server.jobId()}/vertices/${vertices[0]?.id}/backpressure`))
        ?.backpressureLevel;
    await expect.poll(pressure, { timeout: 30_000 }).toBe('high');
    // A thousand keys: the hottest is named in each keyed task.
    await page
      .locator('[data-role="keyed"]')
      .filter({ hasText: /user\d+/ })
      .first()
      .waitFor();
    expect(await layoutFaults(page)).toEqual([]);
    await close();
  });
});
