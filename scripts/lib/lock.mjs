import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * One process at a time in `directory`, and a dead one's lock is taken over by exactly one other.
 *
 * The lock is a file `lock.N` that names its holder; the highest N counts. A file is made once (by link, whole), never changes hands and is removed only
 * after a higher one exists, so two processes that find the same dead holder race for one name, and one of them loses.
 * `onWait(pid)` is called once if another process has it.
 */
export async function acquireLock(directory, onWait) {
  mkdirSync(directory, { recursive: true });
  const mine = join(directory, `mine.${process.pid}`);
  let told = false;
  for (;;) {
    const top = highest(directory);
    const holder = top === 0 ? undefined : readHolder(join(directory, `lock.${top}`));
    const living = holder && [holder.process, holder.child].find((p) => p && isAlive(p));
    if (living) {
      if (!told) onWait(living.pid);
      told = true;
      await sleep(100);
      continue;
    }
    const file = join(directory, `lock.${top + 1}`);
    writeFileSync(mine, JSON.stringify({ process: identify(process.pid) }));
    try {
      linkSync(mine, file);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      continue;
    } finally {
      rmSync(mine, { force: true });
    }
    if (highest(directory) !== top + 1) {
      // Others came and went since we looked.
      rmSync(file, { force: true });
      continue;
    }
    for (const n of numbers(directory)) if (n <= top) rmSync(join(directory, `lock.${n}`), { force: true });
    return new Lock(file, mine);
  }
}

class Lock {
  #file;
  #temporary;

  constructor(file, temporary) {
    this.#file = file;
    this.#temporary = temporary;
  }

  /** A child that works under this lock: should we be killed, the lock stays held until it has ended too. */
  setChild(pid) {
    this.#write({ process: identify(process.pid), child: pid === undefined ? undefined : identify(pid) });
  }

  release() {
    this.#write({});
  }

  #write(holder) {
    writeFileSync(this.#temporary, JSON.stringify(holder));
    try {
      renameSync(this.#temporary, this.#file);
    } catch (error) {
      unlinkSync(this.#temporary);
      throw error;
    }
  }
}

function numbers(directory) {
  return readdirSync(directory).flatMap((name) => (/^lock\.\d+$/.test(name) ? [Number(name.slice(5))] : []));
}

function highest(directory) {
  return Math.max(0, ...numbers(directory));
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A pid alone is given again some day: where there is /proc, the time it started goes with it. */
function identify(pid) {
  return { pid, started: statOf(pid)?.started };
}

function isAlive({ pid, started }) {
  const stat = statOf(pid);
  if (stat) return stat.state !== 'Z' && stat.state !== 'X' && (started === undefined || stat.started === started);
  if (started !== undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch {
    return undefined;
  }
}
