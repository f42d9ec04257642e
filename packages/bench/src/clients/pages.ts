import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PagesReport } from './many-pages.js';

/** Many connected pages, in a process of their own. */
export class Pages {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves once each has its snapshot. */
  static async connect(url: string, count: number): Promise<Pages> {
    const pages = new Pages(fork(fileURLToPath(new URL('./many-pages.js', import.meta.url)), [url, String(count)]));
    await pages.#answer();
    return pages;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  report(): Promise<PagesReport> {
    this.#child.send('report');
    return this.#answer();
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill();
    await exit;
  }

  #answer(): Promise<PagesReport> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`the process of the clients ended with ${code}`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (report: PagesReport) => {
        this.#child.off('exit', onExit);
        if (report.lost > 0) reject(new Error(`${report.lost} clients lost their connection: ${report.reason}`));
        else resolve(report);
      });
    });
  }
}
