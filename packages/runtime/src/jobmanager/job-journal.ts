import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { isMissing } from '../common/durable-files.js';
import type { FileSystem, WritableFile } from '../common/file-system.js';

/** One thing that happened to a job: plain data. */
export interface JournalEntry {
  readonly at: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Journal {
  readonly entries: readonly JournalEntry[];
  /** Lines that were left out because they were cut off or damaged. */
  readonly dropped: number;
}

/** Past this size its owner should write it anew with what is still worth keeping. */
export const JOURNAL_COMPACTION_SIZE = 4 * 1024 * 1024;

/**
 * Appends a job's history to a file of lines, each with a checksum.
 *
 * The first append writes the file anew from its sound lines and goes on at the end of the new one. That drops what an ended process left cut off
 * (the next line would be glued to it), and a writer of an earlier attempt that still lives goes on into a file that nobody sees any more.
 * The same happens after a failed write. Calls take effect in their order.
 */
export class JobJournal {
  readonly #fs: FileSystem;
  readonly #path: string;
  #open: { readonly file: WritableFile; size: number } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(fs: FileSystem, path: string) {
    this.#fs = fs;
    this.#path = path;
  }

  /** Resolves to the size of the file once the entry is in it; `durable`: and would survive a loss of power. */
  append(entry: JournalEntry, durable: boolean): Promise<number> {
    const line = encodeEntry(entry);
    return this.#inOrder(async () => {
      const open = this.#open ?? (await this.#replace((await readJournal(this.#fs, this.#path)).entries));
      try {
        await open.file.write(line);
        if (durable) await open.file.sync();
      } catch (error) {
        // There may be half a line now.
        await this.#abandon();
        throw error;
      }
      open.size += line.length;
      return open.size;
    });
  }

  /** Everything appended so far, and what was there before. */
  read(): Promise<Journal> {
    return this.#inOrder(() => readJournal(this.#fs, this.#path));
  }

  /** Puts `entries` in place of all that is in it, durably. */
  rewrite(entries: readonly JournalEntry[]): Promise<number> {
    return this.#inOrder(async () => (await this.#replace(entries)).size);
  }

  close(): Promise<void> {
    return this.#inOrder(() => this.#abandon());
  }

  async #replace(entries: readonly JournalEntry[]): Promise<{ file: WritableFile; size: number }> {
    await this.#abandon();
    const temporary = `${this.#path}.tmp`;
    const content = Buffer.concat(entries.map(encodeEntry));
    const file = await this.#fs.create(temporary);
    try {
      await file.write(content);
      await file.sync();
      await this.#fs.rename(temporary, this.#path);
      await this.#fs.syncDirectory(dirname(this.#path));
    } catch (error) {
      await file.close().catch(() => {});
      await this.#fs.remove(temporary).catch(() => {});
      throw error;
    }
    this.#open = { file, size: content.length };
    return this.#open;
  }

  async #abandon(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close().catch(() => {});
  }

  #inOrder<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#last.then(action);
    this.#last = done.catch(() => {});
    return done;
  }
}

const LINE = /^\{"crc":"([0-9a-f]{8})",(.+)$/s;

/** `{"crc":"0a1b2c3d","at":…,"type":…}`: a line of JSON; the checksum is over the entry without it. */
function encodeEntry(entry: JournalEntry): Buffer {
  const json = JSON.stringify(entry);
  return Buffer.from(`{"crc":"${crc32(json).toString(16).padStart(8, '0')}",${json.slice(1)}\n`);
}

function decodeEntry(line: string): JournalEntry | undefined {
  const [, checksum, rest] = LINE.exec(line) ?? [];
  if (checksum === undefined || crc32(`{${rest}`) !== Number.parseInt(checksum, 16)) return undefined;
  try {
    const entry = JSON.parse(`{${rest}`) as Partial<JournalEntry>;
    return typeof entry.at === 'number' && typeof entry.type === 'string' ? (entry as JournalEntry) : undefined;
  } catch {
    return undefined;
  }
}

async function readJournal(fs: FileSystem, path: string): Promise<Journal> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(path);
  } catch (error) {
    if (isMissing(error)) return { entries: [], dropped: 0 };
    throw error;
  }
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n');
  // A line without its end was not written to the end, even if it happens to read as whole.
  const rest = lines.pop();
  const entries = lines.map(decodeEntry).filter((entry) => entry !== undefined);
  return { entries, dropped: lines.length - entries.length + (rest === '' ? 0 : 1) };
}
