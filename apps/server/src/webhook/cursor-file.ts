import { readFileSync } from 'node:fs';
import { writeFileDurably } from '../data-directory/durable-file.js';

/** What has been delivered: every committed alert up to `cursor`, and these ids beyond it. */
export interface Delivered {
  readonly cursor: number;
  readonly beyond: readonly string[];
}

interface Stored extends Delivered {
  /** Another receiver has had none of it. */
  readonly url: string;
}

/** The webhook's memory over restarts of the process. Lost or damaged, it costs repeats or a gap in the past, never a wrong alert. */
export class CursorFile {
  readonly #path: string;
  readonly #url: string;

  constructor(path: string, url: string) {
    this.#path = path;
    this.#url = url;
  }

  read(): Delivered | undefined {
    try {
      const { url, cursor, beyond } = JSON.parse(readFileSync(this.#path, 'utf8')) as Partial<Stored>;
      if (url !== this.#url || !Number.isSafeInteger(cursor) || !Array.isArray(beyond)) return undefined;
      return { cursor: cursor as number, beyond };
    } catch {
      return undefined;
    }
  }

  write({ cursor, beyond }: Delivered): void {
    writeFileDurably(this.#path, `${JSON.stringify({ url: this.#url, cursor, beyond } satisfies Stored)}\n`);
  }
}
