import { type FileHandle, open } from 'node:fs/promises';
import { IngestLogError } from './ingest-error.js';
import { decodeFrame, frameLength, type IngestFrame } from './ingest-frame.js';
import { listSegments, type Segment } from './segments.js';

/** What is read at once; a longer request is read whole. */
const CHUNK = 1024 * 1024;

/** A request of the log, and where in it the next begins. */
export interface PlacedFrame {
  readonly frame: IngestFrame;
  readonly position: number;
  readonly end: number;
}

/** Reads requests of a log from any place on, in whole chunks. Positions are bytes since the beginning of the log. */
export class SegmentReader {
  readonly #directory: string;
  #segment: Segment | undefined;
  #file: FileHandle | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Where the log begins by now. */
  async oldest(): Promise<Segment | undefined> {
    return (await listSegments(this.#directory))[0];
  }

  /** The segment that has the event, the first one if it is older than all. */
  async segmentOf(event: number): Promise<Segment | undefined> {
    const segments = await listSegments(this.#directory);
    return segments.findLast(({ first }) => first <= event) ?? segments[0];
  }

  /** Some requests from `position` on, which is before `durable`; undefined if they are deleted. */
  async read(position: number, durable: number): Promise<readonly PlacedFrame[] | undefined> {
    const file = await this.#at(position);
    if (file === undefined || this.#segment === undefined) return undefined;
    const { base, path } = this.#segment;
    let bytes = await readFrom(file, position - base, Math.min(CHUNK, durable - position));
    const needed = frameLength(bytes, 0) ?? 0;
    if (needed > bytes.length) bytes = await readFrom(file, position - base, Math.min(needed, durable - position));
    const frames: PlacedFrame[] = [];
    for (let at = 0; ; ) {
      const decoded = decodeFrame(bytes, at);
      if (decoded === undefined) break;
      frames.push({ frame: decoded.frame, position: position + at, end: position + at + decoded.length });
      at += decoded.length;
    }
    if (frames.length === 0)
      throw new IngestLogError(`${path} is damaged at byte ${position - base}: events that had been accepted cannot be read`);
    return frames;
  }

  /** The file that holds what is at `position`. */
  async #at(position: number): Promise<FileHandle | undefined> {
    if (this.#file !== undefined && this.#segment !== undefined && position >= this.#segment.base) {
      // The next segment begins where this one ends; only at its end must that be asked.
      if (position - this.#segment.base < (await this.#file.stat()).size) return this.#file;
    }
    const segment = (await listSegments(this.#directory)).findLast(({ base }) => base <= position);
    if (segment === undefined) return undefined;
    await this.close();
    try {
      this.#file = await open(segment.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    this.#segment = segment;
    return this.#file;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#segment = undefined;
    await file?.close();
  }
}

async function readFrom(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
