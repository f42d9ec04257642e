// Data plane: one call into Node per line.
import type { SinkWriter } from '@weir/runtime';

/** Size of the buffers that lines are written to. */
const PIECE = 64 * 1024;
/** Bytes of UTF-8 for a UTF-16 unit at most. */
const MOST_PER_UNIT = 3;

const NOTHING = Buffer.alloc(0);

/** First phase of the sinks that commit lines: keeps what was written since the last checkpoint. */
export class LineWriter<T> implements SinkWriter<T> {
  readonly #format: (value: T) => string;
  #pieces: Uint8Array[] = [];
  #piece: Buffer = NOTHING;
  #end = 0;

  /** `format`: the line without its end. */
  constructor(format: (value: T) => string) {
    this.#format = format;
  }

  write(value: T): void {
    const line = `${this.#format(value)}\n`;
    const most = line.length * MOST_PER_UNIT;
    if (this.#end + most > this.#piece.length) this.#begin(Math.max(PIECE, most));
    this.#end += this.#piece.write(line, this.#end);
  }

  prepareCommit(): readonly Uint8Array[] {
    this.#close();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #begin(size: number): void {
    this.#close();
    this.#piece = Buffer.allocUnsafeSlow(size);
    this.#end = 0;
  }

  /** The rest of the piece is for the lines after it. */
  #close(): void {
    if (this.#end > 0) this.#pieces.push(this.#piece.subarray(0, this.#end));
    this.#piece = this.#piece.subarray(this.#end);
    this.#end = 0;
  }
}
