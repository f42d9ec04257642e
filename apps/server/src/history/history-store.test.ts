import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertEntry } from '@weir/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HistoryStore } from './history-store.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-history-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const HOUR = 3_600_000;
const entry = (n: number): AlertEntry => ({
  id: `alert-${n}`,
  seq: null,
  userId: 'user1',
  count: 3,
  timestamp: null,
  message: '[ALERT]',
  status: 'withdrawn',
  raisedAt: n,
});

it('has after a restart what it was given, for an hour', async () => {
  const first = await HistoryStore.open(directory);
  const samples = [
    { at: 1_000, rates: { 'v:0': 1 } },
    { at: 6_000, rates: { 'v:0': 2 } },
  ];
  await first.addFigures(samples, 6_000);
  await first.addWithdrawn([entry(2), entry(1)]);
  await first.removeWithdrawn('alert-1');
  await first.removeWithdrawn('alert-9');
  await first.close();

  const second = await HistoryStore.open(directory);
  expect(await second.figures(7_000)).toEqual(samples);
  expect(await second.figures(HOUR + 2_000)).toEqual(samples.slice(1));
  expect(await second.withdrawn()).toEqual([entry(2)]);
  await second.addFigures([{ at: HOUR + 5_000, rates: {} }], HOUR + 5_000);
  expect((await second.figures(0)).map(({ at }) => at)).toEqual([6_000, HOUR + 5_000]);
  await second.close();
});

it('keeps the newest thousand withdrawn alerts', async () => {
  const store = await HistoryStore.open(directory);
  for (let n = 0; n < 1_005; n += 5) await store.addWithdrawn([0, 1, 2, 3, 4].map((i) => entry(n + i)));
  expect((await store.withdrawn()).map(({ raisedAt }) => raisedAt)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 5));
  await store.close();
});

it('keeps what the newest recoveries took back', async () => {
  const store = await HistoryStore.open(directory);
  for (let n = 1; n <= 203; n++) await store.addTakenBack({ at: 1_000 * n, jobId: 'job', number: n, alerts: n % 3 });
  await store.close();
  const again = await HistoryStore.open(directory);
  expect((await again.takenBack()).map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, i) => i + 4));
  expect((await again.takenBack()).at(-1)).toEqual({ at: 203_000, jobId: 'job', number: 203, alerts: 2 });
  await again.close();
});

it('begins anew where the store is damaged, whichever file of it', async () => {
  for (let n = 0; ; n++) {
    const before = await HistoryStore.open(directory);
    await before.addFigures([{ at: 5, rates: { 'v:0': 1 } }], 5);
    await before.close();
    const path = join(directory, 'history');
    const name = readdirSync(path).sort()[n];
    if (name === undefined) break;
    writeFileSync(join(path, name), randomBytes(5_000));
    const after = await HistoryStore.open(directory);
    await after.addFigures([{ at: 6, rates: {} }], 6);
    expect((await after.figures(6)).at(-1)).toEqual({ at: 6, rates: {} });
    await after.close();
  }
});
