import type { SinkWriter } from '@weir/runtime';

/** Lines are made into bytes when this many characters have come together. */
const PIECE = 64 * 1024;

/** First phase of the sinks that commit lines: keeps what was written since the last checkpoint. */
export class LineWriter<T> implements SinkWriter<T> {
  readonly #format: (value: T) => string;
  #pieces: Uint8Array[] = [];
  #text = '';

  constructor(format: (value: T) => string) {
    this.#format = format;
  }

  write(value: T): void {
    this.#text += `${this.#format(value)}\n`;
    if (this.#text.length >= PIECE) this.#flush();
  }

  prepareCommit(): readonly Uint8Array[] {
    this.#flush();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#pieces.push(Buffer.from(this.#text));
    this.#text = '';
  }
}
