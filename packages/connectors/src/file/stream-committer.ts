import type { CommitPart } from '@weir/runtime';
import { bytesOf, countLines } from './commit-bytes.js';
import { readMark, writeMark } from './commit-mark.js';
import { type FileMark, isFileMark } from './file-mark.js';
import type { AppendFile, SinkFiles } from './sink-files.js';

/**
 * Second phase where the output is a device or a pipe: what was sent cannot be taken back or looked at. The mark is written after
 * the lines, so that a kill between the two sends them again rather than never.
 */
export class StreamCommitter {
  readonly #path: string;
  readonly #markPath: string;
  readonly #lineage: string;
  readonly #files: SinkFiles;
  #mark: FileMark | undefined;
  #stream: AppendFile | undefined;

  constructor(path: string, markPath: string, lineage: string, files: SinkFiles) {
    this.#path = path;
    this.#markPath = markPath;
    this.#lineage = lineage;
    this.#files = files;
  }

  async open(): Promise<number> {
    const found = await readMark(this.#files, this.#markPath, isFileMark);
    const none: FileMark = {
      version: 1,
      path: this.#path,
      lineage: this.#lineage,
      checkpointId: 0,
      records: 0,
      current: 0,
      lengths: [0, 0],
    };
    this.#mark = found?.lineage === this.#lineage ? found : none;
    return this.#mark.checkpointId;
  }

  async commit(checkpointId: number, parts: readonly CommitPart[]): Promise<number> {
    const mark = this.#mark as FileMark;
    if (checkpointId <= mark.checkpointId) return 0;
    let records = 0;
    for await (const bytes of bytesOf(parts)) {
      // Not before there is something to say: opening a pipe waits for its reader.
      this.#stream ??= await this.#files.openStream(this.#path);
      await this.#stream.write(bytes);
      records += countLines(bytes);
    }
    if (records === 0) return 0;
    const next = { ...mark, checkpointId, records: mark.records + records };
    await writeMark(this.#files, this.#markPath, next);
    this.#mark = next;
    return records;
  }

  committedRecords(): number {
    return this.#mark?.records ?? 0;
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    this.#stream = undefined;
  }
}
