import { readFileSync, readlinkSync } from 'node:fs';

/** Clock ticks a second of /proc: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Id of the calling thread in /proc, or undefined where there is no /proc. */
export function osThreadId(): number | undefined {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').pop());
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** CPU time that the calling thread has used, ms; undefined where there is no /proc. */
export function threadCpuTime(): number | undefined {
  try {
    // Nanoseconds on the CPU; where the kernel keeps no such figure, ticks.
    const nanoseconds = Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]);
    if (nanoseconds > 0) return nanoseconds / 1e6;
  } catch {
    // Not every kernel has schedstat.
  }
  try {
    const stat = readFileSync('/proc/thread-self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}
