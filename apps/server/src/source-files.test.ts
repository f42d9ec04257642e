import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultJobConfiguration } from '@weir/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSourceFiles } from './source-files.js';
import { applyGiven, defaultPlan } from './start-plan.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-source-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const check = (path: string, follow: boolean): Promise<void> =>
  checkSourceFiles(
    applyGiven(
      defaultPlan(defaultJobConfiguration, { kind: 'alert-log', directory }),
      { source: { kind: 'file', path: join(directory, path) }, follow },
      {},
    ),
  );

it('refuses what is no file before anything is started, followed or not', async () => {
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  writeFileSync(join(directory, 'file'), '');
  for (const follow of [true, false]) {
    await expect(check('pipe', follow)).rejects.toThrow(/no regular file/);
    await expect(check('.', follow)).rejects.toThrow(/a directory/);
    await check('file', follow);
  }
  writeFileSync(join(directory, 'file'), 'who knows\n');
  await expect(check('file', false)).rejects.toThrow(/say it by --format/);
  await check('file', true);
  await expect(check('not-there', false)).rejects.toThrow(/cannot be read/);
  await check('not-there', true);
});
