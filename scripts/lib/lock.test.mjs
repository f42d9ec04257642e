import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock } from './lock.mjs';

let directory;
let children = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-lock-'));
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(directory, { recursive: true, force: true });
});

const lockModule = new URL('./lock.mjs', import.meta.url).href;

/** Runs `body` in a process of its own, with `acquireLock` and the directory at hand. */
function inProcess(body) {
  const script = `import { acquireLock } from ${JSON.stringify(lockModule)}; const directory = ${JSON.stringify(directory)}; ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
  const firstOutput = new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())));
  return { child, ended, firstOutput };
}

const HOLD = `await acquireLock(directory, () => {}); console.log('held'); setInterval(() => {}, 1000);`;

test('one at a time, though holders are killed', async () => {
  const counter = join(directory, 'counter');
  writeFileSync(counter, '0');
  const killed = inProcess(HOLD);
  await killed.firstOutput;
  const others = Array.from({ length: 8 }, (_, i) =>
    inProcess(`
      import { readFileSync, writeFileSync } from 'node:fs';
      const file = ${JSON.stringify(counter)};
      for (let n = 0; n < 5; n++) {
        const lock = await acquireLock(directory, () => {});
        const value = Number(readFileSync(file, 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, 2));
        writeFileSync(file, String(value + 1));
        if (n === 4 && ${i % 2 === 0}) process.kill(process.pid, 'SIGKILL');
        lock.release();
      }`),
  );
  killed.child.kill('SIGKILL');
  await Promise.all(others.map((other) => other.ended));
  expect(readFileSync(counter, 'utf8')).toBe('40');
});

test('a waiter is told of the holder, and follows it', async () => {
  const holder = inProcess(HOLD);
  await holder.firstOutput;
  let told;
  const acquired = acquireLock(directory, (pid) => {
    told = pid;
    holder.child.kill('SIGKILL');
  });
  (await acquired).release();
  expect(told).toBe(holder.child.pid);
  expect(readdirSync(directory)).toHaveLength(1);
});

test('a killed holder’s child keeps the lock until it has ended too', async () => {
  const holder = inProcess(`
    import { spawn } from 'node:child_process';
    const lock = await acquireLock(directory, () => {});
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    lock.setChild(child.pid);
    console.log(child.pid); setInterval(() => {}, 1000);`);
  const childPid = Number(await holder.firstOutput);
  holder.child.kill('SIGKILL');
  await holder.ended;
  let told;
  const lock = await acquireLock(directory, (pid) => {
    told = pid;
    process.kill(childPid, 'SIGKILL');
  });
  expect(told).toBe(childPid);
  lock.release();
});
