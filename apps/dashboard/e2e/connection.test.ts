import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alertsAgree, committedAlerts } from './support/alert-list.js';
import { TestServer } from './support/server.js';
import { setSpeed } from './support/steer.js';
import { closeBrowser, jobState, launch, openBrowser, type Visit, value, visit } from './support/visit.js';
import { Wire } from './support/wire.js';

/** With it the server serves a page that comes by another port. */
const TOKEN = 'a token of the tests';
/** Alerts that a page is told of when it connects. */
const TOLD = 200;

describe.skipIf(!launch)('the connection', () => {
  let server: TestServer;
  let wire: Wire;
  let there: Visit | undefined;
  beforeAll(async () => {
    // An alert or two a second at ×1, few enough to be read through.
    const args = ['--event-interval', '1s', '--abnormal-rate', '0.8', '--checkpoint-interval', '1s'];
    server = await TestServer.start(args, { token: TOKEN });
    wire = await Wire.start(server.port);
    await openBrowser();
  });
  afterEach(async () => {
    await there?.close();
    there = undefined;
  });
  afterAll(async () => {
    await closeBrowser();
    wire?.close();
    await server?.stop();
  });

  const address = () => `http://127.0.0.1:${wire.port}/?token=${encodeURIComponent(TOKEN)}`;
  const open = async (): Promise<Page> => {
    there = await visit(address());
    await jobState(there.page).toBe('RUNNING');
    await there.page.evaluate(() => Object.assign(window, { sameVisit: true }));
    return there.page;
  };
  const sameVisit = (page: Page) => page.evaluate(() => (window as unknown as { sameVisit?: boolean }).sameVisit);
  /** At that speed until so many more are committed, then at ×1 again. */
  const commit = async (more: number, speed: number) => {
    const before = await count();
    await setSpeed(server.url, TOKEN, speed);
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(before + more);
    await setSpeed(server.url, TOKEN, 1);
  };
  const count = async () => (await committedAlerts(server)).length;
  /** The number of the first alert that the page has: those before it are fetched when asked for. */
  const begins = (page: Page) =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const look = () => {
            const titles = [...document.querySelectorAll<HTMLElement>('[data-testid="alert-log"] [data-status="committed"]')];
            const numbers = titles.map(({ title }) => Number(/number ([\d,]+)/.exec(title)?.[1]?.replaceAll(',', '')));
            if (numbers.length > 0) resolve(Math.max(...numbers));
            else setTimeout(look, 50);
          };
          look();
        }),
    );

  it('a network that falls silent is seen, and after it the page has every alert that was committed meanwhile', async () => {
    const page = await open();
    const from = await begins(page);
    wire.silence();
    await value(page, 'connection-state', 10_000).toBe('disconnected');
    await commit(TOLD + 50, 200);
    wire.mend();
    await value(page, 'connection-state', 15_000).toBe('connected');
    await alertsAgree(page, server, from);
    expect(await sameVisit(page)).toBe(true);
  });

  it('a server that was killed is seen to be gone within two seconds, the page freezes, and comes back without a reload', async () => {
    const page = await open();
    await page.locator('[data-testid^="checkpoint-row-"]').first().waitFor();
    const from = await begins(page);
    await commit(20, 20);
    const { port, directory } = server;
    // Opened before its parts were fetched, or not: whichever comes first.
    const early = await visit(address());
    await server.kill();
    await early.page.getByRole('link', { name: 'Pipeline' }).click();
    await value(page, 'connection-state').toBe('disconnected');
    await page.getByText('No connection to the server since').waitFor();
    for (const id of ['trigger-checkpoint', 'trigger-savepoint', 'fail-jobmanager', 'fail-taskmanager-taskmanager-1'])
      expect([id, await page.getByTestId(id).isDisabled()]).toEqual([id, true]);
    const alerts = await page.getByTestId('alert-log').textContent();
    await page.waitForTimeout(1_000);
    expect(await page.getByTestId('alert-log').textContent()).toBe(alerts);
    server = await TestServer.start([], { port, directory, token: TOKEN });
    await value(page, 'connection-state', 15_000).toBe('connected');
    await jobState(page, 15_000).toBe('RUNNING');
    await value(page, 'stat-restarts').toBe('1');
    await commit(5, 20);
    await alertsAgree(page, server, from);
    expect(await sameVisit(page)).toBe(true);
    await early.page.locator('.lane').first().waitFor();
    await early.close();
  });
});
