import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** What a key was first accepted with. */
export interface KeyEntry {
  readonly first: number;
  readonly count: number;
  readonly time: number;
  readonly hash: string;
}

/** A key is remembered this long at least, ms: a day, and an hour for clocks that differ. */
export const KEY_LIFETIME = 25 * 60 * 60 * 1000;

/**
 * Keys of the last day, in memory; durable by the frames they came with. Those of segments that are deleted sooner go to a file first.
 * In two halves, so that forgetting costs nothing: a half is dropped whole once all in it is older than a day.
 */
export class IdempotencyKeys {
  readonly #path: string;
  readonly #now: () => number;
  #current = new Map<string, KeyEntry>();
  #previous = new Map<string, KeyEntry>();
  #since: number;

  constructor(directory: string, now: () => number) {
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
      const { key, ...entry } = JSON.parse(line) as KeyEntry & { readonly key: string };
      this.add(key, entry);
    }
  }

  get(key: string): KeyEntry | undefined {
    return this.#current.get(key) ?? this.#previous.get(key);
  }

  add(key: string, entry: KeyEntry): void {
    const now = this.#now();
    if (now - entry.time > KEY_LIFETIME) return;
    if (now - this.#since > KEY_LIFETIME) {
      this.#previous = this.#current;
      this.#current = new Map();
      this.#since = now;
    }
    this.#current.set(key, entry);
  }

  /** Writes down, durably, those of events before `boundary`, whose segments are about to be deleted. */
  async keep(boundary: number): Promise<void> {
    const draft = `${this.#path}.new`;
    const file = await open(draft, 'w');
    try {
      let lines: string[] = [];
      const oldest = this.#now() - KEY_LIFETIME;
      for (const [key, entry] of [...this.#previous, ...this.#current]) {
        if (entry.first >= boundary || entry.time < oldest) continue;
        lines.push(`${JSON.stringify({ key, ...entry })}\n`);
        if (lines.length < 10_000) continue;
        await file.writeFile(lines.join(''));
        lines = [];
      }
      await file.writeFile(lines.join(''));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#path);
  }
}
