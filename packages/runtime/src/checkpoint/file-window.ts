import type { ReadableFile } from '../common/file-system.js';
import { FormatError } from './state-file.js';

const WINDOW_SIZE = 256 * 1024;

/** Reads a file in stretches of 256 KiB into one buffer, so that many small views cost few reads. A file that fits is read once. */
export class FileWindow {
  readonly #file: ReadableFile;
  readonly #buffer: Buffer;
  #start = 0;
  #filled = 0;

  constructor(file: ReadableFile) {
    this.#file = file;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(file.size, WINDOW_SIZE));
  }

  /** True once the whole file is in memory: it is not read again. */
  get holdsAll(): boolean {
    return this.#filled === this.#file.size;
  }

  /** `length` bytes, at most 256 KiB, valid until the next call unless `holdsAll`. The caller has checked that they lie within the file. */
  async view(position: number, length: number): Promise<Buffer> {
    if (position < this.#start || position + length > this.#start + this.#filled) {
      this.#start = position;
      this.#filled = 0;
      this.#filled = await this.#fill(this.#buffer, position);
      if (this.#filled < length) throw new FormatError(`is truncated: ${position + this.#filled} of ${this.#file.size} bytes can be read`);
    }
    const offset = position - this.#start;
    return this.#buffer.subarray(offset, offset + length);
  }

  /** Memory of its own, of any length; leaves the window where it is. */
  async copy(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    if (position >= this.#start && position + length <= this.#start + this.#filled) {
      this.#buffer.copy(bytes, 0, position - this.#start, position - this.#start + length);
    } else if ((await this.#fill(bytes, position)) < length) {
      throw new FormatError(`is truncated: ${this.#file.size} bytes were promised`);
    }
    return bytes;
  }

  #fill(target: Buffer, position: number): Promise<number> {
    return this.#file.read(target.subarray(0, Math.min(target.length, this.#file.size - position)), position);
  }
}
