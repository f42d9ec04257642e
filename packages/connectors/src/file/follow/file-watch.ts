import { type FSWatcher, watch } from 'node:fs';
import type { SourceClock } from '../../source-clock.js';

/** What no event tells (a link that was turned, a network file system) is found this late, ms. */
const POLL = 1_000;
/** Where the system gives no events. */
const POLL_WITHOUT_EVENTS = 100;
/** A writer of many single lines does not wake the reader for each. */
const SHORTEST_PAUSE = 5;

/** Wakes whoever waits when one of some files may have changed. One waiter at a time. */
export interface Watch {
  /** Watches these and no others; `key` tells a file from another that gets its path. */
  watch(files: readonly { readonly key: string; readonly path: string }[]): void;
  /** Resolves when something has changed since the last call, or might have. */
  next(): Promise<void>;
  close(): void;
}

/** By the system's own events, and a slow poll for what they do not tell. */
export class FileWatch implements Watch {
  readonly #clock: SourceClock;
  readonly #watchers = new Map<string, FSWatcher>();
  #blind = false;
  #changed = false;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(clock: SourceClock) {
    this.#clock = clock;
  }

  watch(files: readonly { readonly key: string; readonly path: string }[]): void {
    if (this.#closed) return;
    const wanted = new Map(files.map(({ key, path }) => [key, path]));
    for (const [key, watcher] of this.#watchers) {
      if (wanted.has(key)) continue;
      watcher.close();
      this.#watchers.delete(key);
    }
    this.#blind = false;
    for (const [key, path] of wanted) if (!this.#watchers.has(key)) this.#blind = !this.#add(key, path) || this.#blind;
  }

  async next(): Promise<void> {
    if (!this.#changed) {
      const { done, cancel } = this.#clock.sleep(this.#blind ? POLL_WITHOUT_EVENTS : POLL);
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([done, woken]);
      cancel();
      this.#wake = undefined;
    }
    this.#changed = false;
    if (!this.#closed) await this.#clock.sleep(SHORTEST_PAUSE).done;
  }

  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#note();
  }

  #note(): void {
    this.#changed = true;
    this.#wake?.();
  }

  #add(key: string, path: string): boolean {
    try {
      const watcher = watch(path, { persistent: false }, () => this.#note());
      watcher.on('error', () => this.#note());
      this.#watchers.set(key, watcher);
      // What changed before it watched.
      this.#changed = true;
      return true;
    } catch {
      return false;
    }
  }
}
