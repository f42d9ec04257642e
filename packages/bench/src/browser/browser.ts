import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome'];
const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run'];

/** The system's Chrome or Chromium, headless: it paints in software, on the cores that the job runs on. Undefined where there is none that starts. */
export async function openBrowser(): Promise<Browser | undefined> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const executablePath = join(directory, name);
      if (!existsSync(executablePath)) continue;
      try {
        return await chromium.launch({ executablePath, args: ARGS, timeout: 20_000 });
      } catch {
        // Some systems have one that only tells how to install another.
      }
    }
  }
  return undefined;
}

/** Shows the dashboard, with `watch` put into the page before its own scripts. */
export async function openPage(browser: Browser, url: string, watch: () => void): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watch);
  await page.goto(url);
  await page.getByTestId('event-log').waitFor();
  return page;
}
