import { rmSync } from 'node:fs';
import { type DirectoryLock, lockDirectory } from '../data-directory/lock.js';
import { type LookUp, lookUpProcess } from '../data-directory/process-identity.js';

/**
 * A process of its own for the lock's test: `node lock-contender DIRECTORY` waits for messages, `… DIRECTORY now` takes the lock at once and keeps it.
 * After `forget` each contender holds every lock of an earlier round for stale: so many come upon the same stale lock at once, without a process's end for each round.
 */
const [, , directory, now] = process.argv;
let round = 0;
let lock: DirectoryLock | undefined;
const inRound: LookUp = (pid) => {
  const status = lookUpProcess(pid);
  return status && { ...status, started: `${status.started} round ${round}` };
};

if (now) {
  lockDirectory(directory);
  process.stdout.write('locked\n');
  setInterval(() => {}, 60_000);
} else {
  process.on('message', (message) => {
    if (message === 'forget') {
      round++;
      lock = undefined;
      process.send?.('forgotten');
      return;
    }
    try {
      lock = lockDirectory(directory, inRound);
    } catch {
      lock = undefined;
    }
    process.send?.(lock !== undefined);
  });
  process.on('disconnect', () => {
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  });
  process.send?.('ready');
}
