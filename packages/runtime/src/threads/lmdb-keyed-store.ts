import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Key, open, type RootDatabase } from 'lmdb';
import type { KeyedStore, KeyedStoreSnapshot } from '../state/disk/keyed-store.js';

/**
 * A store in LMDB files in a directory of its own, which is made here and removed by `close`. No file of an earlier store is ever opened: LMDB maps its file into
 * memory and believes it, and one cut short would take the process down.
 *
 * Nothing is synced: a store does not outlive its process. Writes are done by a thread of LMDB's.
 */
export function openLmdbKeyedStore(directory: string): KeyedStore {
  mkdirSync(directory, { recursive: true });
  return new LmdbKeyedStore(directory);
}

class LmdbKeyedStore implements KeyedStore {
  readonly maxKeyBytes = 1_900;
  readonly #directory: string;
  readonly #db: RootDatabase<Buffer, Buffer>;
  /** One for each transaction of LMDB's that is under way. */
  readonly #writes = new Set<Promise<unknown>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#db = open({
      path: directory,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'binary',
      compression: false,
      cache: false,
      noSync: true,
      overlappingSync: false,
      // Neighbours of a key say nothing of which is wanted next.
      noReadAhead: true,
      noMemInit: true,
      maxReaders: 16,
    } as Parameters<typeof open>[0]) as unknown as RootDatabase<Buffer, Buffer>;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const found = this.#db.getBinaryFast(key as Buffer);
    // LMDB's own buffer: its length has been set to the value's, its byteLength has not.
    return found === undefined ? undefined : new Uint8Array(found.buffer, found.byteOffset, found.length);
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#follow(this.#db.put(key as Buffer, value as Buffer));
  }

  remove(key: Uint8Array): void {
    this.#follow(this.#db.remove(key as Buffer));
  }

  async written(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  snapshot(): KeyedStoreSnapshot {
    const db = this.#db;
    const transaction = db.useReadTransaction();
    const open = new Set<Iterator<unknown>>();
    return {
      *range(from, to) {
        const entries = db.getRange({ start: from as Buffer as Key as Buffer, end: to as Buffer, transaction })[Symbol.iterator]();
        open.add(entries);
        for (;;) {
          const next = entries.next();
          if (next.done === true) break;
          yield next.value;
        }
        open.delete(entries);
      },
      release: () => {
        // A cursor has to be closed before the transaction it reads in.
        for (const entries of open) entries.return?.();
        transaction.done();
      },
    };
  }

  async close(): Promise<void> {
    await this.written().catch(() => {});
    await this.#db.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #follow(written: Promise<unknown>): void {
    if (this.#writes.has(written)) return;
    this.#writes.add(written);
    written
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#writes.delete(written));
  }
}
