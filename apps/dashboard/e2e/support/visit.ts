import { tmpdir } from 'node:os';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';

/** Undefined where no browser can be had; tests skip themselves then. */
export const launch = inject('browser');
/** The browser that npm fetches is of the old headless kind, which does not all that others do. */
export const isFetched = launch?.executablePath?.startsWith(tmpdir()) === true;

let browser: Browser | undefined;

export async function openBrowser(): Promise<void> {
  browser = await chromium.launch(launch ?? {});
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

export interface Visit {
  readonly page: Page;
  /** What the console had to complain of, and what broke. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

/** A visit of its own, with nothing remembered, that waits until the page is connected. `before` runs in the page ahead of its own scripts. */
export async function visit(url: string, options: BrowserContextOptions = {}, before?: () => void): Promise<Visit> {
  const context = await (browser as Browser).newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 }, ...options });
  if (before) await context.addInitScript(before);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.goto(url);
  await page.locator('[data-testid="connection-state"][data-value="connected"]').waitFor();
  return { page, troubles, close: () => context.close() };
}

/** What `data-value` of a name becomes, in the time given. */
export function value(page: Page, testId: string, timeout = 10_000) {
  return expect.poll(() => page.getByTestId(testId).getAttribute('data-value'), { timeout, interval: 50, message: testId });
}

/** Flink's word for the state of the job. */
export function jobState(page: Page, timeout = 10_000) {
  return expect.poll(() => page.getByTestId('job-state').textContent(), { timeout, interval: 50, message: 'job-state' });
}
