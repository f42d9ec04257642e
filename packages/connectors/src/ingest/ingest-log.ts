import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { markPath, writeDurableMark } from './durable-mark.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { type IngestDisk, nodeIngestDisk, type SegmentFile } from './ingest-disk.js';
import { KeyReusedError } from './ingest-error.js';
import { encodeFrame } from './ingest-frame.js';
import { recoverLog } from './recover-log.js';
import { type Segment, segmentAt } from './segments.js';

export interface IngestLogOptions {
  readonly directory: string;
  /** A segment that has reached it is followed by another. */
  readonly segmentBytes?: number;
  readonly now?: () => number;
  readonly disk?: IngestDisk;
}

/** Events of one request: `lines` holds `count` JSON objects, each with its newline. */
export interface IngestBatch {
  readonly lines: string;
  readonly count: number;
  readonly idempotency?: { readonly key: string; readonly hash: string };
}

/** Numbers of the events that a request became. */
export interface Accepted {
  readonly first: number;
  readonly count: number;
}

interface Waiting {
  readonly batch: IngestBatch;
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: unknown) => void;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Of what waits, so much shares a sync at most. */
const GROUP_BYTES = 8 * 1024 * 1024;

/**
 * Events that were accepted over HTTP, on disk before anybody is told so. One process and one thread writes it; `IngestReader`s read it from others.
 *
 * Requests that arrive during a sync share the next one. What a write or sync failed for is taken back before its requests are told.
 */
export class IngestLog {
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #now: () => number;
  readonly #disk: IngestDisk;
  readonly #keys: IdempotencyKeys;
  readonly #inFlight = new Map<string, { readonly hash: string; readonly accepted: Promise<Accepted> }>();
  #segments: Segment[] = [];
  #file!: SegmentFile;
  #mark!: FileHandle;
  /** Durable bytes of the last segment. */
  #length = 0;
  #next = 0;
  /** The last segment may hold more than `#length`. */
  #dirty = true;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #releasing: Promise<void> = Promise.resolve();

  private constructor(options: IngestLogOptions) {
    this.#directory = options.directory;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#now = options.now ?? Date.now;
    this.#disk = options.disk ?? nodeIngestDisk;
    this.#keys = new IdempotencyKeys(options.directory, this.#now);
  }

  /** Rejects with an `IngestLogError` if accepted events are damaged. */
  static async open(options: IngestLogOptions): Promise<IngestLog> {
    const log = new IngestLog(options);
    await log.#open();
    return log;
  }

  async #open(): Promise<void> {
    await this.#disk.makeDirectory(this.#directory);
    await this.#keys.load();
    const recovered = await recoverLog(this.#directory, ({ key, hash, first, count, time }) => {
      if (key !== '') this.#keys.add(key, { first, count, time, hash });
    });
    this.#segments = [...recovered.segments];
    this.#length = recovered.length;
    this.#next = recovered.next;
    this.#file = await this.#disk.open(this.#last.path);
    await this.#disk.syncDirectory(this.#directory);
    await this.#disk.syncDirectory(dirname(this.#directory));
    await this.#clean();
    this.#mark = await open(markPath(this.#directory), 'a+').then(async (file) => {
      await file.close();
      return open(markPath(this.#directory), 'r+');
    });
    await this.#tellReaders();
  }

  /** Number of the next event. */
  get next(): number {
    return this.#next;
  }

  /** Bytes of the log since its beginning, what waits to be written included. */
  get position(): number {
    return this.#last.base + this.#length + this.#queuedBytes;
  }

  get bytesOnDisk(): number {
    return this.#last.base + this.#length - (this.#segments[0]?.base ?? 0);
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** What the key was accepted with, or is about to be; undefined if it is new. Throws a `KeyReusedError` if it came with other events. */
  known(key: string, hash: string): Promise<Accepted> | undefined {
    const inFlight = this.#inFlight.get(key);
    const known = inFlight ?? this.#keys.get(key);
    if (known !== undefined && known.hash !== hash) throw new KeyReusedError(key);
    if (inFlight !== undefined) return inFlight.accepted;
    const entry = this.#keys.get(key);
    return entry && Promise.resolve({ first: entry.first, count: entry.count });
  }

  /** Resolves once the events are durable. Rejects with Node's error if that failed; they are not in the log then. */
  async append(batch: IngestBatch): Promise<Accepted> {
    const { idempotency } = batch;
    if (idempotency === undefined) return this.#enqueue(batch);
    const { key, hash } = idempotency;
    const known = this.known(key, hash);
    if (known !== undefined) return known;
    const accepted = this.#enqueue(batch);
    this.#inFlight.set(key, { hash, accepted });
    try {
      return await accepted;
    } finally {
      this.#inFlight.delete(key);
    }
  }

  #enqueue(batch: IngestBatch): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ batch, resolve, reject });
      this.#queuedBytes += batch.lines.length;
      this.#writing ??= this.#writeAll().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const group: Waiting[] = [];
      for (let bytes = 0; this.#queue.length > 0 && (group.length === 0 || bytes < GROUP_BYTES); ) {
        const waiting = this.#queue.shift() as Waiting;
        bytes += waiting.batch.lines.length;
        group.push(waiting);
      }
      try {
        await this.#write(group);
      } catch (error) {
        // Taken back at once: a restart must not find what its sender was told has failed.
        this.#dirty = true;
        await this.#clean().catch(() => {});
        this.#dequeued(group);
        for (const { reject } of group) reject(error);
      }
    }
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    await this.#clean();
    if (this.#length >= this.#segmentBytes) await this.#roll();
    const time = this.#now();
    let next = this.#next;
    const frames: Buffer[] = [];
    const accepted: Accepted[] = [];
    for (const { batch } of group) {
      const { count, lines, idempotency } = batch;
      frames.push(encodeFrame({ first: next, count, time, key: idempotency?.key ?? '', hash: idempotency?.hash ?? '', lines }));
      accepted.push({ first: next, count });
      next += count;
    }
    const bytes = Buffer.concat(frames);
    this.#dirty = true;
    await this.#file.write(bytes, this.#length);
    await this.#file.sync();
    this.#dirty = false;
    this.#length += bytes.length;
    this.#next = next;
    this.#dequeued(group);
    for (const [index, { batch, resolve }] of group.entries()) {
      const { idempotency } = batch;
      if (idempotency !== undefined) this.#keys.add(idempotency.key, { ...accepted[index], time, hash: idempotency.hash });
      resolve(accepted[index]);
    }
    // They are durable: readers that learn of them with the next group only lose nothing.
    await this.#tellReaders().catch(() => {});
  }

  #dequeued(group: readonly Waiting[]): void {
    for (const { batch } of group) this.#queuedBytes -= batch.lines.length;
  }

  #tellReaders(): Promise<void> {
    return writeDurableMark(this.#mark, { position: this.#last.base + this.#length, next: this.#next });
  }

  /** Cuts off what is not durable. */
  async #clean(): Promise<void> {
    if (!this.#dirty) return;
    await this.#file.truncate(this.#length);
    await this.#file.sync();
    this.#dirty = false;
  }

  async #roll(): Promise<void> {
    const segment = segmentAt(this.#directory, this.#next, this.#last.base + this.#length);
    const file = await this.#disk.open(segment.path);
    try {
      await this.#disk.syncDirectory(this.#directory);
    } catch (error) {
      await file.close();
      throw error;
    }
    const old = this.#file;
    this.#file = file;
    this.#segments = [...this.#segments, segment];
    this.#length = 0;
    await old.close();
  }

  get #last(): Segment {
    return this.#segments[this.#segments.length - 1];
  }

  /** Deletes segments all of whose events are before `needed`; never the last. */
  release(needed: number): Promise<void> {
    this.#releasing = this.#releasing.catch(() => {}).then(() => this.#release(needed));
    return this.#releasing;
  }

  async #release(needed: number): Promise<void> {
    const kept = this.#segments.findIndex((_, index) => index === this.#segments.length - 1 || this.#segments[index + 1].first > needed);
    if (kept === 0) return;
    await this.#keys.keep(this.#segments[kept].first);
    await this.#disk.syncDirectory(this.#directory);
    for (const gone of this.#segments.slice(0, kept)) {
      await this.#disk.remove(gone.path).catch(unlessMissing);
      this.#segments = this.#segments.filter((segment) => segment !== gone);
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#releasing.catch(() => {});
    await this.#file.close();
    await this.#mark.close();
  }
}

/** A removal that failed half way may have been done. */
function unlessMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
