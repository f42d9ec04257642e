import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IdempotencyKeys, KEY_LIFETIME } from './idempotency-keys.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-keys-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

let time = 0;
const make = (most?: number): IdempotencyKeys => new IdempotencyKeys(directory, () => time, most);
const add = (keys: IdempotencyKeys, n: number): void => keys.add(`k${n}`, { first: n, count: 1, time, hash: 'h' });
const known = (keys: IdempotencyKeys, to: number): number[] => Array.from({ length: to }, (_, n) => n).filter((n) => keys.get(`k${n}`));

it('forgets no key within a day, whenever in it the halves change', () => {
  time = 0;
  const keys = make();
  const added: number[] = [];
  for (let n = 0; n < 200; n++) {
    time += KEY_LIFETIME / 20 + 1;
    added[n] = time;
    add(keys, n);
    for (let before = 0; before <= n; before++) {
      if (time - (added[before] as number) <= KEY_LIFETIME) expect(keys.get(`k${before}`)?.first).toBe(before);
    }
  }
  expect(known(keys, 200).length).toBeLessThan(45);
});

it('keeps a key whose time is ahead, as when the clock has gone back', () => {
  time = 1_000_000;
  const keys = make();
  add(keys, 0);
  time = 0;
  add(keys, 1);
  expect(known(keys, 2)).toEqual([0, 1]);
});

it('forgets the oldest once there are more than it has room for', () => {
  const keys = make(10);
  for (let n = 0; n < 35; n++) add(keys, n);
  expect(known(keys, 35)).toEqual(Array.from({ length: 15 }, (_, n) => n + 20));
});

it('has again what it kept, and leaves no draft', async () => {
  time = 0;
  const keys = make();
  for (let n = 0; n < 25_000; n++) add(keys, n);
  await keys.keep(24_000);
  const again = make();
  await again.load();
  expect(known(again, 25_000)).toHaveLength(24_000);
  expect(readdirSync(directory)).toEqual(['keys.ndjson']);
});
