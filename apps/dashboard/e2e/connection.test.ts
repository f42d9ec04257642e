import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, value, visit } from './support/visit.js';

describe.skipIf(!launch)('the connection', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(['--event-interval', '500ms', '--checkpoint-interval', '2s']);
    await openBrowser();
  });
  afterAll(async () => {
    await closeBrowser();
    await server?.stop();
  });

  it('is seen to be lost within two seconds, freezes the page, and comes back without a reload', async () => {
    const { page, close } = await visit(server.url);
    await jobState(page).toBe('RUNNING');
    await page.locator('[data-testid^="checkpoint-row-"]').first().waitFor();
    await page.evaluate(() => Object.assign(window, { sameVisit: true }));
    const { port, directory } = server;
    await server.kill();
    await value(page, 'connection-state', 2_500).toBe('disconnected');
    await page.getByText('No connection to the server since').waitFor();
    expect(await page.getByTestId('trigger-checkpoint').isDisabled()).toBe(true);
    expect(await page.getByTestId('fail-taskmanager-taskmanager-1').isDisabled()).toBe(true);
    const log = await page.getByTestId('event-log').textContent();
    await page.waitForTimeout(1_000);
    expect(await page.getByTestId('event-log').textContent()).toBe(log);
    server = await TestServer.start([], { port, directory });
    await value(page, 'connection-state', 15_000).toBe('connected');
    await jobState(page, 15_000).toBe('RUNNING');
    expect(await page.evaluate(() => (window as unknown as { sameVisit?: boolean }).sameVisit)).toBe(true);
    await value(page, 'stat-restarts').toBe('1');
    await close();
  });
});
