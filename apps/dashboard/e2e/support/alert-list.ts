import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestServer } from './server.js';

export interface Alert {
  readonly seq: number;
  readonly id: string;
  readonly userId: string;
  readonly count: number;
  readonly timestamp: number;
  readonly message: string;
}

/** Every committed alert, by the API. */
export async function committedAlerts(server: TestServer): Promise<readonly Alert[]> {
  const all: Alert[] = [];
  for (;;) {
    const { alerts } = await server.get<{ alerts: Alert[] }>(`/api/alerts?after=${all.length}&limit=1000`);
    all.push(...alerts);
    if (alerts.length < 1000) return all;
  }
}

/** Every row of the page's list, top to bottom: scrolled through, as only what is in sight is there. */
function rows(page: Page): Promise<readonly string[]> {
  return page
    .getByTestId('alert-log')
    .getByRole('log')
    .evaluate(async (list) => {
      const found = new Map<number, string>();
      const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const collect = () => {
        for (const row of list.querySelectorAll<HTMLElement>('[data-status="committed"]')) {
          const [message = '', number = ''] = row.title.split('\n');
          found.set(Number(/\d[\d,]*/.exec(number)?.[0].replaceAll(',', '')), message);
        }
      };
      for (let top = 0; ; top += list.clientHeight) {
        list.scrollTop = top;
        await painted();
        collect();
        if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) break;
      }
      list.scrollTop = 0;
      return [...found].sort(([a], [b]) => a - b).map(([number, message]) => `${number} ${message}`);
    });
}

/** The page lists each alert that the API tells of once, from number `from` on, and none beside them. */
export async function alertsAgree(page: Page, server: TestServer, from = 1): Promise<void> {
  const differences = async () => {
    const before = (await committedAlerts(server)).length;
    const shown = await rows(page);
    const told = (await committedAlerts(server)).map(({ seq, message }) => `${seq} ${message}`);
    const due = told.slice(from - 1, before);
    return [
      ...shown.filter((line) => !told.includes(line)).map((line) => `too much: ${line}`),
      ...due.filter((line) => !shown.includes(line)).map((line) => `missing: ${line}`),
    ];
  };
  await expect.poll(differences, { timeout: 60_000, interval: 100 }).toEqual([]);
}
