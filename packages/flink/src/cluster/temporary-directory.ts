import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Reads a pipe whose other end is ours: it ends when we do. What is killed at the same moment may still write, so it waits a little. */
const JANITOR = 'while read -r _; do :; done; sleep 1; exec rm -rf "$1"';

/** A directory that is removed when this process ends, if not before, whatever ends it. */
export class TemporaryDirectory {
  readonly path: string;
  readonly #janitor: ChildProcess;

  private constructor(path: string, janitor: ChildProcess) {
    this.path = path;
    this.#janitor = janitor;
  }

  static async create(prefix: string): Promise<TemporaryDirectory> {
    const path = mkdtempSync(join(tmpdir(), prefix));
    const janitor = spawn('/bin/sh', ['-c', JANITOR, 'sh', path], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    janitor.stdin?.on('error', () => {});
    await once(janitor, 'spawn');
    return new TemporaryDirectory(path, janitor);
  }

  /** Nothing may write in it any more. */
  async remove(): Promise<void> {
    if (this.#janitor.exitCode === null && this.#janitor.signalCode === null) {
      const ended = once(this.#janitor, 'exit');
      this.#janitor.kill('SIGKILL');
      await ended;
    }
    rmSync(this.path, { recursive: true, force: true });
  }
}
