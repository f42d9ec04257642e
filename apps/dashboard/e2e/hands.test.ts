import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, value, visit } from './support/visit.js';

/** Tab until what has the focus matches: as a person does who has no pointer. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let n = 0; n < 120; n++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${selector}`);
}

/** Controls that can be seen, and are smaller than a finger: name and size. */
function smallTargets(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll<HTMLElement>('button, select, input, a, summary, [role="menuitem"]')];
    return controls.flatMap((control) => {
      // A link in a row of a table that can be pressed as a whole.
      const target = control.closest<HTMLElement>('label, tr') ?? control;
      const { width, height } = target.getBoundingClientRect();
      if (width === 0 || height === 0 || control.closest('.visually-hidden')) return [];
      const name = control.getAttribute('aria-label') ?? control.dataset.testid ?? control.textContent;
      // Half a pixel is lost in rounding.
      return height >= 43.5 && width >= 43.5 ? [] : [`${name}: ${Math.round(width)} × ${Math.round(height)}`];
    });
  });
}

describe.skipIf(!launch)('without a mouse', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(['--event-interval', '500ms', '--checkpoint-interval', '2s']);
    await openBrowser();
  });
  afterAll(async () => {
    await closeBrowser();
    await server?.stop();
  });

  it('the keys alone fail a TaskManager, open a checkpoint, filter the log, switch the view, pause the drawing', async () => {
    const { page, troubles, close } = await visit(server.url);
    await jobState(page).toBe('RUNNING');
    await page.locator('[data-testid^="checkpoint-row-"][data-status="COMPLETED"]').first().waitFor();
    // Nothing has the focus: space is the drawing's.
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Resume the drawings (space)' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause the drawings (space)' }).waitFor();

    await tabTo(page, '[data-testid="fail-taskmanager-taskmanager-2"]');
    await page.keyboard.press('Enter');
    await value(page, 'stat-restarts', 20_000).toBe('1');
    await jobState(page, 20_000).toBe('RUNNING');
    // The arrow beside it: down to Hang, and away with nothing done.
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLButtonElement).disabled)).toBe(false);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.evaluate(() => (document.activeElement as HTMLElement).dataset.testid))
      .toBe('hang-taskmanager-taskmanager-2');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-haspopup'))).toBe('menu');

    await tabTo(page, '[data-testid="event-log"] [aria-expanded]');
    await page.keyboard.press('Enter');
    await tabTo(page, '[data-testid="event-log"] input[type="search"]');
    await page.keyboard.type('user2');
    await expect
      .poll(() => page.getByTestId('event-log').getByRole('log').textContent())
      .toMatch(/^(?:\d\d:\d\d:\d\d[^:]*user2(?:(?!user[13]).)*)+$/);

    await tabTo(page, '[data-testid^="checkpoint-row-"] a');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo(page, 'nav a[href="#/pipeline"]');
    await page.keyboard.press('Enter');
    await page.getByTestId('pipeline-view').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('a screen reader has the drawings as tables, names for all that can be pressed, and is told of a failure and its end', async () => {
    const { page, close } = await visit(server.url);
    await page.evaluate(() => {
      const said: string[] = [];
      for (const region of document.querySelectorAll('[role="status"]'))
        new MutationObserver(() => said.push(region.textContent ?? '')).observe(region, {
          childList: true,
          subtree: true,
          characterData: true,
        });
      Object.assign(window, { said });
    });
    const said = () => page.evaluate(() => (window as unknown as { said: string[] }).said.join('\n'));
    const table = page.getByTestId('architecture-diagram').getByRole('table');
    expect(await table.locator('tbody tr').count()).toBe(9);
    for (const n of [1, 2, 3]) {
      await table
        .locator('tbody tr', { hasText: `Process ${n}` })
        .filter({ hasText: `TaskManager ${n}` })
        .filter({ hasText: 'RUNNING' })
        .waitFor({
          state: 'attached',
        });
      await page.getByRole('article', { name: new RegExp(`TaskManager ${n}`) }).waitFor();
    }
    const unnamed = page.locator('button:not([aria-label])').filter({ hasNotText: /\S/ });
    expect(await unnamed.count()).toBe(0);
    await page.getByTestId('fail-taskmanager-taskmanager-3').click();
    await expect.poll(said, { timeout: 20_000 }).toMatch(/Failure: .*TaskManager 3|Recovering from a failure \(TaskManager 3/);
    await expect.poll(said, { timeout: 20_000 }).toMatch(/Running again\. The failure \(TaskManager 3/);
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await expect.poll(() => page.getByTestId('pipeline-view').getByRole('table').locator('tbody tr').count()).toBe(9);
    await close();
  });

  it('a finger finds everything large enough on a phone', async () => {
    const { page, close } = await visit(server.url, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      locale: 'ko-KR',
    });
    await page.locator('[data-testid^="checkpoint-row-"]').first().waitFor();
    await page.getByTestId('event-log').getByRole('button', { expanded: false }).tap();
    expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
    expect(await smallTargets(page)).toEqual([]);
    await page.locator('[data-testid="taskmanager-taskmanager-1"] [aria-haspopup]').tap();
    expect(await smallTargets(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.keyboard.press('Escape');
    await page.locator('[data-testid^="checkpoint-row-"]').first().tap();
    await page.getByRole('dialog').waitFor();
    expect(await smallTargets(page)).toEqual([]);
    await close();
  });

  it('who asked for less motion has none: nothing is animated, and drawings are painted anew only where something is new', async () => {
    const countPaints = () => {
      const count = { paints: 0 };
      const real = CanvasRenderingContext2D.prototype.clearRect;
      CanvasRenderingContext2D.prototype.clearRect = function (...box) {
        count.paints += 1;
        real.apply(this, box);
      };
      Object.assign(window, { count });
    };
    const { page, close } = await visit(server.url, { reducedMotion: 'reduce' }, countPaints);
    await page.locator('[data-testid^="checkpoint-row-"]').first().waitFor();
    const paints = () => page.evaluate(() => (window as unknown as { count: { paints: number } }).count.paints);
    // Through checkpoints, when most moves. What is new comes some ten times a second; a loop would take sixty and more.
    const [before, since] = [await paints(), Date.now()];
    await page.waitForTimeout(4_000);
    expect(((await paints()) - before) / ((Date.now() - since) / 1_000)).toBeLessThan(25);
    expect(await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)).toBe(0);
    await close();
  });
});
