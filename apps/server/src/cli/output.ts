/** Lines waiting to be taken by whoever reads them; beyond that they are left out and counted, so that a stopped terminal stops nothing. */
const MOST_WAITING = 1024 * 1024;

/** Standard output as lines. A reader that went away (`| head`) is no reason to end. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #leftOut = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on('error', () => {});
  }

  line(text: string): void {
    if (this.#stream.writableLength > MOST_WAITING) {
      this.#leftOut++;
      return;
    }
    if (this.#leftOut > 0) {
      this.#stream.write(`(${this.#leftOut} lines left out)\n`);
      this.#leftOut = 0;
    }
    this.#stream.write(`${text}\n`);
  }

  /** Resolves once everything has been handed to the system, or nobody takes it. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.destroyed || !this.#stream.writable) resolve();
      else this.#stream.write('', () => resolve());
    });
  }
}
