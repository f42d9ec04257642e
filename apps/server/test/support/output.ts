import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { ExpectedAlert, Oracle } from './oracle.js';
import type { WeirProcess } from './weir-process.js';

/** The output so far; empty where there is none yet. Throws if its last line is not whole. */
function read(path: string): Map<string, ExpectedAlert[]> {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (text !== '' && !text.endsWith('\n')) throw new Error(`the last line of ${path} is torn: ${text.slice(-200)}`);
  const byKey = new Map<string, ExpectedAlert[]>();
  for (const line of text.split('\n').slice(0, -1)) {
    const alert = JSON.parse(line) as ExpectedAlert;
    const alerts = byKey.get(alert.userId);
    if (alerts === undefined) byKey.set(alert.userId, [alert]);
    else alerts.push(alert);
  }
  return byKey;
}

/** After a kill: whole lines, none twice, and of each key the first of the oracle's. Returns how many. */
export function expectPrefix(path: string, oracle: Oracle, when: string): number {
  let alerts = 0;
  for (const [key, got] of read(path)) {
    const want = oracle.alertsByKey.get(key) ?? [];
    if (JSON.stringify(got) !== JSON.stringify(want.slice(0, got.length))) {
      const at = got.findIndex((alert, n) => JSON.stringify(alert) !== JSON.stringify(want[n]));
      throw new Error(`${when}: alert ${at} of key ${JSON.stringify(key)} is ${JSON.stringify(got[at])}, not ${JSON.stringify(want[at])}`);
    }
    alerts += got.length;
  }
  return alerts;
}

/** After a run has ended: all of the oracle's, in order per key, and the summary says so too. */
export function expectAnswer(ended: WeirProcess, path: string, oracle: Oracle, when: string): void {
  expect(ended.exit, `${when}: ${ended.stderr.slice(-300)}`).toEqual({ code: 0, signal: null });
  expect(expectPrefix(path, oracle, when), when).toBe(oracle.summary.alerts);
  const summary = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(summary, when).toMatchObject(oracle.summary);
}
