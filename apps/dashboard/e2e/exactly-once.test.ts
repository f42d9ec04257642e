import { join } from 'node:path';
import type { LedgerInfo } from '@weir/protocol';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCut } from './support/savepoint.js';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, type Visit, value, visit } from './support/visit.js';

const FIGURES = ['checkpoint', 'made', 'processed', 'in-flight', 'lost', 'doubled'] as const;

/** All of one moment; undefined where the page shows none. */
function shown(page: Page): Promise<(string | undefined)[]> {
  return page.evaluate(
    (names) => names.map((name) => document.querySelector<HTMLElement>(`[data-testid="ledger-${name}"]`)?.dataset.value),
    [...FIGURES],
  );
}

describe.skipIf(!launch)('nothing is lost and nothing doubled, and the page can prove it', () => {
  let server: TestServer;
  let there: Visit;
  beforeAll(async () => {
    server = await TestServer.start(['--seed', '5', '--abnormal-rate', '0.6', '--event-interval', '60ms', '--checkpoint-interval', '2s']);
    await openBrowser();
    there = await visit(server.url);
  });
  afterAll(async () => {
    await there?.close();
    await closeBrowser();
    await server?.stop();
  });

  const go = (hash: string) => there.page.goto(`${server.url}/#${hash}`);

  /** Page, REST, and the checkpoint on disk: its sources' positions and what Process has counted itself, and the engine's counts. */
  async function agree(after: number): Promise<number> {
    const { page } = there;
    await expect.poll(async () => Number((await shown(page))[0] ?? 0), { timeout: 20_000 }).toBeGreaterThan(after);
    const figures = await shown(page);
    const [id] = figures;
    const cut = await readCut(join(server.directory, 'checkpoints', await server.jobId(), `chk-${id}`));
    const made = [...cut.events.values()].reduce((sum, events) => sum + events, 0);
    expect(made).toBeGreaterThan(0);
    expect(figures).toEqual([id, made, cut.processed, made - cut.processed, 0, 0].map(String));
    const { checkpointId, processed, inFlight, lost, doubled } = cut.ledger ?? ({} as LedgerInfo);
    expect([checkpointId, cut.ledger?.made, processed, inFlight, lost, doubled].map(String)).toEqual(figures);
    // A newer one may have come meanwhile.
    const rest = await server.get<LedgerInfo>(`/api/jobs/${await server.jobId()}/ledger`);
    if (rest.checkpointId === checkpointId) expect(rest).toEqual(cut.ledger);
    return Number(id);
  }

  it('the ledger is what a checkpoint on disk says, before and after each failure', async () => {
    const { page } = there;
    await go('/pipeline');
    let checkpoint = await agree(0);
    for (const [index, n] of [2, 1, 3].entries()) {
      await go('/');
      await page.getByTestId(`fail-taskmanager-taskmanager-${n}`).click();
      await value(page, 'stat-restarts', 30_000).toBe(String(index + 1));
      await jobState(page, 30_000).toBe('RUNNING');
      // The restored one is the oldest that may be shown: what is read next was taken after the recovery.
      await go('/pipeline');
      checkpoint = await agree(checkpoint + 1);
    }
    await go('/');
    for (const name of ['figure-lost', 'figure-doubled']) await value(page, name).toBe('0');
    await expect.poll(() => page.locator('header').first().textContent()).toContain('Nothing lost, nothing doubled.');
  });

  it('each recovery says how much was made again, unless the JobManager itself was lost, also after a restart of the server', async () => {
    const { page } = there;
    const all = async () => {
      const details = page.locator('#recovery details');
      await details.evaluate((element: HTMLDetailsElement) => {
        element.open = true;
      });
      return details
        .locator('tbody tr')
        .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
    };
    const figures = async () => (await all()).map((cells) => cells.slice(6, 8));
    const known = [expect.stringMatching(/^\d+ records?$/), expect.stringMatching(/^\d+$/)];
    await expect.poll(figures, { timeout: 20_000 }).toEqual([known, known, known]);
    const before = await figures();
    expect(await page.getByTestId('recovery-replayed').getAttribute('data-value')).toBe(/^\d+/.exec(before[0]?.[0] ?? '')?.[0]);
    await page.getByTestId('fail-jobmanager').click();
    await value(page, 'stat-restarts', 30_000).toBe('4');
    await expect.poll(figures, { timeout: 20_000 }).toEqual([['—', expect.stringMatching(/^\d+$/)], ...before]);
    expect(there.troubles).toEqual([]);

    const { directory, port } = server;
    await server.kill();
    server = await TestServer.start([], { directory, port });
    await page.reload();
    await expect.poll(async () => (await figures()).slice(-3), { timeout: 30_000 }).toEqual(before);
  });
});
