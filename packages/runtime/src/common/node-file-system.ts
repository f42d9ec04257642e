import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { isMissing } from './durable-files.js';
import type { FileSystem, ReadableFile, WritableFile } from './file-system.js';

/** The machine's own file system, through libuv's pool: nothing here blocks the calling thread. */
export class NodeFileSystem implements FileSystem {
  async mkdir(path: string): Promise<void> {
    await mkdir(path, { recursive: true });
  }

  async create(path: string): Promise<WritableFile> {
    return new NodeWritableFile(await open(path, 'w'));
  }

  async open(path: string): Promise<ReadableFile> {
    const handle = await open(path, 'r');
    try {
      return new NodeReadableFile(handle, (await handle.stat()).size);
    } catch (error) {
      await handle.close().catch(() => {});
      throw error;
    }
  }

  readFile(path: string): Promise<Uint8Array> {
    return readFile(path);
  }

  rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  async syncDirectory(path: string): Promise<void> {
    // Windows has no fsync of a directory; its renames are durable by the journal of NTFS.
    if (process.platform === 'win32') return;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async readdir(path: string): Promise<string[]> {
    try {
      return await readdir(path);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async stat(path: string): Promise<{ size: number; isDirectory: boolean; mtimeMs: number } | undefined> {
    try {
      const found = await stat(path);
      return { size: found.size, isDirectory: found.isDirectory(), mtimeMs: found.mtimeMs };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async remove(path: string): Promise<void> {
    // Retries: a writer of an ended attempt may still be creating a file in a directory while it is removed.
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 10 });
  }
}

class NodeWritableFile implements WritableFile {
  readonly #handle: FileHandle;
  #end = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    // The system may take less than it was offered (a full disk, a signal); the rest then fails or succeeds on its own.
    const position = this.#end;
    this.#end += bytes.length;
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

class NodeReadableFile implements ReadableFile {
  readonly size: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
