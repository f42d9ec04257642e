import { open, readFile } from 'node:fs/promises';
import { parseMark } from './commit-mark.js';
import { isFileMark, markPath } from './file-mark.js';

const CHUNK = 256 * 1024;

/** Reads what a `TwoPhaseFileSink` has committed, as it grows, from another thread; e.g. to print it. */
export class CommittedFileTail {
  readonly #workDirectory: string;
  #position: number;

  /** `from`: bytes that have been read before. */
  constructor(options: { readonly workDirectory: string; readonly from?: number }) {
    this.#workDirectory = options.workDirectory;
    this.#position = options.from ?? 0;
  }

  get position(): number {
    return this.#position;
  }

  /** What was committed since the last call, in pieces; ends where the commit does. One call at a time. */
  async *read(): AsyncIterable<Uint8Array> {
    const path = markPath(this.#workDirectory);
    const mark = await readFile(path).catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (mark === undefined) return;
    const { path: output, current, lengths } = parseMark(path, mark, isFileMark);
    if (lengths[current] <= this.#position) return;
    const file = await open(output, 'r');
    try {
      // The mark comes first: what it says may not have been published yet, but whatever is published begins with it.
      const end = Math.min(lengths[current], (await file.stat()).size);
      while (this.#position < end) {
        const piece = Buffer.allocUnsafe(Math.min(CHUNK, end - this.#position));
        const { bytesRead } = await file.read(piece, 0, piece.length, this.#position);
        if (bytesRead === 0) return;
        this.#position += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }
}
