/**
 * The few file operations that durable state needs, passed in so that tests and the simulator can fail each of them.
 * All paths are absolute. Errors are Node's (`code` ENOENT, ENOSPC, EIO, …).
 */
export interface FileSystem {
  mkdir(path: string): Promise<void>;
  /** Creates or truncates. */
  create(path: string): Promise<WritableFile>;
  open(path: string): Promise<ReadableFile>;
  readFile(path: string): Promise<Uint8Array>;
  rename(from: string, to: string): Promise<void>;
  /** fsync of a directory: makes the names in it durable. */
  syncDirectory(path: string): Promise<void>;
  /** Names in a directory; empty where there is none. */
  readdir(path: string): Promise<string[]>;
  /** Undefined where there is none. */
  stat(path: string): Promise<{ readonly size: number; readonly isDirectory: boolean; readonly mtimeMs: number } | undefined>;
  /** Removes a file or a whole directory; nothing happens where there is none. */
  remove(path: string): Promise<void>;
}

export interface WritableFile {
  /** Appends all of `bytes`, which stay as they are until it resolves. The next one may be called before that. */
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface ReadableFile {
  readonly size: number;
  /** Fills `target` from `position`; returns the number of bytes read, fewer only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}
