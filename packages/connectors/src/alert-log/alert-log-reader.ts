import { type FileHandle, open, readFile } from 'node:fs/promises';
import { parseMark } from '../file/commit-mark.js';
import { SinkFileError } from '../file/sink-file-error.js';
import { type AlertLogMark, alertLogMarkPath, alertLogPath, EMPTY_ALERT_LOG, isAlertLogMark } from './alert-log-mark.js';
import type { LoggedAlert } from './alert-log-sink.js';

/** Every how many alerts the index knows a position. */
const INDEX_EVERY = 1_000;
const CHUNK = 256 * 1024;
const NEWLINE = 10;
const QUOTE = 34;

export interface PickOptions {
  /** Alerts with `seq` > `after`, in order, `limit` at most, … */
  readonly after: number;
  readonly limit: number;
  /** … of these those for which this is true; the others cost next to nothing. */
  readonly wanted: (id: string, seq: number) => boolean;
  readonly accept: (alert: LoggedAlert) => void;
}

/** Reads committed alerts from another thread than the one that commits them. Calls may overlap; each sees all that was committed before it. */
export class AlertLogReader {
  readonly #directory: string;
  /** Offset of line `i × INDEX_EVERY + 1`. */
  readonly #index: number[] = [0];
  /** Up to where, in bytes and lines, the index has been built. */
  #indexed = { length: 0, lines: 0 };
  /** One after the other: the index is shared. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Sequence number of the last committed alert, 0 for none. */
  async last(): Promise<number> {
    return (await this.#readMark()).lastSeq;
  }

  /** Alerts with `seq` > `after`, in order, `limit` at most. */
  async read({ after, limit }: { readonly after: number; readonly limit: number }): Promise<LoggedAlert[]> {
    const alerts: LoggedAlert[] = [];
    await this.pick({
      after,
      limit,
      wanted: () => true,
      accept: (alert) => alerts.push(alert),
    });
    return alerts;
  }

  /** Looks at what `read` would give, and reads those whose id or number is wanted. Resolves to the number that it came to. */
  pick(options: PickOptions): Promise<number> {
    const result = this.#queue.then(() => this.#pick({ ...options, after: Math.max(0, Math.floor(options.after)) }));
    this.#queue = result.catch(() => {});
    return result;
  }

  async #pick({ after, limit, wanted, accept }: PickOptions): Promise<number> {
    const mark = await this.#readMark();
    const end = Math.min(after + limit, mark.lastSeq);
    if (!(end > after)) return after;
    const file = await open(alertLogPath(this.#directory), 'r');
    try {
      await this.#extendIndex(file, mark);
      const entry = Math.floor(after / INDEX_EVERY);
      let seq = entry * INDEX_EVERY;
      for await (const lines of linesOf(file, this.#index[entry], mark.length)) {
        for (let from = 0; from < lines.length && seq < end; ) {
          const to = lines.indexOf(NEWLINE, from);
          seq++;
          if (seq > after && wanted(idOf(lines, from, to, seq), seq)) accept(this.#parse(lines.toString('utf8', from, to), seq));
          from = to + 1;
        }
        if (seq === end) break;
      }
      return end;
    } finally {
      await file.close();
    }
  }

  async #readMark(): Promise<AlertLogMark> {
    const path = alertLogMarkPath(this.#directory);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return EMPTY_ALERT_LOG;
      throw error;
    }
    return parseMark(path, bytes, isAlertLogMark);
  }

  /** Looks only at what was committed since it last did. */
  async #extendIndex(file: FileHandle, mark: AlertLogMark): Promise<void> {
    let { length, lines } = this.#indexed;
    for await (const chunk of chunksOf(file, length, mark.length)) {
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
        if (++lines % INDEX_EVERY === 0) this.#index[lines / INDEX_EVERY] = length + at + 1;
      }
      length += chunk.length;
    }
    this.#indexed = { length, lines };
  }

  #parse(line: string, seq: number): LoggedAlert {
    const alert = JSON.parse(line) as LoggedAlert;
    if (alert.seq !== seq)
      throw new SinkFileError(alertLogPath(this.#directory), `has alert ${alert.seq} where ${seq} belongs: it was changed`);
    return alert;
  }
}

/** Pieces of `[from, to)`, each to be used up before the next is asked for. */
async function* chunksOf(file: FileHandle, from: number, to: number): AsyncIterable<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (let at = from; at < to; ) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK, to - at), at);
    if (bytesRead === 0) throw new Error(`the alert log ends at ${at}, before ${to}`);
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** Whole lines of `[from, to)`, some at a time. */
async function* linesOf(file: FileHandle, from: number, to: number): AsyncIterable<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunksOf(file, from, to)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    rest = Buffer.from(bytes.subarray(end));
  }
}

/** Without parsing the line: the sink writes `{"seq":7,"id":"…",…}`. */
function idOf(bytes: Buffer, from: number, to: number, seq: number): string {
  const at = from + `{"seq":${seq},"id":"`.length;
  const end = bytes.indexOf(QUOTE, at);
  const id = end === -1 || end > to ? '' : bytes.toString('utf8', at, end);
  return id === '' || id.includes('\\') ? (JSON.parse(bytes.toString('utf8', from, to)) as LoggedAlert).id : id;
}
