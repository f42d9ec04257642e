import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU time that these processes have used, all their threads, also those that have ended: user and system, ms. */
export function cpuTime(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  }, 0);
}
