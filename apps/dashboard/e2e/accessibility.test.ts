import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './support/axe.js';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, value, visit } from './support/visit.js';

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  ['light', 'en-US'],
  ['dark', 'ko-KR'],
  ['light', 'ko-KR'],
  ['dark', 'en-US'],
] as const;

/** What axe finds on the page as it stands, or in what matches `within`, wide and narrow; each fault with where it was found. */
async function faults(page: Page, place: string, within?: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const size of [PHONE, DESK]) {
    await page.setViewportSize(size);
    found.push(...(await accessibilityFaults(page, within)).map((fault) => `${place}, ${size.width} px: ${fault}`));
  }
  return found;
}

describe.skipIf(!launch)('axe finds nothing', () => {
  let server: TestServer;
  beforeAll(async () => {
    // Long enough in each state to be looked at.
    const slow = ['--restart-delay', '8s', '-D', 'heartbeat.timeout=15s'];
    server = await TestServer.start(['--event-interval', '500ms', '--checkpoint-interval', '1h', ...slow]);
    await openBrowser();
  });
  afterAll(async () => {
    await closeBrowser();
    await server?.stop();
  });

  it.each(LOOKS)('on any view, dialog or menu (%s, %s)', async (colorScheme, locale) => {
    const { page, close } = await visit(server.url, { colorScheme, locale });
    const found: string[] = [];
    const look = async (place: string, within?: string) => found.push(...(await faults(page, place, within)));
    await jobState(page).toBe('RUNNING');
    await page.getByTestId('trigger-savepoint').click();
    await page.locator('[data-testid^="checkpoint-row-"][data-status="COMPLETED"]').first().waitFor();
    await page.getByTestId('event-log').getByRole('button', { expanded: false }).click();
    await look('overview with the log filter open');
    await page.locator('.as-table').click();
    await look('machine as a table', '.machine');
    await page.locator('.as-table').click();
    // Menus and the job's dialog take the same colours in either language: once a theme is enough.
    const menus = page.locator('[aria-haspopup="menu"]');
    for (const menu of (colorScheme === 'dark') === (locale === 'ko-KR') ? [0, 1, 2] : []) {
      await menus.nth(menu).click();
      await page.getByRole('menu').first().waitFor();
      await look(`menu ${menu}`, '[role="menu"]:not([hidden])');
      if (menu > 0) await page.keyboard.press('Escape');
      else {
        await page.getByRole('menuitem').last().click();
        await page.getByRole('dialog').waitFor();
        await look('dialog of the job', 'dialog');
        await page.keyboard.press('Escape');
      }
    }
    await page.goto(`${server.url}/#/checkpoints/1`);
    await page.getByRole('dialog').locator('tbody').first().waitFor();
    await look('checkpoint', 'dialog');
    await page.keyboard.press('Escape');
    await page.goto(`${server.url}/#/pipeline`);
    await page.locator('.lane').first().waitFor();
    await look('pipeline');
    expect(found).toEqual([]);
    await close();
  });

  it('while the job recovers, while a TaskManager is silent, and without a server', async () => {
    const light = await visit(server.url, { colorScheme: 'light', locale: 'en-US' });
    const dark = await visit(server.url, { colorScheme: 'dark', locale: 'ko-KR' });
    const pages = [
      ['light, en', light.page],
      ['dark, ko', dark.page],
    ] as const;
    const found: string[] = [];
    const look = async (state: string) => {
      for (const [name, page] of pages) found.push(...(await faults(page, `${state}, ${name}`)));
    };
    await light.page.getByTestId('fail-taskmanager-taskmanager-1').click();
    await jobState(light.page).toBe('RESTARTING');
    await look('recovering');
    await jobState(light.page, 60_000).toBe('RUNNING');
    const place = light.page.getByTestId('taskmanager-taskmanager-2');
    await place.getByRole('button', { expanded: false }).click();
    await light.page.getByTestId('hang-taskmanager-taskmanager-2').click();
    await place.locator('[data-late="true"]').waitFor();
    for (const [name, page] of pages) found.push(...(await accessibilityFaults(page)).map((fault) => `silent, ${name}: ${fault}`));
    await server.kill();
    for (const [, page] of pages) await value(page, 'connection-state').toBe('disconnected');
    await look('disconnected');
    for (const [name, page] of pages) {
      await page.getByRole('link', { name: /^(Pipeline|파이프라인)$/ }).click();
      await page.locator('.lane').first().waitFor();
      found.push(...(await accessibilityFaults(page)).map((fault) => `disconnected, pipeline, ${name}: ${fault}`));
    }
    expect(found).toEqual([]);
    await light.close();
    await dark.close();
  }, 300_000);
});
