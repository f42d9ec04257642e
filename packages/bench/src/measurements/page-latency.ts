import { join } from 'node:path';
import { openBrowser, openPage } from '../browser/browser.js';
import { WeirProcess } from '../contenders/weir-process.js';
import { type Measurement, sleep } from './measurement.js';

const RATE = 1_000;
const BATCH_EVERY = 20;
const USERS = 50;

export const pageLatency: Measurement = {
  name: 'page-latency',
  title: 'From the source to the eye',
  quick: false,
  method:
    'weir start --source http, 1,000 events/s sent to it in a request each 20 ms; its page in headless Chromium on the same cores. From the moment that the source emitted an event (the time stamp of its line) to the first frame after its line is in the ' +
    'log, seen by a MutationObserver; beside it to the moment that the browser hands the line to the page, which is the part of engine and server. Lines beyond 200 a second are left out of the log by design: these are those that are shown.',
  async round(bench, figures) {
    const browser = await openBrowser();
    if (browser === undefined) return figures.note('no Chrome or Chromium in PATH: not measured');
    const weir = await WeirProcess.start(['--source', 'http', '--data-dir', join(bench.directory, `page-${bench.number}`)]);
    try {
      const page = await openPage(browser, weir.url, watchLines);
      const load = sendEvents(weir, 25);
      await sleep(10_000);
      await page.evaluate(() => (globalThis as unknown as Watched).watched.begin());
      await load;
      const { shown, received } = await page.evaluate(() => (globalThis as unknown as Watched).watched.end());
      figures.value('lines shown', shown.length, '');
      for (const [name, share] of [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const) {
        figures.value(`event to visible, ${name}`, quantile(shown, share), 'ms', ...(share === 0.99 ? [{ atMost: 50 }] : []));
        figures.value(`event to the browser, ${name}`, quantile(received, share), 'ms');
      }
    } finally {
      await browser.close();
      await weir.end();
    }
  },
};

async function sendEvents(weir: WeirProcess, seconds: number): Promise<void> {
  const begun = performance.now();
  const each = (RATE * BATCH_EVERY) / 1000;
  for (let batch = 0; batch * BATCH_EVERY < seconds * 1000; batch++) {
    await sleep(Math.max(0, begun + batch * BATCH_EVERY - performance.now()));
    const events = Array.from({ length: each }, (_, n) => ({
      userId: `user${(batch * each + n) % USERS}`,
      eventType: n % 10 === 0 ? 'abnormal' : 'normal',
      timestamp: Date.now(),
    }));
    await weir.post('/api/events', events);
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

interface Watched {
  watched: { begin(): void; end(): { shown: number[]; received: number[] } };
}

/** Runs in the page: nothing of this module is there. */
function watchLines(): void {
  let [shown, received]: [number[], number[]] = [[], []];
  let on = false;
  interface Row {
    getAttribute(name: string): string | null;
    querySelectorAll(selector: string): Iterable<Row>;
    matches?(selector: string): boolean;
  }
  interface Window extends Watched {
    WebSocket: new (...args: unknown[]) => { addEventListener(type: 'message', hear: (event: { readonly data: unknown }) => void): void };
    MutationObserver: new (
      hear: (changes: Iterable<{ readonly addedNodes: Iterable<Row>; readonly target: Row; readonly type: string }>) => void,
    ) => { observe(node: unknown, options: object): void };
    requestAnimationFrame(turn: () => void): void;
    document: unknown;
  }
  const page = globalThis as unknown as Window;
  const now = () => performance.timeOrigin + performance.now();
  page.WebSocket = class extends page.WebSocket {
    constructor(...args: unknown[]) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (!on || typeof data !== 'string' || !data.startsWith('42["log"')) return;
        const at = now();
        const [, { lines }] = JSON.parse(data.slice(2)) as [string, { lines: { at: number; kind: string }[] }];
        for (const line of lines) if (line.kind === 'source') received.push(at - line.at);
      });
    }
  };
  // The title of a row: when it was, to the millisecond, and the server's own text.
  const stamp = /^(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)\.(\d+)\n\[SOURCE\] userId=/;
  const timeOf = (title: string | null): number | undefined => {
    const found = title === null ? null : stamp.exec(title);
    if (found === null) return undefined;
    const [year, month, day, hour, minute, second, ms] = found.slice(1).map(Number);
    return new Date(year, month - 1, day, hour, minute, second, ms).getTime();
  };
  new page.MutationObserver((changes) => {
    if (!on) return;
    const times: number[] = [];
    for (const { addedNodes, target, type } of changes) {
      const rows =
        type === 'attributes' ? [target] : [...addedNodes].flatMap((node) => (node.matches ? [...node.querySelectorAll('[title]')] : []));
      for (const row of rows) {
        const at = timeOf(row.getAttribute('title'));
        if (at !== undefined) times.push(at);
      }
    }
    if (times.length === 0) return;
    // The frame in which they are painted begins now or has begun: the next one is after it.
    page.requestAnimationFrame(() => {
      const at = now();
      for (const time of times) shown.push(at - time);
    });
  }).observe(page.document, { subtree: true, childList: true, attributes: true, attributeFilter: ['title'] });
  page.watched = {
    begin: () => {
      [shown, received] = [[], []];
      on = true;
    },
    end: () => {
      on = false;
      return { shown, received };
    },
  };
}
