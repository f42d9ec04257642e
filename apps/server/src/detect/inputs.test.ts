import { execFileSync } from 'node:child_process';
import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkOutput, checkReadable } from './inputs.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-inputs-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string): string => join(directory, name);

it('refuses an output that is one of the inputs, by whatever name: it would be overwritten', async () => {
  for (const name of ['a', 'b']) writeFileSync(at(name), 'x\n');
  symlinkSync('a', at('symbolic'));
  linkSync(at('a'), at('hard'));
  for (const output of ['a', './a', 'symbolic', 'hard'])
    await expect(checkOutput([at('b'), at('a'), '-'], join(directory, output))).rejects.toThrow(/would be overwritten/);
  await expect(checkOutput([at('symbolic')], at('a'))).rejects.toThrow(/would be overwritten/);
  await checkOutput([at('a')], at('b'));
  await checkOutput([at('a')], at('new'));
});

it('refuses what is no file, rather than wait for it', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  await expect(checkReadable([at('pipe')])).rejects.toThrow(/not a regular file/);
  await expect(checkReadable([directory])).rejects.toThrow(/not a regular file/);
  await expect(checkReadable([at('none')])).rejects.toThrow(/no such file/);
});
