import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type LaunchOptions } from 'playwright-core';
import type { TestProject } from 'vitest/node';

/** The last line that runs on Node 20; newer ones want 22. */
const FETCHED = '@sparticuz/chromium@143.0.4';
const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome'];
const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--no-first-run'];

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where no browser can be had: the tests are skipped then, by name. */
    browser: LaunchOptions | undefined;
  }
}

/** A browser that runs: the system's, else Playwright's own, else one that is fetched from npm into a cache that clones share. */
export default async function findBrowser(project: TestProject): Promise<void> {
  const tried: string[] = [];
  const only = process.env.WEIR_TEST_BROWSER;
  for (const [kind, candidates] of [
    ['system', systemBrowsers],
    ['playwright', (): LaunchOptions[] => [{ args: ARGS }]],
    ['fetched', fetchedBrowser],
  ] as const) {
    if (only !== undefined && only !== kind) continue;
    for (const options of await candidates(tried)) {
      const reason = await whyNot(options);
      if (reason === undefined) return project.provide('browser', options);
      tried.push(`${options.executablePath ?? kind}: ${reason}`);
    }
  }
  project.provide('browser', undefined);
  process.stderr.write(`weir: no browser can be had, so the browser tests are skipped.${tried.map((line) => `\n  ${line}`).join('')}\n`);
}

/** It is there and can be started: some systems have a `chromium` that only tells how to install one. */
async function whyNot(options: LaunchOptions): Promise<string | undefined> {
  try {
    const browser = await chromium.launch({ ...options, timeout: 20_000 });
    await browser.close();
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'does not start';
  }
}

function systemBrowsers(): LaunchOptions[] {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => directories.map((directory) => join(directory, name)).filter((path) => existsSync(path)));
  return [...new Set(found)].map((executablePath) => ({ executablePath, args: ARGS }));
}

interface Sparticuz {
  readonly default: { readonly args: readonly string[]; executablePath(): Promise<string> };
}

async function fetchedBrowser(tried: string[]): Promise<LaunchOptions[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  const place = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'weir', FETCHED.replace(/[^\w.]+/g, '-'));
  if (!existsSync(place)) {
    const fresh = `${place}.${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    process.stderr.write(`weir: fetching a browser for the tests (${FETCHED}) …\n`);
    const npm = spawnSync(
      'npm',
      ['install', '--prefix', fresh, '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', FETCHED],
      {
        encoding: 'utf8',
      },
    );
    if (npm.status !== 0) {
      rmSync(fresh, { recursive: true, force: true });
      tried.push(`${FETCHED}: npm install failed: ${npm.stderr?.trim().split('\n').at(-1) ?? npm.error?.message}`);
      return [];
    }
    // Another run may have been first.
    if (existsSync(place)) rmSync(fresh, { recursive: true, force: true });
    else renameSync(fresh, place);
  }
  // Its libraries for a system that has none are unpacked only where it believes to be in a Lambda of this kind.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs20.x';
  const entry = createRequire(join(place, 'package.json')).resolve('@sparticuz/chromium');
  const { default: sparticuz } = (await import(pathToFileURL(entry).href)) as Sparticuz;
  const executablePath = await sparticuz.executablePath();
  const env = { ...process.env, LD_LIBRARY_PATH: ['/tmp/al2023/lib', process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter) };
  // In one process it would end with its first page.
  const args = [...sparticuz.args.filter((arg) => arg !== '--single-process'), ...ARGS];
  return [{ executablePath, args, env: env as Record<string, string> }];
}
