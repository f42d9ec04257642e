import { join } from 'node:path';
import { CheckError } from '../common/check.js';
import { ensureDirectory, isMissing, isPlainName, replaceFile } from '../common/durable-files.js';
import { WeirError } from '../common/errors.js';
import type { FileSystem } from '../common/file-system.js';
import { JobJournal, type Journal, type JournalEntry } from './job-journal.js';
import { checkJobRecord, checkJobResult, decodeDocument, encodeDocument, type JobRecord, type JobResult } from './job-record.js';

export type { JobRecord, JobResult } from './job-record.js';

/** A job's file in the data directory cannot be read back: it is damaged, or of another version. `path` names it. */
export class DamagedJobError extends WeirError {
  readonly path: string;

  constructor(path: string, what: string) {
    super(
      'DAMAGED_JOB',
      `${path}: ${what}. The job cannot be resumed from it: put the file back from a copy, or move its directory away. Its checkpoints are kept elsewhere and stay as they are`,
    );
    this.path = path;
  }
}

export interface StoredJobRecord {
  readonly job: JobRecord;
  /** Undefined for a job that has not ended: it is to be resumed. */
  readonly result: JobResult | undefined;
}

export type JobListing =
  | ({ readonly jobId: string; readonly damage?: undefined } & StoredJobRecord)
  | { readonly jobId: string; readonly damage: DamagedJobError };

const RECORD = 'job.json';
const RESULT = 'result.json';
const JOURNAL = 'journal.ndjson';

/**
 * What is remembered of jobs, as files: `{dataDirectory}/jobs/{jobId}/` with `job.json` (what was submitted), `result.json` (how it ended,
 * written before anything of it is cleaned up) and `journal.ndjson` (its history).
 *
 * One JobManager at a time uses it; a call on a job begins once the one before it has ended.
 */
export class FileJobStore {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #journals = new Map<string, JobJournal>();
  readonly #floors = new Map<string, number>();

  constructor(fs: FileSystem, dataDirectory: string) {
    this.#fs = fs;
    this.#root = join(dataDirectory, 'jobs');
  }

  /** Every job, newest first; those that cannot be read come last. A directory that was made for a job never saved is none. */
  async list(): Promise<readonly JobListing[]> {
    const jobs: JobListing[] = [];
    for (const jobId of await this.#fs.readdir(this.#root)) {
      if (!isPlainName(jobId)) continue;
      try {
        const stored = await this.load(jobId);
        if (stored !== undefined) jobs.push({ jobId, ...stored });
      } catch (error) {
        if (!(error instanceof DamagedJobError)) throw error;
        jobs.push({ jobId, damage: error });
      }
    }
    const time = (listing: JobListing) => (listing.damage === undefined ? listing.job.submittedAt : Number.NEGATIVE_INFINITY);
    return jobs.sort((a, b) => (time(a) === time(b) ? 0 : time(b) - time(a)));
  }

  /** Undefined for one that was never saved. Throws `DamagedJobError`. */
  async load(jobId: string): Promise<StoredJobRecord | undefined> {
    const directory = this.#directory(jobId);
    const record = await this.#read(join(directory, RECORD));
    const result = await this.#read(join(directory, RESULT));
    if (record === undefined) {
      if (result === undefined && (await this.#fs.stat(join(directory, JOURNAL))) === undefined) return undefined;
      throw new DamagedJobError(join(directory, RECORD), 'is missing, though the job has left a result or a history');
    }
    const job = decoded(join(directory, RECORD), () => decodeDocument(record, checkJobRecord));
    if (job.jobId !== jobId) throw new DamagedJobError(join(directory, RECORD), `is that of job ${job.jobId}`);
    this.#floors.set(jobId, Math.max(job.nextCheckpointIdFloor, this.#floors.get(jobId) ?? 0));
    // A damaged result must not read as "has not ended": the job would run again.
    return { job, result: result && decoded(join(directory, RESULT), () => decodeDocument(result, checkJobResult)) };
  }

  /** Durable, whole or not at all. `nextCheckpointIdFloor` is kept from going down. */
  async save(job: JobRecord): Promise<void> {
    const directory = this.#directory(job.jobId);
    const nextCheckpointIdFloor = Math.max(job.nextCheckpointIdFloor, this.#floors.get(job.jobId) ?? 0);
    const bytes = encodeDocument({ ...job, nextCheckpointIdFloor }, checkJobRecord);
    await this.#ensure(directory);
    await replaceFile(this.#fs, join(directory, RECORD), bytes);
    this.#floors.set(job.jobId, nextCheckpointIdFloor);
  }

  /** Durable when it resolves, to the result that holds: the first one. An ended job does not end otherwise afterwards. */
  async finish(jobId: string, result: JobResult): Promise<JobResult> {
    const directory = this.#directory(jobId);
    const path = join(directory, RESULT);
    const bytes = encodeDocument(result, checkJobResult);
    const existing = await this.#read(path);
    if (existing === undefined) {
      await this.#ensure(directory);
      await replaceFile(this.#fs, path, bytes);
      return result;
    }
    const first = decoded(path, () => decodeDocument(existing, checkJobResult));
    // It may come from a call that failed in its very last step.
    await this.#fs.syncDirectory(directory);
    return first;
  }

  /** Appends to the history. Resolves to the journal's size in bytes: beyond `JOURNAL_COMPACTION_SIZE`, `rewriteJournal` is due. */
  append(jobId: string, entry: JournalEntry, options: { readonly durable?: boolean } = {}): Promise<number> {
    return this.#journal(jobId).append(entry, options.durable ?? false);
  }

  readJournal(jobId: string): Promise<Journal> {
    return this.#journal(jobId).read();
  }

  rewriteJournal(jobId: string, entries: readonly JournalEntry[]): Promise<number> {
    return this.#journal(jobId).rewrite(entries);
  }

  /** Closes the journals once what was appended is in them. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#journals.values(), (journal) => journal.close()));
  }

  #journal(jobId: string): JobJournal {
    let journal = this.#journals.get(jobId);
    if (journal === undefined) {
      journal = new JobJournal(this.#fs, join(this.#directory(jobId), JOURNAL));
      this.#journals.set(jobId, journal);
    }
    return journal;
  }

  async #read(path: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#fs.readFile(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #ensure(directory: string): Promise<void> {
    await ensureDirectory(this.#fs, directory);
    // It may be there since a process that ended before it was synced.
    await this.#fs.syncDirectory(this.#root);
  }

  #directory(jobId: string): string {
    if (!isPlainName(jobId)) throw new RangeError(`job id ${jobId}`);
    return join(this.#root, jobId);
  }
}

function decoded<T>(path: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CheckError) throw new DamagedJobError(path, `is damaged: ${error.message}`);
    throw error;
  }
}
