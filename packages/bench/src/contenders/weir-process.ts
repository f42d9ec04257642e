import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atExit } from '../temporary.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
export const WEIR_COMMAND: readonly string[] = [process.execPath, fileURLToPath(new URL('../../../../scripts/weir.mjs', import.meta.url))];
/** What `npm run weir` adds. */
export const WEIR_ENVIRONMENT = { ...process.env, UV_THREADPOOL_SIZE: '16' };

const READY = /^Weir is ready at (http:\S+)$/;
const LONGEST_START = 60_000;

/** `weir start` as a user runs it, in a process of its own. */
export class WeirProcess {
  readonly url: string;
  /** When the command was given, and when it said that its job is RUNNING. */
  readonly startedAt: number;
  readonly readyAt: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, startedAt: number, readyAt: number) {
    this.#child = child;
    this.url = url;
    this.startedAt = startedAt;
    this.readyAt = readyAt;
  }

  /** `command` is what stands before the options of `weir start`; the port is a free one. */
  static async start(options: readonly string[], command: readonly string[] = [...WEIR_COMMAND, 'start']): Promise<WeirProcess> {
    const startedAt = Date.now();
    const [program, ...first] = command;
    const child = spawn(program, [...first, '--port', '0', ...options], {
      cwd: ROOT,
      env: WEIR_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = atExit(() => child.kill('SIGKILL'));
    child.once('exit', keep);
    const said: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
    try {
      const url = await new Promise<string>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('weir start was not ready in time')), LONGEST_START);
        child.once('error', reject);
        child.once('exit', (code, signal) => reject(new Error(`weir start ended (${signal ?? code}): ${said.join('').trim()}`)));
        createInterface({ input: child.stdout }).on('line', (line) => {
          const ready = READY.exec(line);
          if (ready === null) return;
          clearTimeout(late);
          resolve(ready[1]);
        });
      });
      return new WeirProcess(child, url, startedAt, Date.now());
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async get<T>(path: string): Promise<T> {
    return answer<T>(path, await fetch(this.url + path));
  }

  async post<T>(path: string, body: object): Promise<T> {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return answer<T>(path, await fetch(this.url + path, init));
  }

  /** `orderly`: with its last checkpoint, as at Ctrl-C. */
  async end(orderly = false): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(orderly ? 'SIGTERM' : 'SIGKILL');
    await exit;
  }
}

async function answer<T>(path: string, response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
