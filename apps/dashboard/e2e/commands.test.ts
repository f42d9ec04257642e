import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, value, visit } from './support/visit.js';
import { inOrder, type Seen, watch } from './support/watch.js';

describe.skipIf(!launch)('commands', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(['--event-interval', '250ms', '--checkpoint-interval', '1h']);
    await openBrowser();
  });
  afterAll(async () => {
    await closeBrowser();
    await server?.stop();
  });

  it('a checkpoint and a savepoint are taken when asked for', async () => {
    const { page, close } = await visit(server.url);
    await jobState(page).toBe('RUNNING');
    await page.getByTestId('trigger-checkpoint').click();
    await value(page, 'stat-checkpoints-completed').toBe('1');
    await page.getByTestId('trigger-savepoint').click();
    await value(page, 'stat-checkpoints-completed').toBe('2');
    await page.getByTestId('checkpoint-row-2').filter({ hasText: 'SP' }).waitFor();
    expect((await server.counts()).completed).toBe(2);
    await close();
  });

  it('the simulated source runs faster and slower, for every page', async () => {
    const { page, close } = await visit(server.url);
    const speed = page.getByLabel('Speed of the simulated source');
    // Records a second of Source 1, by the table of tasks.
    const rate = async () => Number.parseFloat((await page.locator('#tasks tbody tr[aria-rowindex="2"] td').nth(5).textContent()) ?? '');
    await speed.selectOption('100');
    await expect.poll(rate, { timeout: 20_000 }).toBeGreaterThan(200);
    const second = await visit(server.url);
    expect(await second.page.getByLabel('Speed of the simulated source').inputValue()).toBe('100');
    await second.close();
    await speed.selectOption('1');
    await expect.poll(rate, { timeout: 30_000 }).toBeLessThan(6);
    await expect.poll(() => speed.inputValue()).toBe('1');
    await close();
  });

  it('a TaskManager is read as failed, recovering, restarted, the others as recovered, until the next checkpoint makes all healthy', async () => {
    const { page, close } = await visit(server.url, { locale: 'ko-KR' });
    const seen = await watch(page);
    const words = async () => (await seen()).words;
    await page.getByTestId('fail-taskmanager-taskmanager-2').click();
    await expect
      .poll(words, { timeout: 30_000 })
      .toSatisfy(
        (all: Seen['words']) =>
          inOrder(all[2] ?? [], ['정상', '장애', '복구 중', '새로 시작']) &&
          [1, 3].every((other) => inOrder(all[other] ?? [], ['정상', '복구 중', '복구됨']) && !all[other]?.includes('장애')),
      );
    expect(Object.values(await words()).map((all) => all.at(-1))).toEqual(['복구됨', '새로 시작', '복구됨']);
    await page.getByTestId('trigger-checkpoint').click();
    await expect.poll(async () => Object.values(await words()).map((all) => all.at(-1))).toEqual(['정상', '정상', '정상']);
    await close();
  });

  it('cancel asks first, and the job is started again from its savepoint', async () => {
    const { page, troubles, close } = await visit(server.url);
    const first = await server.jobId();
    const menu = page.getByRole('button', { name: 'Job actions' });
    await menu.click();
    await page.getByRole('menuitem', { name: /Cancel the job/ }).click();
    await page.getByRole('button', { name: 'Leave it as it is' }).click();
    await jobState(page).toBe('RUNNING');
    await menu.click();
    await page.getByRole('menuitem', { name: /Cancel the job/ }).click();
    await page.getByRole('button', { name: 'Cancel job' }).click();
    await jobState(page).toBe('CANCELED');
    await menu.click();
    await page.getByRole('menuitem', { name: /from the latest/ }).click();
    await page.getByRole('button', { name: 'Start job' }).click();
    await jobState(page, 20_000).toBe('RUNNING');
    expect(await server.jobId()).not.toBe(first);
    expect((await server.counts()).restored).toBe(1);
    expect(troubles).toEqual([]);
    await close();
  });
});
