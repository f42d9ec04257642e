import type { FileSystem, ReadableFile, WritableFile } from '../common/file-system.js';

/** before: nothing of the operation happened. half: part of it did, where it has parts. after: all of it did, and it still failed. */
export type FaultTime = 'before' | 'half' | 'after';

/**
 * Another file system whose operation number `failAt` (from 1) fails. Counts every operation, those of open files too, so that a test can
 * try all of them: run with `failAt` 1, 2, … until one run ends with `fired` false.
 */
export class FaultyFileSystem implements FileSystem {
  readonly #inner: FileSystem;
  failAt = Number.POSITIVE_INFINITY;
  code = 'EIO';
  time: FaultTime = 'before';
  /** Goes on failing after the first time. */
  sticky = false;
  operations = 0;
  fired = false;
  readonly log: string[] = [];

  constructor(inner: FileSystem) {
    this.#inner = inner;
  }

  mkdir(path: string): Promise<void> {
    return this.run(`mkdir ${path}`, () => this.#inner.mkdir(path));
  }

  async create(path: string): Promise<WritableFile> {
    let file: WritableFile | undefined;
    try {
      file = await this.run(`create ${path}`, async () => (file = await this.#inner.create(path)));
      return new FaultyWritableFile(this, path, file);
    } catch (error) {
      // Created, but nobody gets to know: nobody could close it either.
      await file?.close();
      throw error;
    }
  }

  async open(path: string): Promise<ReadableFile> {
    let opened: ReadableFile | undefined;
    try {
      const file = await this.run(`open ${path}`, async () => (opened = await this.#inner.open(path)));
      return {
        size: file.size,
        read: (target, position) => this.run(`read ${path}`, () => file.read(target, position)),
        close: () => this.close(path, file),
      };
    } catch (error) {
      await opened?.close();
      throw error;
    }
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.run(`readFile ${path}`, () => this.#inner.readFile(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.run(`rename ${from} ${to}`, () => this.#inner.rename(from, to));
  }

  syncDirectory(path: string): Promise<void> {
    return this.run(`syncDirectory ${path}`, () => this.#inner.syncDirectory(path));
  }

  readdir(path: string): Promise<string[]> {
    return this.run(`readdir ${path}`, () => this.#inner.readdir(path));
  }

  stat(path: string): Promise<{ readonly size: number; readonly isDirectory: boolean; readonly mtimeMs: number } | undefined> {
    return this.run(`stat ${path}`, () => this.#inner.stat(path));
  }

  remove(path: string): Promise<void> {
    // Directories have no order: that `_metadata`, which would sort first, goes last is the case to be ready for.
    const half = async () => {
      const names = (await this.#inner.readdir(path)).sort();
      for (const name of names.slice(names.length >> 1)) await this.#inner.remove(`${path}/${name}`);
    };
    return this.run(`remove ${path}`, () => this.#inner.remove(path), half);
  }

  /** A close that fails has closed nevertheless, as on Linux. */
  async close(path: string, file: { close(): Promise<void> }): Promise<void> {
    await file.close();
    await this.run(`close ${path}`, async () => {});
  }

  async run<T>(what: string, action: () => Promise<T>, half: () => Promise<unknown> = async () => {}): Promise<T> {
    this.operations++;
    this.log.push(what);
    const fails = this.sticky ? this.operations >= this.failAt : this.operations === this.failAt;
    if (!fails) return action();
    this.fired = true;
    if (this.time === 'half') await half();
    if (this.time === 'after') await action();
    throw Object.assign(new Error(`${this.code}: injected into ${what}`), { code: this.code });
  }
}

class FaultyWritableFile implements WritableFile {
  readonly #fs: FaultyFileSystem;
  readonly #path: string;
  readonly #inner: WritableFile;

  constructor(fs: FaultyFileSystem, path: string, inner: WritableFile) {
    this.#fs = fs;
    this.#path = path;
    this.#inner = inner;
  }

  write(bytes: Uint8Array): Promise<void> {
    const half = () => this.#inner.write(bytes.subarray(0, bytes.length >> 1));
    return this.#fs.run(`write ${this.#path}`, () => this.#inner.write(bytes), half);
  }

  sync(): Promise<void> {
    return this.#fs.run(`sync ${this.#path}`, () => this.#inner.sync());
  }

  close(): Promise<void> {
    return this.#fs.close(this.#path, this.#inner);
  }
}
