import { basename, dirname, join } from 'node:path';
import type { CommitPart, Committer } from '@weir/runtime';
import { bytesOf, countLines } from './commit-bytes.js';
import { readMark, writeMark } from './commit-mark.js';
import { type FileMark, isFileMark, markPath } from './file-mark.js';
import { publish } from './publish.js';
import { SinkFileError } from './sink-file-error.js';
import type { AppendFile, SinkFiles } from './sink-files.js';
import { StreamCommitter } from './stream-committer.js';
import type { TwoPhaseFileSinkOptions } from './two-phase-file-sink.js';

/**
 * Second phase of the file sink. An append can be cut in the middle of a line, so nothing is ever appended to the output itself:
 *
 * There are two private files beside the output, and the output is a hard link to one of them. A commit
 *   1. appends to the other one what it lacks of the first, and the new lines, and syncs it;
 *   2. replaces the mark, which says for which checkpoint which file holds how much: from here on the commit has happened;
 *   3. publishes: a new link to that file is renamed over the output.
 * So each line is written twice in all, and no file is copied. Cut before 2, the next `open` cuts the other file back to
 * what the mark says; cut after it, the next `open` publishes. The file that the output is linked to is never written to.
 */
export class TwoPhaseFileCommitter implements Committer {
  readonly #options: Pick<TwoPhaseFileSinkOptions<unknown>, 'path' | 'workDirectory'>;
  readonly #lineage: string;
  readonly #files: SinkFiles;
  /** Set instead of all below where the output is no file. */
  #stream: StreamCommitter | undefined;
  #path = '';
  /** What the disk says; undefined while that is not known: before `open`, and after a commit that failed somewhere. */
  #mark: FileMark | undefined;
  /** Of the last mark that was known. */
  #records = 0;
  /** A commit whose count has not been told to anyone. */
  #untold = { checkpointId: 0, records: 0 };

  constructor(options: Pick<TwoPhaseFileSinkOptions<unknown>, 'path' | 'workDirectory'>, lineage: string, files: SinkFiles) {
    this.#options = options;
    this.#lineage = lineage;
    this.#files = files;
  }

  async open(): Promise<number> {
    this.#path = await realOutputPath(this.#files, this.#options.path);
    await this.#files.makeDirectory(this.#options.workDirectory);
    if ((await this.#files.kind(this.#path)) === 'other') {
      this.#stream = new StreamCommitter(this.#path, markPath(this.#options.workDirectory), this.#lineage, this.#files);
      return this.#stream.open();
    }
    return (await this.#recover()).checkpointId;
  }

  async commit(checkpointId: number, parts: readonly CommitPart[]): Promise<number> {
    if (this.#stream !== undefined) return this.#stream.commit(checkpointId, parts);
    const mark = this.#mark ?? (await this.#recover());
    if (checkpointId <= mark.checkpointId) return this.#tell(checkpointId);
    this.#mark = undefined;
    const next = await this.#write(mark, checkpointId, parts);
    if (next !== mark) {
      this.#untold = { checkpointId, records: next.records - mark.records };
      await writeMark(this.#files, markPath(this.#options.workDirectory), next);
      await this.#publish(this.#private(next.current), this.#path);
    }
    this.#mark = next;
    this.#records = next.records;
    return this.#tell(checkpointId);
  }

  committedRecords(): number {
    return this.#stream?.committedRecords() ?? this.#records;
  }

  async close(): Promise<void> {
    if (this.#stream !== undefined) return this.#stream.close();
    if (this.#mark === undefined) return;
    // Only the output stays. To go on later, `open` links to it again.
    this.#mark = undefined;
    await this.#files.remove(this.#private(0));
    await this.#files.remove(this.#private(1));
    await this.#files.syncDirectory(dirname(this.#path));
  }

  #tell(checkpointId: number): number {
    const records = checkpointId === this.#untold.checkpointId ? this.#untold.records : 0;
    this.#untold = { checkpointId: 0, records: 0 };
    return records;
  }

  #private(which: 0 | 1 | 'new'): string {
    return join(dirname(this.#path), `.${basename(this.#path)}.weir-${which}`);
  }

  #publish(file: string, name: string): Promise<void> {
    return publish(this.#files, file, name, this.#private('new'));
  }

  /** Step 1. The mark as it will be; the same one if there is nothing to commit. */
  async #write(mark: FileMark, checkpointId: number, parts: readonly CommitPart[]): Promise<FileMark> {
    const other = mark.current === 0 ? 1 : 0;
    let file: AppendFile | undefined;
    let length = mark.lengths[mark.current];
    let { records } = mark;
    try {
      for await (const bytes of bytesOf(parts)) {
        file ??= await this.#catchUp(mark, other);
        await file.write(bytes);
        length += bytes.length;
        records += countLines(bytes);
      }
      await file?.sync();
    } finally {
      await file?.close();
    }
    if (file === undefined) return mark;
    const lengths: FileMark['lengths'] = other === 0 ? [length, mark.lengths[1]] : [mark.lengths[0], length];
    return { ...mark, checkpointId, records, current: other, lengths };
  }

  async #catchUp(mark: FileMark, other: 0 | 1): Promise<AppendFile> {
    const file = await this.#files.append(this.#private(other), mark.lengths[other]);
    try {
      for await (const bytes of this.#files.read(this.#private(mark.current), mark.lengths[other], mark.lengths[mark.current]))
        await file.write(bytes);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Makes files, mark and output agree, whatever was cut off where. */
  async #recover(): Promise<FileMark> {
    const found = await readMark(this.#files, markPath(this.#options.workDirectory), isFileMark);
    try {
      const mark = found?.lineage === this.#lineage ? await this.#goOn(found) : await this.#begin();
      await this.#publish(this.#private(mark.current), this.#path);
      this.#mark = mark;
      this.#records = mark.records;
      return mark;
    } catch (cause) {
      if (cause instanceof SinkFileError) throw cause;
      throw new SinkFileError(this.#path, `cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  async #begin(): Promise<FileMark> {
    // Removed, not emptied: the output of an earlier run may be a link to one of them.
    await this.#create(0);
    await this.#create(1);
    await this.#files.syncDirectory(dirname(this.#path));
    return this.#save({ version: 1, path: this.#path, lineage: this.#lineage, checkpointId: 0, records: 0, current: 0, lengths: [0, 0] });
  }

  async #goOn(mark: FileMark): Promise<FileMark> {
    if (mark.path !== this.#path) {
      throw new SinkFileError(
        mark.path,
        `is the output that this job has been writing; ${this.#path} cannot take its place. Give the same output, or another data directory`,
      );
    }
    const { current, lengths } = mark;
    const other = current === 0 ? 1 : 0;
    if (await this.#has(this.#private(current), lengths[current])) await this.#cut(this.#private(current), lengths[current]);
    else await this.#takeBackFromOutput(mark);
    if (await this.#has(this.#private(other), lengths[other])) return mark;
    await this.#create(other);
    await this.#files.syncDirectory(dirname(this.#path));
    return this.#save({ ...mark, lengths: other === 0 ? [0, lengths[1]] : [lengths[0], 0] });
  }

  /** After `close` only the output is left, and holds all that was committed. */
  async #takeBackFromOutput(mark: FileMark): Promise<void> {
    const length = mark.lengths[mark.current];
    if (!(await this.#has(this.#path, length))) {
      throw new SinkFileError(this.#path, `does not hold the ${length} bytes that had been committed to it: it was changed or removed`);
    }
    await this.#publish(this.#path, this.#private(mark.current));
    await this.#cut(this.#private(mark.current), length);
  }

  async #has(path: string, length: number): Promise<boolean> {
    return (await this.#files.kind(path)) === 'file' && ((await this.#files.size(path)) ?? -1) >= length;
  }

  async #create(which: 0 | 1): Promise<void> {
    await this.#files.remove(this.#private(which));
    await this.#cut(this.#private(which), 0);
  }

  async #cut(path: string, length: number): Promise<void> {
    const file = await this.#files.append(path, length);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #save(mark: FileMark): Promise<FileMark> {
    await writeMark(this.#files, markPath(this.#options.workDirectory), mark);
    return mark;
  }
}

async function realOutputPath(files: SinkFiles, path: string): Promise<string> {
  const real = await files.realPath(path).catch((cause: unknown) => {
    const missing = (cause as { code?: string }).code === 'ENOENT';
    throw new SinkFileError(
      path,
      missing ? `cannot be written: there is no directory ${dirname(path)}` : `cannot be written: ${(cause as Error).message}`,
      { cause },
    );
  });
  if ((await files.kind(real)) === 'directory') throw new SinkFileError(path, 'cannot be written: it is a directory');
  return real;
}
