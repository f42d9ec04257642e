import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Which process a pid means. A pid alone is fooled twice: it is given to another process later, and a killed process that nobody has waited for
 * (a zombie, usual under a container's init) still answers `kill(pid, 0)`. So its start time goes with it, and its state is read.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever form this machine says it; null where it does not. */
  readonly started: string | null;
}

export interface ProcessStatus {
  readonly started: string | null;
  /** False once none of its threads runs: nothing of it can write any more. */
  readonly running: boolean;
}

/** Says what a pid is; null for no process. A test gives its own. */
export type LookUp = (pid: number) => ProcessStatus | null;

export function identify(pid: number, lookUp: LookUp = lookUpProcess): ProcessIdentity {
  return { pid, started: lookUp(pid)?.started ?? null };
}

/** True while the very process that `identity` was taken of can still write. */
export function isAlive(identity: ProcessIdentity, lookUp: LookUp = lookUpProcess): boolean {
  const status = lookUp(identity.pid);
  if (!status?.running) return false;
  return identity.started === null || status.started === null || identity.started === status.started;
}

export const lookUpProcess: LookUp = (pid) => {
  const own = read('/proc/self/stat');
  if (own !== null) return fromProc(pid);
  return process.platform === 'win32' ? fromSignal(pid) : fromPs(pid);
};

function fromProc(pid: number): ProcessStatus | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const { state, startTime } = parseStat(stat);
  // Ticks are counted from the boot: with its id, equal ticks of two boots are not taken for one process.
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { started: `${boot}/${startTime}`, running: !ended(state) || threadsOf(pid).some((thread) => !ended(thread)) };
}

/** The main thread of a killed process may be a zombie while another is still inside a write to the disk. */
function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((tid) => {
      const stat = read(`/proc/${pid}/task/${tid}/stat`);
      return stat === null ? [] : [parseStat(stat).state];
    });
  } catch {
    return [];
  }
}

function ended(state: string): boolean {
  return state === 'Z' || state === 'X' || state === 'x';
}

/** State letter and start time; the name in brackets before them may hold spaces and brackets itself. */
function parseStat(stat: string): { readonly state: string; readonly startTime: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], startTime: fields[19] };
}

/** macOS and the BSDs have no /proc, but a `ps` that says the same. */
function fromPs(pid: number): ProcessStatus | null {
  try {
    const [state, ...started] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/);
    return state === '' ? null : { started: started.join(' '), running: !ended(state[0]) };
  } catch (error) {
    // `ps` exits 1 for an unknown pid; where there is no `ps` at all, only the signal is left.
    return (error as { status?: unknown }).status === 1 ? null : fromSignal(pid);
  }
}

function fromSignal(pid: number): ProcessStatus | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
  }
  return { started: null, running: true };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
