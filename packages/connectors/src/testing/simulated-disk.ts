import { basename, dirname } from 'node:path';
import type { AppendFile, SinkFiles } from '../file/sink-files.js';

/** What every operation fails with once the process is "killed". */
export class Killed extends Error {}

interface Inode {
  bytes: Buffer;
  /** What a loss of power leaves for certain. */
  durable: Buffer;
}

interface Directory {
  entries: Map<string, Inode>;
  durable: Map<string, Inode>;
  /** Changes that no `syncDirectory` has covered. */
  pending: ((entries: Map<string, Inode>) => void)[];
}

/**
 * A disk in memory whose process can be killed before or within any operation, and that can lose what was not synced. For tests.
 * `killAt` counts operations from 1; a write that is killed has written half.
 */
export class SimulatedDisk implements SinkFiles {
  operations = 0;
  killAt = Number.POSITIVE_INFINITY;
  /** Runs after each operation, as somebody who looks at the disk meanwhile. */
  observe: () => void = () => {};
  hasLinks = true;
  /** Given an operation's name, an error code for it to fail with. */
  fail: (operation: string, path: string) => string | undefined = () => undefined;
  readonly #directories = new Map<string, Directory>();
  #dead = false;

  constructor(...directories: string[]) {
    for (const path of directories) this.#directories.set(path, { entries: new Map(), durable: new Map(), pending: [] });
  }

  /** A new process finds the disk as the old one left it. */
  restart(): void {
    this.#dead = false;
    this.killAt = Number.POSITIVE_INFINITY;
    this.operations = 0;
  }

  /** `random` gives 0 … 1: how much of what was not synced is still there. */
  losePower(random: () => number): void {
    const inodes = new Set<Inode>();
    for (const directory of this.#directories.values()) {
      for (const entries of [directory.entries, directory.durable]) for (const inode of entries.values()) inodes.add(inode);
      directory.entries = new Map(directory.durable);
      const kept = Math.floor(random() * (directory.pending.length + 1));
      for (const change of directory.pending.slice(0, kept)) change(directory.entries);
      directory.pending = [];
      directory.durable = new Map(directory.entries);
    }
    for (const inode of inodes) {
      const { bytes, durable } = inode;
      if (bytes.equals(durable)) continue;
      // The length may be there without the bytes.
      const known = Math.floor(random() * (bytes.length + 1));
      const length = known + Math.floor(random() * (bytes.length - known + 1));
      const torn = Buffer.concat([bytes.subarray(0, known), Buffer.alloc(length - known)]);
      const appended = bytes.length >= durable.length && bytes.subarray(0, durable.length).equals(durable);
      inode.bytes =
        appended && torn.length < durable.length
          ? durable
          : appended
            ? Buffer.concat([durable, torn.subarray(durable.length)])
            : random() < 0.5
              ? durable
              : torn;
      inode.durable = inode.bytes;
    }
  }

  /** The text of a file for a test to look at; undefined where there is none. */
  peek(path: string): string | undefined {
    return this.#directories.get(dirname(path))?.entries.get(basename(path))?.bytes.toString();
  }

  names(directory: string): string[] {
    return [...(this.#directories.get(directory)?.entries.keys() ?? [])].sort();
  }

  plant(path: string, text: string): void {
    const inode = { bytes: Buffer.from(text), durable: Buffer.from(text) };
    for (const entries of [this.#directory(path).entries, this.#directory(path).durable]) entries.set(basename(path), inode);
  }

  async #step<T>(operation: string, path: string, act: (cut: boolean) => T): Promise<T> {
    await undefined;
    if (this.#dead) throw new Killed();
    const code = this.fail(operation, path);
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${operation} ${path}`), { code });
    this.#dead = ++this.operations >= this.killAt;
    if (this.#dead && operation !== 'write') throw new Killed();
    const result = act(this.#dead);
    this.observe();
    if (this.#dead) throw new Killed();
    return result;
  }

  #directory(path: string): Directory {
    const directory = this.#directories.get(dirname(path));
    if (directory === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return directory;
  }

  #inode(path: string): Inode {
    const inode = this.#directory(path).entries.get(basename(path));
    if (inode === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return inode;
  }

  #change(path: string, change: (entries: Map<string, Inode>) => void): void {
    const directory = this.#directory(path);
    change(directory.entries);
    directory.pending.push(change);
  }

  kind(path: string): Promise<'none' | 'file' | 'directory' | 'other'> {
    return this.#step('kind', path, () => (this.#directories.has(path) ? 'directory' : this.peek(path) === undefined ? 'none' : 'file'));
  }

  realPath(path: string): Promise<string> {
    return this.#step('realPath', path, () => {
      this.#directory(path);
      return path;
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#step('makeDirectory', path, () => {
      if (!this.#directories.has(path)) this.#directories.set(path, { entries: new Map(), durable: new Map(), pending: [] });
    });
  }

  size(path: string): Promise<number | undefined> {
    return this.#step('size', path, () => this.#directory(path).entries.get(basename(path))?.bytes.length);
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#step('readFile', path, () => this.#inode(path).bytes);
  }

  async *read(path: string, from: number, to: number): AsyncIterable<Uint8Array> {
    for (let at = from; at < to; at += 16)
      yield await this.#step('read', path, () => Buffer.from(this.#inode(path).bytes.subarray(at, Math.min(at + 16, to))));
  }

  async append(path: string, length: number): Promise<AppendFile> {
    const inode = await this.#step('append', path, () => {
      const found = this.#directory(path).entries.get(basename(path));
      if (found === undefined && length > 0) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
      const opened: Inode = found ?? { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) };
      if (found === undefined) this.#change(path, (entries) => entries.set(basename(path), opened));
      if (opened.bytes.length < length) throw new Error(`${path} is too short`);
      opened.bytes = opened.bytes.subarray(0, length);
      return opened;
    });
    return {
      write: (bytes) =>
        this.#step('write', path, (cut) => {
          inode.bytes = Buffer.concat([inode.bytes, cut ? bytes.subarray(0, bytes.length >> 1) : bytes]);
        }),
      sync: () =>
        this.#step('sync', path, () => {
          inode.durable = inode.bytes;
        }),
      close: () => this.#step('close', path, () => {}),
    };
  }

  openStream(path: string): Promise<AppendFile> {
    return this.append(path, 0);
  }

  link(existing: string, name: string): Promise<void> {
    return this.#step('link', name, () => {
      if (!this.hasLinks) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
      const inode = this.#inode(existing);
      if (this.peek(name) !== undefined) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' });
      this.#change(name, (entries) => entries.set(basename(name), inode));
    });
  }

  copy(from: string, to: string): Promise<void> {
    return this.#step('copy', to, () => {
      const bytes = Buffer.from(this.#inode(from).bytes);
      this.#change(to, (entries) => entries.set(basename(to), { bytes, durable: bytes }));
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#step('rename', to, () => {
      const inode = this.#inode(from);
      if (this.#directory(to).entries.get(basename(to)) === inode) return;
      this.#change(to, (entries) => {
        entries.delete(basename(from));
        entries.set(basename(to), inode);
      });
    });
  }

  remove(path: string): Promise<void> {
    return this.#step('remove', path, () => {
      if (this.peek(path) !== undefined) this.#change(path, (entries) => entries.delete(basename(path)));
    });
  }

  syncDirectory(path: string): Promise<void> {
    return this.#step('syncDirectory', path, () => {
      const directory = this.#directories.get(path);
      if (directory === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
      directory.durable = new Map(directory.entries);
      directory.pending = [];
    });
  }
}

/** Numbers 0 … 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
