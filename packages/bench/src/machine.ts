import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** What the figures were taken on. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  /** 1-minute load average before the first run: what else was going on. */
  readonly loadBefore?: string;
}

export function machine(): Machine {
  const load = loadAverage();
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: `${type()} ${release()}`,
    node: process.version,
    ...(load === undefined ? {} : { loadBefore: load }),
  };
}

function loadAverage(): string | undefined {
  try {
    return readFileSync('/proc/loadavg', 'latin1').split(' ')[0];
  } catch {
    return undefined;
  }
}
