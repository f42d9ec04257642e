import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ReplayMarker } from './replay-marker.js';

/** Between two writes: what was printed in this time before a SIGKILL is printed again unmarked. */
const WRITE_INTERVAL_MS = 200;

/**
 * Keeps what has been printed in a file of the data directory, so that lines which a replay makes again are marked also in the process after. Not synced: it
 * has to outlive the process, not the machine, and nothing but a mark on a line depends on it.
 */
export class ReplayMarksFile {
  readonly marker: ReplayMarker;
  readonly #path: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
    this.marker = new ReplayMarker(read(path));
  }

  /** After lines have been looked at. */
  noteChange(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.write();
    }, WRITE_INTERVAL_MS);
  }

  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.marker.takeChanged()) return;
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.marker));
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full disk must not stop anything for the sake of a mark.
    }
  }
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
