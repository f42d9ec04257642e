import type { CommitPart, Committer } from '@weir/runtime';
import { bytesOf } from '../file/commit-bytes.js';
import { readMark, writeMark } from '../file/commit-mark.js';
import { SinkFileError } from '../file/sink-file-error.js';
import type { AppendFile, SinkFiles } from '../file/sink-files.js';
import { type AlertLogMark, alertLogMarkPath, alertLogPath, EMPTY_ALERT_LOG, isAlertLogMark } from './alert-log-mark.js';

/** Lineages remembered. One that is started again after this many others could commit its last checkpoint twice. */
const MOST_LINEAGES = 1_000;
/** Numbered lines are written when this many bytes have come together. */
const PIECE = 64 * 1024;
/** Bytes of `{"seq":N,` at most. */
const MOST_PREFIX = 32;

const NEWLINE = 10;

/**
 * Second phase of the alert log: appends, syncs, then replaces the mark. Readers look no further than the mark says, so what an append
 * that was cut off left behind is seen by nobody, and overwritten by the next.
 */
export class AlertLogCommitter implements Committer {
  readonly #directory: string;
  readonly #lineage: string;
  readonly #files: SinkFiles;
  /** What the disk says; undefined while that is not known: before `open`, and after a commit that failed somewhere. */
  #mark: AlertLogMark | undefined;
  /** Of this lineage, as the last mark that was known has it. */
  #records = 0;
  /** A commit whose count has not been told to anyone. */
  #untold = { checkpointId: 0, records: 0 };

  constructor(directory: string, lineage: string, files: SinkFiles) {
    this.#directory = directory;
    this.#lineage = lineage;
    this.#files = files;
  }

  async open(): Promise<number> {
    await this.#files.makeDirectory(this.#directory);
    return this.#committed(await this.#recover());
  }

  async commit(checkpointId: number, parts: readonly CommitPart[]): Promise<number> {
    const mark = this.#mark ?? (await this.#recover());
    if (checkpointId <= this.#committed(mark)) return this.#tell(checkpointId);
    this.#mark = undefined;
    const next = await this.#append(mark, checkpointId, parts);
    if (next !== mark) {
      this.#untold = { checkpointId, records: next.lastSeq - mark.lastSeq };
      await writeMark(this.#files, alertLogMarkPath(this.#directory), next);
    }
    this.#mark = next;
    this.#records = this.#recordsIn(next);
    return this.#tell(checkpointId);
  }

  committedRecords(): number {
    return this.#records;
  }

  async close(): Promise<void> {
    this.#mark = undefined;
  }

  #committed(mark: AlertLogMark): number {
    return mark.committed.find(([lineage]) => lineage === this.#lineage)?.[1] ?? 0;
  }

  #recordsIn(mark: AlertLogMark): number {
    return mark.committed.find(([lineage]) => lineage === this.#lineage)?.[2] ?? 0;
  }

  #tell(checkpointId: number): number {
    const records = checkpointId === this.#untold.checkpointId ? this.#untold.records : 0;
    this.#untold = { checkpointId: 0, records: 0 };
    return records;
  }

  async #append(mark: AlertLogMark, checkpointId: number, parts: readonly CommitPart[]): Promise<AlertLogMark> {
    const log = alertLogPath(this.#directory);
    let file: AppendFile | undefined;
    let { length, lastSeq } = mark;
    try {
      for await (const { bytes, lines } of numbered(bytesOf(parts), lastSeq)) {
        file ??= await this.#files.append(log, mark.length);
        await file.write(bytes);
        length += bytes.length;
        lastSeq += lines;
      }
      await file?.sync();
    } finally {
      await file?.close();
    }
    if (file === undefined) return mark;
    const records = this.#recordsIn(mark) + lastSeq - mark.lastSeq;
    const others = mark.committed.filter(([lineage]) => lineage !== this.#lineage).slice(1 - MOST_LINEAGES);
    return { version: 1, length, lastSeq, committed: [...others, [this.#lineage, checkpointId, records]] };
  }

  async #recover(): Promise<AlertLogMark> {
    const log = alertLogPath(this.#directory);
    const mark = await readMark(this.#files, alertLogMarkPath(this.#directory), isAlertLogMark);
    const size = await this.#files.size(log);
    if (mark === undefined) return this.#begin(size ?? 0);
    if ((size ?? 0) < mark.length)
      throw new SinkFileError(log, `has ${size ?? 0} bytes, but ${mark.length} had been committed: it was changed or removed`);
    this.#mark = mark;
    this.#records = this.#recordsIn(mark);
    return mark;
  }

  async #begin(size: number): Promise<AlertLogMark> {
    const log = alertLogPath(this.#directory);
    if (size > 0) throw new SinkFileError(log, 'has lost its mark (alerts.mark), so it cannot be told what had been committed');
    const file = await this.#files.append(log, 0);
    await file.sync();
    await file.close();
    // Makes the log's own name durable too: both are in one directory.
    await writeMark(this.#files, alertLogMarkPath(this.#directory), EMPTY_ALERT_LOG);
    this.#mark = EMPTY_ALERT_LOG;
    return EMPTY_ALERT_LOG;
  }
}

/** Puts its number before each line: `{"id":…}` becomes `{"seq":7,"id":…}`. A piece that is yielded is used up before the next is asked for. */
async function* numbered(
  pieces: AsyncIterable<Uint8Array>,
  lastSeq: number,
): AsyncIterable<{ readonly bytes: Buffer; readonly lines: number }> {
  // One buffer for all, copied into: a Buffer per line costs ten times as much as the line's bytes.
  let out = Buffer.allocUnsafe(2 * PIECE);
  let size = 0;
  let lines = 0;
  let seq = lastSeq;
  let atLineStart = true;
  for await (const bytes of pieces) {
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(NEWLINE, from);
      const to = end === -1 ? bytes.length : end + 1;
      const room = size + MOST_PREFIX + to - from;
      if (room > out.length) out = Buffer.concat([out.subarray(0, size)], 2 * room);
      if (atLineStart) {
        size += out.write(`{"seq":${++seq},`, size, 'latin1');
        // Behind the opening brace, which is always there: the writer made the line.
        from++;
      }
      out.set(bytes.subarray(from, to), size);
      size += to - from;
      atLineStart = end !== -1;
      if (atLineStart) lines++;
      from = to;
      if (size < PIECE) continue;
      yield { bytes: out.subarray(0, size), lines };
      [size, lines] = [0, 0];
    }
  }
  if (size > 0) yield { bytes: out.subarray(0, size), lines };
}
