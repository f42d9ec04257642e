import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const COMMAND = fileURLToPath(new URL('../../../../scripts/weir.mjs', import.meta.url));
const READY = 30_000;

/** `weir start` as a process of its own, on a free port and in a directory of its own unless told. */
export class TestServer {
  readonly url: string;
  readonly directory: string;
  readonly #process: ChildProcess;
  readonly #token: string;

  private constructor(url: string, directory: string, process: ChildProcess, token: string) {
    this.url = url;
    this.directory = directory;
    this.#process = process;
    this.#token = token;
  }

  static async start(
    args: readonly string[] = [],
    { port = 0, directory = mkdtempSync(join(tmpdir(), 'weir-e2e-')), token = '' } = {},
  ): Promise<TestServer> {
    const child = spawn(process.execPath, [COMMAND, 'start', '--port', String(port), '--data-dir', directory, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WEIR_TOKEN: token },
    });
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const give = (reason: string) => reject(new Error(`weir start ${reason}:\n${output}`));
      const timer = setTimeout(() => give('was not ready in time'), READY);
      child.on('exit', (code) => give(`ended with ${code}`));
      const onData = (data: Buffer) => {
        output += data;
        const found = /^Weir is ready at (\S+)$/m.exec(output)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout.on('data', onData);
      child.stderr.on('data', onData);
    });
    return new TestServer(url, directory, child, token);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path, this.#token === '' ? {} : { headers: { authorization: `Bearer ${this.#token}` } });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  async jobId(): Promise<string> {
    const { jobs } = await this.get<{ jobs: { jid: string }[] }>('/jobs/overview');
    return jobs[0]?.jid ?? '';
  }

  async counts(): Promise<{ completed: number; failed: number; restored: number }> {
    return (await this.get<{ counts: { completed: number; failed: number; restored: number } }>(`/jobs/${await this.jobId()}/checkpoints`))
      .counts;
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#process.on('exit', () => resolve());
      this.#process.kill(signal);
    });
  }
}
