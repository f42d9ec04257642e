import { type FileHandle, open, readFile } from 'node:fs/promises';
import { parseMark } from '../file/commit-mark.js';
import { SinkFileError } from '../file/sink-file-error.js';
import { type AlertLogMark, alertLogMarkPath, alertLogPath, EMPTY_ALERT_LOG, isAlertLogMark } from './alert-log-mark.js';
import type { LoggedAlert } from './alert-log-sink.js';

/** Every how many alerts the index knows a position. */
const INDEX_EVERY = 1_000;
const CHUNK = 256 * 1024;
const NEWLINE = 10;

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
  read(options: { readonly after: number; readonly limit: number }): Promise<LoggedAlert[]> {
    const result = this.#queue.then(() => this.#read(Math.max(0, Math.floor(options.after)), options.limit));
    this.#queue = result.catch(() => {});
    return result;
  }

  async #read(after: number, limit: number): Promise<LoggedAlert[]> {
    const mark = await this.#readMark();
    const wanted = Math.min(limit, mark.lastSeq - after);
    if (!(wanted > 0)) return [];
    const file = await open(alertLogPath(this.#directory), 'r');
    try {
      await this.#extendIndex(file, mark);
      const entry = Math.floor(after / INDEX_EVERY);
      let toSkip = after - entry * INDEX_EVERY;
      const alerts: LoggedAlert[] = [];
      for await (const lines of linesOf(file, this.#index[entry], mark.length)) {
        const some = lines.slice(toSkip, toSkip + wanted - alerts.length);
        toSkip = Math.max(0, toSkip - lines.length);
        for (const line of some) alerts.push(this.#parse(line, after + alerts.length + 1));
        if (alerts.length === wanted) break;
      }
      return alerts;
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
async function* linesOf(file: FileHandle, from: number, to: number): AsyncIterable<string[]> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunksOf(file, from, to)) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split('\n');
  }
}
