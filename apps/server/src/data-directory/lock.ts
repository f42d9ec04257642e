import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive, type LookUp, lookUpProcess, type ProcessIdentity } from './process-identity.js';

/**
 * One process at a time in a directory, without flock, which Node does not have.
 *
 * The lock is the file `lock-N` of the highest N, and belongs to the process that it names while that lives. Whoever finds it dead makes `lock-N+1`
 * by `link`, which one of any number of contenders can do, and then looks again whether its own is the highest: a contender that looked long ago may
 * have made a number that had come and gone. Nobody ever removes the highest, so no two can both find theirs to be it. (A single lock file that is
 * removed when stale has no such order: of two who find it stale, the second removes the first's.)
 */
export interface DirectoryLock {
  /** Lets the next one in. Idempotent. */
  release(): void;
}

/** The directory belongs to another process. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
  readonly pid: number;

  constructor(directory: string, pid: number, file: string) {
    super(`${directory} is in use by process ${pid} (${file}): stop it first, or take another --data-dir`);
    this.pid = pid;
  }
}

const NAME = /^lock-(\d+)$/;
const RELEASED = 'released\n';

/** Takes the lock or throws: `DirectoryInUseError` if a process holds it that lives. The directory must exist. */
export function lockDirectory(directory: string, lookUp: LookUp = lookUpProcess): DirectoryLock {
  const self = identify(process.pid, lookUp);
  const draft = join(directory, `lock.${process.pid}.${randomBytes(6).toString('hex')}`);
  writeDurably(draft, `${JSON.stringify(self)}\n`);
  try {
    // Each round that fails means that another contender went ahead, so this ends.
    for (;;) {
      const highest = highestLock(directory);
      const holder = highest === 0 ? null : readHolder(join(directory, `lock-${highest}`));
      if (holder !== null && isAlive(holder, lookUp)) throw new DirectoryInUseError(directory, holder.pid, `lock-${highest}`);
      const mine = highest + 1;
      if (!linked(draft, join(directory, `lock-${mine}`))) continue;
      if (highestLock(directory) !== mine) {
        rmSync(join(directory, `lock-${mine}`), { force: true });
        continue;
      }
      removeBelow(directory, mine);
      return { release: releaser(directory, mine) };
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function highestLock(directory: string): number {
  return Math.max(0, ...readdirSync(directory).map((name) => Number(NAME.exec(name)?.[1] ?? 0)));
}

/** Null for one that was released, is gone, or holds no identity: a lock is linked when it is whole, so such a file is no living process's. */
function readHolder(path: string): ProcessIdentity | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { pid, started } = JSON.parse(text) as Partial<ProcessIdentity>;
    return Number.isSafeInteger(pid) && (pid as number) > 0
      ? { pid: pid as number, started: typeof started === 'string' ? started : null }
      : null;
  } catch {
    return null;
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Numbers below are history, and so are drafts of processes that were killed while they waited. */
function removeBelow(directory: string, mine: number): void {
  for (const name of readdirSync(directory)) {
    const number = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (number < mine) rmSync(join(directory, name), { force: true });
  }
}

function releaser(directory: string, mine: number): () => void {
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    // The file stays, so that the numbers go on; its content says that it is nobody's.
    const draft = join(directory, `lock.${process.pid}.${randomBytes(6).toString('hex')}`);
    writeDurably(draft, RELEASED);
    renameSync(draft, join(directory, `lock-${mine}`));
  };
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx');
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
