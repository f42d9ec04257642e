import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, value, visit } from './support/visit.js';

describe.skipIf(!launch)('commands', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(['--event-interval', '1s', '--checkpoint-interval', '1h']);
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

  it('the simulated source runs faster and slower', async () => {
    const { page, close } = await visit(server.url);
    const speed = page.getByLabel('Speed of the simulated source');
    await speed.selectOption('20');
    await expect.poll(() => speed.inputValue()).toBe('20');
    const second = await visit(server.url);
    expect(await second.page.getByLabel('Speed of the simulated source').inputValue()).toBe('20');
    await second.close();
    await speed.selectOption('1');
    await expect.poll(() => speed.inputValue()).toBe('1');
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
