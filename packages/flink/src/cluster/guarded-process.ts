import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Starts the program in a process group of its own, beside a shell that reads a pipe whose other end is ours. It ends when we do, whatever ends us, and then
 * kills the group. The program takes the place of the first shell, so its pid is the child's; the second one keeps no file but the pipe open.
 */
const GUARD = 'exec 3<&0; (exec </dev/null >/dev/null 2>&1; while read -r _ <&3; do :; done; kill -KILL 0) & exec "$@" </dev/null 3<&-';

export interface GuardedProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where standard output and standard error go. */
  readonly outputFile: string;
}

/** A process that lives no longer than this one. */
export class GuardedProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    this.#ended = once(child, 'exit');
    // Its guard has nothing more to do.
    child.once('exit', () => child.stdin?.destroy());
    child.stdin?.on('error', () => {});
  }

  static async start(options: GuardedProcessOptions): Promise<GuardedProcess> {
    const output = openSync(options.outputFile, 'a');
    try {
      const child = spawn('/bin/sh', ['-c', GUARD, 'sh', options.program, ...options.args], {
        detached: true,
        env: { ...process.env, ...options.environment },
        stdio: ['pipe', output, output],
      });
      await once(child, 'spawn');
      return new GuardedProcess(child, child.pid as number);
    } finally {
      closeSync(output);
    }
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** "exit code 1", "SIGKILL"; once it has ended. */
  get howItEnded(): string {
    return this.#child.signalCode ?? `exit code ${this.#child.exitCode}`;
  }

  async waitUntilEnded(): Promise<void> {
    await this.#ended;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (!this.hasEnded) process.kill(-this.pid, 'SIGKILL');
    await this.#ended;
  }

  /** SIGTERM, and SIGKILL if that is not heard within `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    if (!this.hasEnded) process.kill(this.pid, 'SIGTERM');
    const patience = new AbortController();
    const gaveUp = sleep(patienceMs, 'gave up', { signal: patience.signal }).catch(() => undefined);
    if ((await Promise.race([this.#ended, gaveUp])) === 'gave up') await this.kill();
    patience.abort();
  }
}
