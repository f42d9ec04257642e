import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './support/axe.js';
import { Listener } from './support/listener.js';
import { TestServer } from './support/server.js';
import { closeBrowser, isFetched, jobState, launch, openBrowser, type Visit, value, visit } from './support/visit.js';

/** Keeps what the page tells the system to show, and shows it. */
function keepNotifications(): void {
  const made: string[] = [];
  const Real = Notification;
  class Kept extends Real {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      made.push(`${title}: ${options?.body ?? ''}`);
    }
  }
  Object.assign(window, { Notification: Kept, made });
}

/** The old headless browser refuses notifications whatever it is asked: the page must make none there. */
async function expectNotifications(page: Page, wanted: readonly unknown[]): Promise<void> {
  const made = () => page.evaluate(() => (window as unknown as { made: string[] }).made);
  const isGranted = await page.evaluate(() => Notification.permission === 'granted');
  expect(isGranted || isFetched).toBe(true);
  await expect.poll(made).toEqual(isGranted ? wanted : []);
}

describe.skipIf(!launch)('alarms', () => {
  let server: TestServer;
  let listener: Listener;
  let there: Visit;
  beforeAll(async () => {
    listener = await Listener.start();
    server = await TestServer.start([
      ...['--event-interval', '500ms', '--checkpoint-interval', '1h', '--webhook', listener.url],
      ...['-D', 'restart-strategy=fixed-delay', '-D', 'restart-strategy.fixed-delay.attempts=1'],
    ]);
    await openBrowser();
    there = await visit(server.url, { permissions: ['notifications'] }, keepNotifications);
  });
  afterAll(async () => {
    await there?.close();
    await closeBrowser();
    await server?.stop();
    listener?.close();
  });
  const alarms = (page: Page) => page.getByRole('region', { name: 'Alarms' });

  it('a checkpoint that fails is told at once: on the page, as a notification, to the webhook; the job goes on', async () => {
    const { page } = there;
    await jobState(page).toBe('RUNNING');
    // Nobody can write where a file is in the way.
    const directory = join(server.directory, 'checkpoints', await server.jobId());
    const aside = `${directory}-aside`;
    mkdirSync(directory, { recursive: true });
    renameSync(directory, aside);
    writeFileSync(directory, '');
    await page.getByTestId('trigger-checkpoint').click();
    await value(page, 'stat-checkpoints-failed').toBe('1');
    await alarms(page).getByRole('alert').filter({ hasText: 'Checkpoint 1 failed' }).waitFor();
    await expectNotifications(page, [expect.stringMatching(/^Weir · Checkpoint 1 failed: .*(ENOTDIR|EEXIST)/)]);
    await expect.poll(() => listener.messages('alarm')).toEqual([expect.stringMatching(/checkpoint 1 failed: .*(ENOTDIR|EEXIST)/)]);
    await page.getByTestId('checkpoint-row-1').and(page.locator('[data-status="FAILED"]')).waitFor();
    await page
      .getByText(/^Running, but checkpoint 1 failed/)
      .first()
      .waitFor();
    expect(await page.getByTestId('job-state').textContent()).toBe('RUNNING');
    rmSync(directory);
    renameSync(aside, directory);
    await page.getByTestId('trigger-checkpoint').click();
    await value(page, 'stat-checkpoints-completed').toBe('1');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => alarms(page).getByRole('alert').count()).toBe(0);
  });

  it('a failure, and a job that fails for good, likewise; the page says why and how to go on', async () => {
    const { page } = there;
    await page.getByTestId('fail-taskmanager-taskmanager-2').click();
    await value(page, 'stat-restarts', 20_000).toBe('1');
    await jobState(page, 20_000).toBe('RUNNING');
    await alarms(page).getByRole('alert').filter({ hasText: 'Failure: TaskManager 2' }).waitFor();
    await page.getByTestId('fail-taskmanager-taskmanager-3').click();
    await jobState(page, 20_000).toBe('FAILED');
    await alarms(page).getByRole('alert').filter({ hasText: 'The job “abnormal-behaviour-detection” has failed' }).waitFor();
    const failures = ['Checkpoint 1 failed', 'Failure: TaskManager 2', 'has failed'];
    await expectNotifications(
      page,
      failures.map((text) => expect.stringContaining(text)),
    );
    await expect
      .poll(() => listener.messages('alarm'))
      .toEqual(['checkpoint 1 failed', 'taskmanager-2 failed', 'has FAILED'].map((text) => expect.stringContaining(text)));
    expect(await accessibilityFaults(page)).toEqual([]);
    // Whoever opens the page later is told, too.
    const later = await visit(server.url);
    await alarms(later.page).getByRole('alert').filter({ hasText: 'has failed' }).waitFor();
    await later.close();
    await page.getByRole('button', { name: 'Job actions' }).click();
    await page.getByRole('menuitem', { name: /from the latest/ }).click();
    await page.getByRole('button', { name: 'Start job' }).click();
    await jobState(page, 20_000).toBe('RUNNING');
    expect(there.troubles).toEqual([]);
  });

  it('alerts reach the webhook as they are raised, each id once', async () => {
    await expect.poll(() => listener.messages('alert').length, { timeout: 20_000 }).toBeGreaterThan(3);
    const ids = listener.posted.filter(({ type }) => type === 'alert').map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(listener.messages('alert')[0]).toMatch(/^\[ALERT\] userId=user\d 이상행동 \d+회 감지!$/);
  });
});
