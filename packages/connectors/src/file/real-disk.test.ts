import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommitPart } from '@weir/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommittedFileTail } from './committed-file-tail.js';
import { nodeSinkFiles } from './node-sink-files.js';
import { spool } from './spool.js';
import { TwoPhaseFileCommitter } from './two-phase-file-committer.js';

let directory = '';
let runs = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-sink-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function* text(value: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(value);
}
const parts = (value: string): CommitPart[] => [{ subtask: 0, bytes: text(value) }];
const place = (): { path: string; workDirectory: string } => ({
  path: join(directory, `out-${runs}`),
  workDirectory: join(directory, `work-${runs++}`),
});

describe('the file sink on a real disk', () => {
  it('publishes each commit under a new inode and takes the output back after close', async () => {
    const options = place();
    await writeFile(options.path, 'old\n');
    const committer = new TwoPhaseFileCommitter(options, 'l', nodeSinkFiles);
    expect(await committer.open()).toBe(0);
    expect(await readFile(options.path, 'utf8')).toBe('');
    const inodes: number[] = [];
    for (const n of [1, 2, 3]) {
      await committer.commit(n, parts(`${n}\n`));
      inodes.push((await stat(options.path)).ino);
    }
    expect(inodes[0]).toBe(inodes[2]);
    expect(inodes[0]).not.toBe(inodes[1]);
    await committer.close();
    const again = new TwoPhaseFileCommitter(options, 'l', nodeSinkFiles);
    expect(await again.open()).toBe(3);
    await again.commit(4, parts('4\n'));
    await again.close();
    expect(await readFile(options.path, 'utf8')).toBe('1\n2\n3\n4\n');
    expect((await readdir(directory)).filter((name) => name.includes(`.out-${runs - 1}`))).toEqual([]);
  });

  it('replaces what a link leads to, not the link', async () => {
    const options = place();
    const target = `${options.path}-target`;
    await writeFile(target, 'old\n');
    await symlink(target, options.path);
    const committer = new TwoPhaseFileCommitter(options, 'l', nodeSinkFiles);
    await committer.open();
    await committer.commit(1, parts('1\n'));
    expect(await readFile(target, 'utf8')).toBe('1\n');
    await committer.close();
  });

  it('writes to a device as it is', async () => {
    const committer = new TwoPhaseFileCommitter({ ...place(), path: '/dev/null' }, 'l', nodeSinkFiles);
    expect(await committer.open()).toBe(0);
    expect(await committer.commit(1, parts('1\n2\n'))).toBe(2);
    expect(await committer.commit(1, parts('1\n2\n'))).toBe(0);
    await committer.close();
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('shows a reader in another thread what is committed and no more', async () => {
    const options = place();
    const tail = new CommittedFileTail(options);
    const more = async (): Promise<string> => {
      let found = '';
      for await (const bytes of tail.read()) found += Buffer.from(bytes).toString();
      return found;
    };
    expect(await more()).toBe('');
    const committer = new TwoPhaseFileCommitter(options, 'l', nodeSinkFiles);
    await committer.open();
    for (const n of [1, 2, 3]) {
      await committer.commit(n, parts(`${n}\n`.repeat(n)));
      expect(await more()).toBe(`${n}\n`.repeat(n));
      expect(await more()).toBe('');
    }
    await committer.commit(4, parts('4\n'));
    await committer.close();
    expect(await more()).toBe('4\n');
  });

  it('holds whole lines, none twice and none missing, after SIGKILL at any moment', async () => {
    const options = place();
    const module = new URL('../../dist/file/two-phase-file-committer.js', import.meta.url).href;
    const files = new URL('../../dist/file/node-sink-files.js', import.meta.url).href;
    const script = `
      const { TwoPhaseFileCommitter } = await import(${JSON.stringify(module)});
      const { nodeSinkFiles } = await import(${JSON.stringify(files)});
      const committer = new TwoPhaseFileCommitter(${JSON.stringify(options)}, 'l', nodeSinkFiles);
      async function* lines(n) { yield Buffer.from(Array.from({ length: n % 50 }, (_, i) => n + ' ' + i + ' ' + 'x'.repeat(2000) + '\\n').join('')); }
      process.stdout.write('ready\\n');
      for (let n = await committer.open(); ; n++) await committer.commit(n || 1, [{ subtask: 0, bytes: lines(n || 1) }]);`;
    let before = '';
    for (let kill = 0; kill < 15; kill++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 5 + ((kill * 7919) % 60)));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const now = await readFile(options.path, 'utf8').catch(() => '');
      expect(now.startsWith(before)).toBe(true);
      before = now;
    }
    const got = before
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
    const last = Number(got.at(-1)?.split(' ')[0] ?? 0);
    expect(last).toBeGreaterThan(1);
    const want: string[] = [];
    for (let n = 1; n <= last; n++) for (let i = 0; i < n % 50; i++) want.push(`${n} ${i}`);
    expect(got).toEqual(want);
    expect(before.endsWith('\n')).toBe(true);
  });
});

describe('spool', () => {
  it('copies a stream and gives it its name only once it is whole', async () => {
    const path = join(directory, 'spooled');
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Buffer.from('a');
      throw new Error('the other end is gone');
    }
    await expect(spool(broken(), path)).rejects.toThrow('gone');
    await expect(stat(path)).rejects.toThrow('ENOENT');
    expect(await spool(text('hello\n'), path)).toBe(6);
    expect(await readFile(path, 'utf8')).toBe('hello\n');
  });
});
