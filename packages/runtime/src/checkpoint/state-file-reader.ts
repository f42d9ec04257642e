import { crc32 } from 'node:zlib';
import { CheckError } from '../common/check.js';
import { isMissing } from '../common/durable-files.js';
import { CorruptCheckpointError } from '../common/errors.js';
import type { FileSystem, ReadableFile } from '../common/file-system.js';
import { FileWindow } from './file-window.js';
import {
  BLOCK_HEADER_SIZE,
  checkBlock,
  decodeBlockLength,
  decodeFooter,
  decodeHeader,
  decodeHeaderSize,
  decodeIndex,
  FOOTER_SIZE,
  FormatError,
  HEADER_PREFIX_SIZE,
  type SectionEntry,
  type StateFileIdentity,
} from './state-file.js';

/** Which file it has to be. `size` and `checksum` are what a handle says; `_metadata` has none. */
export interface ExpectedStateFile {
  readonly identity: Partial<StateFileIdentity>;
  readonly size?: number;
  readonly checksum?: number;
}

export interface StateFile {
  readonly identity: StateFileIdentity;
  readonly size: number;
  readonly sections: readonly OpenSection[];
  close(): Promise<void>;
}

export interface OpenSection extends SectionEntry {
  /** Each chunk is memory of its own, and checked once more. */
  chunks(): AsyncIterable<Uint8Array>;
}

/**
 * Opens a state file and reads it through once, so that nothing is handed out of a file that is damaged further on: restoring half a state
 * before the fault is found would be worse than not starting. The second pass, over the chunks, comes from memory for small files and
 * from the page cache for most others. Throws `CorruptCheckpointError`; failures of the disk itself (EIO, EMFILE) stay what they are.
 */
export async function openStateFile(fs: FileSystem, path: string, expected: ExpectedStateFile): Promise<StateFile> {
  return open(fs, path, expected, true);
}

/** The same without reading it through first: for one small section of a file that may be large. What it hands out is checked all the same. */
export async function openStateFileInPart(fs: FileSystem, path: string, expected: ExpectedStateFile): Promise<StateFile> {
  return open(fs, path, expected, false);
}

async function open(fs: FileSystem, path: string, expected: ExpectedStateFile, through: boolean): Promise<StateFile> {
  let file: ReadableFile | undefined;
  try {
    file = await fs.open(path);
    const reader = new StateFileReader(path, file, expected);
    const opened = await reader.open(through);
    if (reader.inMemory) {
      await file.close();
      return opened;
    }
    const kept = file;
    return { ...opened, close: () => kept.close() };
  } catch (error) {
    await file?.close().catch(() => {});
    throw explained(path, error);
  }
}

function explained(path: string, error: unknown): unknown {
  if (error instanceof FormatError) return new CorruptCheckpointError(path, error.message);
  if (error instanceof CheckError) return new CorruptCheckpointError(path, `is damaged: ${error.message}`);
  if (isMissing(error)) return new CorruptCheckpointError(path, 'is missing');
  if ((error as { code?: unknown } | null)?.code === 'EISDIR') return new CorruptCheckpointError(path, 'is a directory');
  return error;
}

interface SectionPlace {
  readonly entry: SectionEntry;
  readonly position: number;
  readonly firstBlock: number;
}

class StateFileReader {
  readonly #path: string;
  readonly #file: ReadableFile;
  readonly #expected: ExpectedStateFile;
  readonly #window: FileWindow;
  #indexOffset = 0;

  constructor(path: string, file: ReadableFile, expected: ExpectedStateFile) {
    this.#path = path;
    this.#file = file;
    this.#expected = expected;
    this.#window = new FileWindow(file);
  }

  get inMemory(): boolean {
    return this.#window.holdsAll;
  }

  async open(through: boolean): Promise<StateFile> {
    const { size } = this.#file;
    if (size < HEADER_PREFIX_SIZE) throw this.#truncated();
    const headerSize = decodeHeaderSize(await this.#window.view(0, HEADER_PREFIX_SIZE));
    if (size < headerSize + FOOTER_SIZE) throw this.#truncated();
    const header = await this.#window.view(0, headerSize);
    const identity = decodeHeader(header);
    this.#checkIdentity(identity);
    if (this.#expected.size !== undefined && size < this.#expected.size) throw this.#truncated();
    if (this.#expected.size !== undefined && size > this.#expected.size) {
      throw new FormatError(`is ${size} bytes long, _metadata says ${this.#expected.size}`);
    }
    let checksum = crc32(header);
    const footerBytes = await this.#window.copy(size - FOOTER_SIZE, FOOTER_SIZE);
    const footer = decodeFooter(footerBytes, size, headerSize);
    this.#indexOffset = footer.indexOffset;
    const index = await this.#window.copy(footer.indexOffset, footer.indexLength);
    const entries = decodeIndex(index, footer);

    const places: SectionPlace[] = [];
    let position = headerSize;
    let sequence = 0;
    for (const entry of entries) {
      const place = { entry, position, firstBlock: sequence };
      places.push(place);
      sequence += entry.blocks;
      if (!through) {
        position += entry.size + entry.blocks * BLOCK_HEADER_SIZE;
        continue;
      }
      for await (const block of this.#blocks(place, this.#window)) {
        checksum = crc32(block, checksum);
        position += block.length;
      }
    }
    if (position !== footer.indexOffset) throw new FormatError(`is damaged: ${footer.indexOffset - position} bytes belong to no section`);
    checksum = crc32(footerBytes, crc32(index, checksum));
    if (through && this.#expected.checksum !== undefined && checksum !== this.#expected.checksum) {
      throw new FormatError('is whole, but not the file that _metadata means: its checksum is another');
    }
    const sections = places.map((place) => ({ ...place.entry, chunks: () => this.#chunks(place) }));
    return { identity, size, sections, close: async () => {} };
  }

  /** The blocks of a section with their headers, each valid until the next; checks the section as a whole at its end. */
  async *#blocks({ entry, position, firstBlock }: SectionPlace, window: FileWindow): AsyncGenerator<Buffer> {
    let size = 0;
    let checksum = 0;
    for (let sequence = firstBlock; sequence < firstBlock + entry.blocks; sequence++) {
      const room = this.#indexOffset - position;
      if (room <= BLOCK_HEADER_SIZE) throw new FormatError(`is damaged: block ${sequence} lies beyond the last`);
      const length = decodeBlockLength(await window.view(position, BLOCK_HEADER_SIZE), sequence, room);
      const block = await window.view(position, BLOCK_HEADER_SIZE + length);
      checkBlock(block, sequence);
      checksum = crc32(block.subarray(BLOCK_HEADER_SIZE), checksum);
      size += length;
      position += block.length;
      yield block;
    }
    if (size !== entry.size || checksum !== entry.checksum) {
      throw new FormatError(`is damaged: section ${entry.name} is not the one its index means`);
    }
  }

  async *#chunks(place: SectionPlace): AsyncGenerator<Uint8Array> {
    // A window of its own, as two sections may be read by turns.
    const window = this.inMemory ? this.#window : new FileWindow(this.#file);
    try {
      for await (const block of this.#blocks(place, window)) yield new Uint8Array(block.subarray(BLOCK_HEADER_SIZE));
    } catch (error) {
      throw explained(this.#path, error);
    }
  }

  #checkIdentity(found: StateFileIdentity): void {
    for (const [field, wanted] of Object.entries(this.#expected.identity)) {
      const is = (found as Readonly<Record<string, unknown>>)[field];
      if (is !== wanted) throw new FormatError(`belongs to ${IDENTITY_WORDS[field]} ${String(is)}, not ${String(wanted)}`);
    }
  }

  #truncated(): FormatError {
    const { size } = this.#expected;
    return new FormatError(`is truncated at ${this.#file.size}${size === undefined ? '' : ` of ${size}`} bytes`);
  }
}

const IDENTITY_WORDS: Readonly<Record<string, string>> = {
  kind: 'files of kind',
  jobId: 'job',
  checkpointId: 'checkpoint',
  operatorUid: 'operator',
  subtask: 'subtask',
  attempt: 'attempt',
};
