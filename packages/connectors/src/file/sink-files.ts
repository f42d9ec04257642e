/**
 * The few file operations that a committing sink needs, passed in so that tests can fail or end the process at each of them.
 * Errors are Node's (`code` ENOENT, EPERM, ENOSPC, …). What `sync` and `syncDirectory` have not covered may be gone after a loss of power.
 */
export interface SinkFiles {
  /** What a path leads to, links followed; `other` is a device, a pipe or a socket. */
  kind(path: string): Promise<'none' | 'file' | 'directory' | 'other'>;
  /** The path with all links followed; of one that does not exist, its directory's. */
  realPath(path: string): Promise<string>;
  makeDirectory(path: string): Promise<void>;
  /** Undefined where there is none. */
  size(path: string): Promise<number | undefined>;
  readFile(path: string): Promise<Uint8Array>;
  /** The bytes `[from, to)` of a file that has them, in pieces that are used up before the next is asked for. */
  read(path: string, from: number, to: number): AsyncIterable<Uint8Array>;
  /** Opens a regular file to write behind its first `length` bytes; what follows them is cut off. Creates it for `length` 0. */
  append(path: string, length: number): Promise<AppendFile>;
  /** Opens a device or pipe to write to. */
  openStream(path: string): Promise<AppendFile>;
  link(existing: string, name: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Nothing happens where there is none. */
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export interface AppendFile {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
