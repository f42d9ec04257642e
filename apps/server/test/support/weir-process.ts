import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Every process that a test has started and that may still run. */
const running = new Set<WeirProcess>();

/** For `afterEach`: whatever a test that failed left behind. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map((each) => each.kill()));
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The command line as a process, the leader of a group of its own. */
export class WeirProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  /** `through` is put before `node`: a tracer. */
  constructor(args: readonly string[], through: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) {
    const [command, ...rest] = [...through, process.execPath, CLI, ...args] as [string, ...string[]];
    this.#child = spawn(command, rest, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, UV_THREADPOOL_SIZE: '16', ...environment },
    });
    if (this.#child.pid === undefined) throw new Error(`${command} could not be started`);
    this.pid = this.#child.pid;
    this.stdin = this.#child.stdin;
    // It may be killed while it is being fed.
    this.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    running.add(this);
    this.exited = once(this.#child, 'close').then(([code, signal]: (number | string | null)[]) => {
      running.delete(this);
      this.exit = { code: code as number | null, signal: signal as NodeJS.Signals | null };
      return this.exit;
    });
  }

  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** SIGKILL of the whole group. */
  async kill(): Promise<void> {
    if (this.exit === undefined) this.signal('SIGKILL');
    await this.exited;
  }

  /** True once `condition` holds, false if the process ended first. */
  async until(condition: () => unknown): Promise<boolean> {
    for (;;) {
      if (await condition()) return true;
      if (this.exit !== undefined) return Boolean(await condition());
      await sleep(10);
    }
  }

  /** As `until`, for what must come about. */
  async must(what: string, condition: () => unknown): Promise<void> {
    if (await this.until(condition)) return;
    throw new Error(`${what}: the process ended with ${JSON.stringify(this.exit)}; ${this.stdout.slice(-500)}${this.stderr.slice(-500)}`);
  }
}

/** Runs a command to its end. */
export async function run(args: readonly string[], input?: string | Buffer): Promise<WeirProcess> {
  const child = new WeirProcess(args);
  child.stdin.end(input);
  await child.exited;
  return child;
}
