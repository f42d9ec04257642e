import { open } from 'node:fs/promises';

const CHUNK = 64 * 1024;

/**
 * Committed alerts from the sink's file to standard output, in order, each once. The file holds whole committed lines at any instant, and each commit
 * gives its name to another one with the same beginning: so it is opened anew each time and read from where the last look ended.
 * A run that goes on from a killed one prints from the beginning: its output is complete in itself.
 */
export class AlertPrinter {
  readonly #path: string;
  readonly #out: NodeJS.WritableStream;
  #offset = 0;
  #again = false;
  #looking: Promise<void> | undefined;

  constructor(path: string, out: NodeJS.WritableStream) {
    this.#path = path;
    this.#out = out;
  }

  /** Something was committed. */
  look(): void {
    this.#again = true;
    // What cannot be read now is read by the next look, and `finish` says it if it cannot be read at all.
    this.#looking ??= this.#run()
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined;
      });
  }

  /** Prints what is left. */
  async finish(): Promise<void> {
    await this.#looking;
    this.#again = true;
    await this.#run();
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const file = await open(this.#path, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (!file) return;
      try {
        const buffer = Buffer.allocUnsafe(CHUNK);
        for (;;) {
          const { bytesRead } = await file.read(buffer, 0, CHUNK, this.#offset);
          if (bytesRead === 0) break;
          this.#offset += bytesRead;
          // Held up by a reader that is slow, rather than in memory.
          await new Promise<void>((resolve) => this.#out.write(Buffer.from(buffer.subarray(0, bytesRead)), () => resolve()));
        }
      } finally {
        await file.close();
      }
    }
  }
}
