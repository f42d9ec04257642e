// node apps/dashboard/e2e/screenshots.mjs [DIRECTORY] [BROWSER]: pictures of every view, in both themes and languages, at four widths, of a server of its own:
// running, through a failure, without its server. To be looked at; `docs/screenshots` has the best of them.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [directory = 'screenshots', executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const command = fileURLToPath(new URL('../../../scripts/weir.mjs', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'weir-shots-'));
mkdirSync(directory, { recursive: true });

const server = spawn(process.execPath, [command, 'start', '--port', '0', '--data-dir', data, '--event-interval', '1500ms'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve) => {
  let output = '';
  server.stdout.on('data', (chunk) => {
    output += chunk;
    const found = /^Weir is ready at (\S+)$/m.exec(output)?.[1];
    if (found) resolve(found);
  });
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** Opens the page, lets `act` do what it wants to show, and takes the picture. */
async function shoot(name, { theme = 'light', language = 'en', width = 1440, hash = '', whole = true, act = async () => {} } = {}) {
  const context = await browser.newContext({
    locale: language === 'ko' ? 'ko-KR' : 'en-US',
    colorScheme: theme,
    viewport: { width, height: width < 600 ? 844 : 900 },
  });
  const page = await context.newPage();
  await page.goto(`${url}/${hash}`);
  await sleep(3_000);
  await act(page);
  await page.screenshot({ path: join(directory, `${name}-${theme}-${language}-${width}.png`), fullPage: whole });
  await context.close();
}

// Enough checkpoints and alerts for a page that is full.
await sleep(Number(process.env.WARM_UP ?? 90_000));
for (const theme of ['light', 'dark']) {
  for (const language of ['en', 'ko']) {
    for (const width of [390, 1024, 1440, 2560]) await shoot('overview', { theme, language, width });
    await shoot('pipeline', { theme, language, hash: '#/pipeline', whole: false });
  }
}
await shoot('checkpoint', {
  whole: false,
  act: async (page) => {
    await page.locator('[data-testid^="checkpoint-row-"]').nth(1).click();
    await sleep(500);
  },
});
const fail = (page) => page.getByTestId('fail-taskmanager-taskmanager-2').click();
for (const theme of ['light', 'dark']) {
  await shoot('failing', { theme, act: (page) => fail(page).then(() => sleep(1_000)) });
  await sleep(8_000);
  await shoot('recovering', { theme, language: 'ko', act: (page) => fail(page).then(() => sleep(3_000)) });
  await sleep(15_000);
}
await shoot('disconnected', {
  act: async () => {
    server.kill('SIGKILL');
    await sleep(2_500);
  },
});
await browser.close();
rmSync(data, { recursive: true, force: true });
