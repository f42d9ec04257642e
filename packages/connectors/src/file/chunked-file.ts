import { type FileHandle, open } from 'node:fs/promises';
import { SourceFileError } from './source-file-error.js';

/** What is read at once. */
const CHUNK = 512 * 1024;

/**
 * A file read from front to end, one chunk ahead of its reader and without blocking it.
 *
 * `bytes[from … end)` is what can be looked at; the reader moves `from` on. Once that is not enough, `advance` puts the
 * next chunk behind what is left, if it has come. What is left must be at most `longest` bytes then: each of the two buffers
 * keeps that much room in front of its chunk, so that no line is ever put together from pieces.
 */
export class ChunkedFile {
  readonly path: string;
  readonly size: number;
  readonly modifiedAt: number;
  bytes: Buffer;
  from: number;
  end: number;
  /** Nothing follows `end`. */
  atEnd = false;
  readonly #file: FileHandle;
  readonly #room: number;
  #spare: Buffer;
  /** Offset in the file of `end`. */
  #endOffset: number;
  /** Bytes of the chunk that has come into `#spare`; -1 while it has not. */
  #arrived = -1;
  #reading: Promise<void>;
  #failure: unknown;

  private constructor(path: string, file: FileHandle, size: number, modifiedAt: number, offset: number, longest: number) {
    this.path = path;
    this.size = size;
    this.modifiedAt = modifiedAt;
    this.#file = file;
    this.#room = longest;
    this.bytes = Buffer.allocUnsafe(longest + CHUNK);
    this.#spare = Buffer.allocUnsafe(longest + CHUNK);
    this.from = longest;
    this.end = longest;
    this.#endOffset = offset;
    this.#reading = this.#readAhead();
  }

  /** `offset`: where a checkpoint left it. Rejects with a `SourceFileError` that names the file. */
  static async open(path: string, offset: number, longest: number): Promise<ChunkedFile> {
    const file = await open(path, 'r').catch((cause: unknown) => {
      throw SourceFileError.unreadable(path, cause);
    });
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw new SourceFileError(path, 'is a directory');
      if (!stat.isFile())
        throw new SourceFileError(path, 'is no regular file, so it could not be read again after a failure; use - and standard input');
      if (stat.size < offset) {
        throw new SourceFileError(path, `has ${stat.size} bytes now, but ${offset} of it had been read: it was cut or replaced`);
      }
      return new ChunkedFile(path, file, stat.size, stat.mtimeMs, offset, longest);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Offset in the file of `from`. */
  get offset(): number {
    return this.#endOffset - (this.end - this.from);
  }

  /** False if the next chunk has not come. Throws what reading failed with. */
  advance(): boolean {
    if (this.#failure !== undefined) throw SourceFileError.unreadable(this.path, this.#failure);
    if (this.atEnd) return true;
    if (this.#arrived === -1) return false;
    const left = this.end - this.from;
    if (left > this.#room) throw new RangeError(`${left} bytes left over, room for ${this.#room}`);
    this.bytes.copy(this.#spare, this.#room - left, this.from, this.end);
    [this.bytes, this.#spare] = [this.#spare, this.bytes];
    this.from = this.#room - left;
    this.end = this.#room + this.#arrived;
    this.#endOffset += this.#arrived;
    this.atEnd = this.#arrived === 0;
    this.#arrived = -1;
    if (!this.atEnd) this.#reading = this.#readAhead();
    return true;
  }

  /** Resolves when `advance` would not return false. */
  ready(): Promise<void> {
    return this.#reading;
  }

  async #readAhead(): Promise<void> {
    try {
      const { bytesRead } = await this.#file.read(this.#spare, this.#room, CHUNK, this.#endOffset);
      this.#arrived = bytesRead;
    } catch (error) {
      this.#failure = error;
    }
  }

  async close(): Promise<void> {
    await this.#reading;
    await this.#file.close();
  }
}
