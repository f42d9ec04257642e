import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DirectoryInUseError, lockDirectory } from './lock.js';
import { identify, isAlive, lookUpProcess } from './process-identity.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function directory(): string {
  return mkdtempSync(join(tmpdir(), 'weir-lock-'));
}

const CONTENDER = new URL('../../dist/testing/lock-contender.js', import.meta.url);

/** A process that tries to take the lock when told, says whether it has it, and keeps it. */
async function contender(path: string): Promise<ChildProcess> {
  const child = fork(CONTENDER, [path], { execArgv: [] });
  children.push(child);
  await once(child, 'message');
  return child;
}

async function tryLock(child: ChildProcess): Promise<boolean> {
  child.send('lock');
  const [answer] = await once(child, 'message');
  return answer as boolean;
}

describe('the lock of a data directory', () => {
  it('is for one at a time, names who has it, and can be had again after its release', () => {
    const path = directory();
    const lock = lockDirectory(path);
    expect(() => lockDirectory(path)).toThrow(DirectoryInUseError);
    expect(() => lockDirectory(path)).toThrow(String(process.pid));
    lock.release();
    lock.release();
    lockDirectory(path).release();
  });

  it('is had by exactly one of many that want it at once, again and again', async () => {
    const path = directory();
    const rivals = await Promise.all([1, 2, 3].map(() => contender(path)));
    for (let round = 0; round < 40; round++) {
      const had = await Promise.all(rivals.map(tryLock));
      expect(had.filter(Boolean)).toHaveLength(1);
      // Most rounds find a stale lock of a living process that pretends to be dead: see `lock-contender`.
      for (const rival of rivals) rival.send('forget');
      await Promise.all(rivals.map((rival) => once(rival, 'message')));
    }
    expect(readdirSync(path).filter((name) => name.startsWith('lock-'))).toHaveLength(1);
  });

  it('is free after SIGKILL, though the one that had it is a zombie', async () => {
    const path = directory();
    // A shell that never waits for its child: it stays a zombie.
    const parent = spawn('sh', ['-c', `"${process.execPath}" "${CONTENDER.pathname}" "${path}" now & echo $!; exec sleep 60`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(parent);
    let said = '';
    for await (const text of parent.stdout) {
      said += text;
      if (said.includes('locked')) break;
    }
    const pid = Number(/\d+/.exec(said)?.[0]);
    expect(() => lockDirectory(path)).toThrow(String(pid));
    process.kill(pid, 'SIGKILL');
    while (isAlive({ pid, started: null })) await new Promise((resolve) => setTimeout(resolve, 5));
    // The signal would still be delivered: `kill(pid, 0)` alone says that it lives.
    expect(() => process.kill(pid, 0)).not.toThrow();
    lockDirectory(path).release();
  });

  it('does not take another process for the one that had it because it has its pid', () => {
    const path = directory();
    const started = identify(process.pid).started;
    writeFileSync(join(path, 'lock-7'), JSON.stringify({ pid: process.pid, started: `${started}0` }));
    lockDirectory(path);
    expect(readdirSync(path)).toEqual(['lock-8']);
    expect(JSON.parse(readFileSync(join(path, 'lock-8'), 'utf8'))).toEqual({ pid: process.pid, started });
  });

  it.each(['', 'garbage', '{}', '{"pid":-1}', '{"pid":"1"}', 'null'])('is not held by a file that says %j', (content) => {
    const path = directory();
    writeFileSync(join(path, 'lock-1'), content);
    lockDirectory(path).release();
  });

  it('goes by the pid alone where the machine says nothing of start times', () => {
    const path = directory();
    const living = (pid: number) => (pid === process.pid || pid === 4_711 ? { started: null, running: true } : null);
    writeFileSync(join(path, 'lock-1'), JSON.stringify({ pid: 4_711, started: null }));
    expect(() => lockDirectory(path, living)).toThrow('4711');
    writeFileSync(join(path, 'lock-1'), JSON.stringify({ pid: 4_712, started: null }));
    lockDirectory(path, living).release();
  });
});

it('knows a process from one that came before it', () => {
  const self = identify(process.pid);
  expect(isAlive(self)).toBe(true);
  expect(isAlive({ ...self, started: 'earlier' })).toBe(false);
  expect(lookUpProcess(2 ** 22 + 1)).toBeNull();
});
