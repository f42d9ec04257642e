import type { CDPSession, Page } from 'playwright-core';
import { openBrowser, openPage } from '../browser/browser.js';
import { defaultWorkload } from '../contender.js';
import { type Measurement, sleep } from './measurement.js';

const RATE = 100_000;
/** After the page was opened, s: its parts are loaded, its lists full. */
const SETTLED = 10;

export const pageSmoothness: Measurement = {
  name: 'page',
  title: 'Dashboard in a browser',
  rounds: 1,
  quick: false,
  method:
    'weir start at 100,000 events/s, its page in headless Chromium at 1440 × 900 for one minute, on the same cores, which also paint it: there is no graphics processor. Long tasks as the browser reports them (PerformanceObserver), frames by ' +
    'requestAnimationFrame, shares of time by its own metrics; the heap is measured after a garbage collection, its growth from the first minute on.',
  async round(bench, figures) {
    const browser = await openBrowser();
    if (browser === undefined) return figures.note('no Chrome or Chromium in PATH: not measured');
    try {
      await bench.run(bench.weirCommand, { ...defaultWorkload, rate: RATE }, async (run) => {
        const page = await openPage(browser, run.url as string, watchFrames);
        const session = await page.context().newCDPSession(page);
        await session.send('Performance.enable');
        await sleep(SETTLED * 1000);
        const seconds = 60;
        await page.evaluate(() => (globalThis as unknown as Watched).watched.begin());
        const begin = await metrics(session);
        await sleep(seconds * 1000);
        const end = await metrics(session);
        const { longTasks, frames } = await page.evaluate(() => (globalThis as unknown as Watched).watched.end());
        const share = (name: string) => (100 * ((end.get(name) ?? 0) - (begin.get(name) ?? 0))) / seconds;
        figures.value('long tasks of more than 50 ms', longTasks.length, '', { atMost: 0 });
        figures.value('longest task', Math.max(0, ...longTasks), 'ms');
        figures.value('frames of more than 50 ms', frames.filter((frame) => frame > 50).length, '', { atMost: 3 });
        figures.value('frames in a second', frames.length / seconds, '');
        figures.value('main thread: all tasks', share('TaskDuration'), '%');
        figures.value('main thread: scripts', share('ScriptDuration'), '%');
        figures.value('main thread: layout and style', share('LayoutDuration') + share('RecalcStyleDuration'), '%');
        await growth(page, session, figures);
      });
    } finally {
      await browser.close();
    }
  },
};

/** MB that the heap grows in 10 minutes. */
async function growth(page: Page, session: CDPSession, figures: Parameters<Measurement['round']>[1]): Promise<void> {
  const before = await heap(session);
  await sleep(600_000);
  figures.value('heap', before, 'MB');
  figures.value('growth of the heap in 10 minutes', (await heap(session)) - before, 'MB', { atMost: 2 });
  await page.close();
}

async function metrics(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics: list } = await session.send('Performance.getMetrics');
  return new Map(list.map(({ name, value }) => [name, value]));
}

async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize / 1e6;
}

interface Watched {
  watched: { begin(): void; end(): { longTasks: number[]; frames: number[] } };
}

/** Runs in the page. */
function watchFrames(): void {
  let longTasks: number[] = [];
  let frames: number[] = [];
  // A browser's kind of entry, which Node's types do not have.
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ entryTypes: ['longtask' as 'mark'] });
  const page = globalThis as unknown as Watched & { requestAnimationFrame(turn: (at: number) => void): void };
  let last: number | undefined;
  const turn = (at: number): void => {
    if (last !== undefined) frames.push(at - last);
    last = at;
    page.requestAnimationFrame(turn);
  };
  page.requestAnimationFrame(turn);
  page.watched = {
    begin: () => {
      longTasks = [];
      frames = [];
    },
    end: () => ({ longTasks, frames }),
  };
}
