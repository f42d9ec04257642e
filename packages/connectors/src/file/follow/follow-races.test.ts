import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FollowDriver } from '../../testing/follow-driver.js';
import { LogWriter } from '../../testing/log-writer.js';
import { GrowingFile } from './growing-file.js';

/** What a writer does between two operations of one look: moments that chance seldom finds. */

let directory = '';
let writer: LogWriter;
let driver: FollowDriver;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weir-follow-'));
  writer = new LogWriter(join(directory, 'auth.log'));
  driver = new FollowDriver({ path: writer.path, format: 'sshd', key: 'user' });
  writer.append();
  await driver.start();
  await driver.drain();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await driver.close();
  writer.close();
  rmSync(directory, { recursive: true, force: true });
});

it('has the last lines of a writer that moves on before the first ones that it writes then', async () => {
  writer.rotate();
  writer.create();
  await driver.drain();
  const fill = GrowingFile.prototype.fill;
  let fills = 0;
  vi.spyOn(GrowingFile.prototype, 'fill').mockImplementation(async function (this: GrowingFile) {
    const result = await fill.call(this);
    // The old file has just been looked at, and there was nothing.
    if (fills++ === 0) {
      writer.appendToPrevious();
      writer.append();
    }
    return result;
  });
  await driver.drain();
  expect(driver.users).toEqual(['u0', 'u1', 'u2']);
});

it('misses no file that is renamed as it is about to be opened', async () => {
  writer.rotate();
  writer.append();
  const open = GrowingFile.open;
  vi.spyOn(GrowingFile, 'open').mockImplementationOnce((path) => {
    writer.rotate();
    writer.append();
    return open(path);
  });
  await driver.drain();
  expect(driver.users).toEqual(['u0', 'u1', 'u2']);
});
