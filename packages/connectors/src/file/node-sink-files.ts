import { constants, copyFile, type FileHandle, link, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AppendFile, SinkFiles } from './sink-files.js';

const PIECE = 256 * 1024;

/** `SinkFiles` on the disk. */
export const nodeSinkFiles: SinkFiles = {
  async kind(path) {
    const found = await ifThere(stat(path));
    if (found === undefined) return 'none';
    return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  },
  async realPath(path) {
    return (await ifThere(realpath(path))) ?? join(await realpath(dirname(path)), basename(path));
  },
  async makeDirectory(path) {
    await mkdir(path, { recursive: true });
  },
  async size(path) {
    return (await ifThere(stat(path)))?.size;
  },
  readFile: (path) => readFile(path),
  async *read(path, from, to) {
    const file = await open(path, 'r');
    try {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, Math.max(1, to - from)));
      for (let at = from; at < to; ) {
        const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, to - at), at);
        if (bytesRead === 0) throw new Error(`${path} ends at ${at}, before ${to}`);
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  },
  async append(path, length) {
    const file = await open(path, length === 0 ? constants.O_WRONLY | constants.O_CREAT : constants.O_WRONLY);
    try {
      const { size } = await file.stat();
      if (size < length) throw new Error(`${path} has ${size} bytes, fewer than the ${length} that were written`);
      if (size > length) await file.truncate(length);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new NodeAppendFile(file, length);
  },
  async openStream(path) {
    return new NodeAppendFile(await open(path, 'w'), null);
  },
  link,
  async copy(from, to) {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    const file = await open(to, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  async remove(path) {
    await rm(path, { force: true });
  },
  async syncDirectory(path) {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

class NodeAppendFile implements AppendFile {
  readonly #file: FileHandle;
  /** Null for one that has no positions. */
  #position: number | null;

  constructor(file: FileHandle, position: number | null) {
    this.#file = file;
    this.#position = position;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#position);
      done += bytesWritten;
      if (this.#position !== null) this.#position += bytesWritten;
    }
  }

  async sync(): Promise<void> {
    await this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
