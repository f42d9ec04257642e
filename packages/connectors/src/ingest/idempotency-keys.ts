import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { IngestLogError } from './ingest-error.js';

/** What a key was first accepted with. */
export interface KeyEntry {
  readonly first: number;
  readonly count: number;
  readonly time: number;
  readonly hash: string;
}

/** A key is remembered this long at least, ms: a day, and an hour for clocks that differ. */
export const KEY_LIFETIME = 25 * 60 * 60 * 1000;
/** Of each half: beyond it keys are forgotten sooner, so that no client can fill the memory. Some 250 bytes each. */
const MOST_KEYS = 500_000;

/**
 * Keys of the last day, in memory; durable by the frames they came with. Those of segments that are deleted sooner go to a file first.
 * In two halves, so that forgetting costs nothing: a half is dropped whole once all in it is older than a day, or once both are full.
 */
export class IdempotencyKeys {
  readonly #path: string;
  readonly #now: () => number;
  readonly #most: number;
  #current = new Map<string, KeyEntry>();
  #previous = new Map<string, KeyEntry>();
  #since: number;

  constructor(directory: string, now: () => number, most = MOST_KEYS) {
    this.#most = most;
    this.#path = join(directory, 'keys.ndjson');
    this.#now = now;
    this.#since = now();
  }

  /** What `keep` wrote. */
  async load(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    for (const line of text.split('\n').slice(0, -1)) {
      const { key, ...entry } = this.#parse(line);
      this.add(key, entry);
    }
  }

  #parse(line: string): KeyEntry & { readonly key: string } {
    try {
      return JSON.parse(line) as KeyEntry & { readonly key: string };
    } catch (cause) {
      throw new IngestLogError(
        `${this.#path} is damaged: without it a request that is sent again would count twice; delete it if none will be`,
        { cause },
      );
    }
  }

  get(key: string): KeyEntry | undefined {
    return this.#current.get(key) ?? this.#previous.get(key);
  }

  add(key: string, entry: KeyEntry): void {
    const now = this.#now();
    if (now - entry.time > KEY_LIFETIME) return;
    if (now - this.#since > KEY_LIFETIME || this.#current.size >= this.#most) {
      this.#previous = this.#current;
      this.#current = new Map();
      this.#since = now;
    }
    this.#current.set(key, entry);
  }

  /** Writes down, durably, those of events before `boundary`, whose segments are about to be deleted. */
  async keep(boundary: number): Promise<void> {
    const draft = `${this.#path}.new`;
    try {
      await this.#write(draft, boundary);
      await rename(draft, this.#path);
    } catch (error) {
      // The disk may be full: what was begun must not take more of it.
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  async #write(path: string, boundary: number): Promise<void> {
    const file = await open(path, 'w');
    try {
      let lines: string[] = [];
      const oldest = this.#now() - KEY_LIFETIME;
      for (const half of [this.#previous, this.#current]) {
        for (const [key, entry] of half) {
          if (entry.first >= boundary || entry.time < oldest) continue;
          lines.push(`${JSON.stringify({ key, ...entry })}\n`);
          if (lines.length < 10_000) continue;
          await file.writeFile(lines.join(''));
          lines = [];
        }
      }
      await file.writeFile(lines.join(''));
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
