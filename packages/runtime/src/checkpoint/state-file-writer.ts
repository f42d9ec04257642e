import { crc32 } from 'node:zlib';
import type { WritableFile } from '../common/file-system.js';
import type { SnapshotSection } from '../state/state-backend.js';
import type { SectionInfo, WritingPace } from './checkpoint-storage.js';
import {
  BLOCK_HEADER_SIZE,
  BLOCK_SIZE,
  encodeFooter,
  encodeHeader,
  encodeIndex,
  FOOTER_SIZE,
  type SectionEntry,
  type StateFileIdentity,
  sealBlock,
} from './state-file.js';

/** What was written, as a handle binds it. */
export interface WrittenStateFile {
  readonly size: number;
  /** crc32 over the whole file. */
  readonly checksum: number;
  readonly sections: readonly SectionInfo[];
}

const WRITE_SIZE = 256 * 1024;
/** Of one file. More would only be more memory: one thread makes the bytes, and writing them to the page cache takes less than that. */
const WRITES_IN_FLIGHT = 3;
/** Kept for the next checkpoint; a TaskManager seldom has more in use at a time. */
const KEPT_BUFFERS = 8;
const freeBuffers: Buffer[] = [];

/**
 * Writes one state file from its first byte to its last. Chunks are copied and sealed as soon as they are pulled and go out in writes of
 * up to 256 KiB, so that a small state takes one; the next is filled while they are under way. Chunks of up to 64 KiB come back one by one as they were; longer ones are cut.
 */
export async function writeStateFile(
  file: WritableFile,
  identity: StateFileIdentity,
  sections: readonly SnapshotSection[],
  turn: WritingPace,
  version?: number,
): Promise<WrittenStateFile> {
  const out = new StateFileWriter(file);
  const index: SectionEntry[] = [];
  try {
    await out.append(encodeHeader(identity, version));
    for (const section of sections) index.push(await out.section(section, turn));
    const indexOffset = out.position;
    const indexBytes = encodeIndex(index);
    await out.append(indexBytes);
    await out.append(
      encodeFooter({
        fileLength: indexOffset + indexBytes.length + FOOTER_SIZE,
        indexOffset,
        indexLength: indexBytes.length,
        indexChecksum: crc32(indexBytes),
        blocks: out.blocks,
      }),
    );
    await out.flush();
  } finally {
    await out.settled();
  }
  out.throwFailure();
  return {
    size: out.position,
    checksum: out.checksum,
    sections: index.map(({ name, kind, schema, count, size }) => ({ name, kind, schema, count, size })),
  };
}

class StateFileWriter {
  position = 0;
  checksum = 0;
  blocks = 0;
  readonly #file: WritableFile;
  #buffer = takeBuffer();
  #used = 0;
  readonly #writing: Promise<void>[] = [];
  #failure: { readonly thrown: unknown } | undefined;

  constructor(file: WritableFile) {
    this.#file = file;
  }

  async section(section: SnapshotSection, turn: WritingPace): Promise<SectionEntry> {
    const { name, kind, schema } = section;
    const firstBlock = this.blocks;
    let size = 0;
    let checksum = 0;
    for (let chunk = section.nextChunk(); chunk !== null; chunk = section.nextChunk()) {
      for (let at = 0; at < chunk.length; at += BLOCK_SIZE) {
        const payload = chunk.subarray(at, at + BLOCK_SIZE);
        if (this.#buffer.length - this.#used < BLOCK_HEADER_SIZE + payload.length) await this.flush();
        const block = this.#buffer.subarray(this.#used, this.#used + BLOCK_HEADER_SIZE + payload.length);
        block.set(payload, BLOCK_HEADER_SIZE);
        sealBlock(block, this.blocks);
        checksum = crc32(block.subarray(BLOCK_HEADER_SIZE), checksum);
        this.#advance(block.length);
        this.blocks++;
        size += payload.length;
      }
      const pause = turn();
      if (pause !== undefined) await pause;
    }
    return { name, kind, schema, count: section.count, size, blocks: this.blocks - firstBlock, checksum };
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#used === this.#buffer.length) await this.flush();
      const piece = bytes.subarray(at, at + this.#buffer.length - this.#used);
      this.#buffer.set(piece, this.#used);
      this.#advance(piece.length);
      at += piece.length;
    }
  }

  /** Resolves once there is a buffer to go on with. */
  async flush(): Promise<void> {
    if (this.#used === 0) return;
    const buffer = this.#buffer;
    const bytes = buffer.subarray(0, this.#used);
    this.checksum = crc32(bytes, this.checksum);
    // A buffer whose write failed is not used again: it may still be read from.
    const write = this.#file.write(bytes).then(
      () => giveBack(buffer),
      (thrown: unknown) => {
        this.#failure ??= { thrown };
      },
    );
    this.#writing.push(write);
    if (this.#writing.length >= WRITES_IN_FLIGHT) await this.#writing.shift();
    this.throwFailure();
    this.#buffer = takeBuffer();
    this.#used = 0;
  }

  /** Nothing is being written any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
    if (this.#used === 0) giveBack(this.#buffer);
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  #advance(length: number): void {
    this.#used += length;
    this.position += length;
  }
}

function takeBuffer(): Buffer {
  return freeBuffers.pop() ?? Buffer.allocUnsafeSlow(WRITE_SIZE);
}

function giveBack(buffer: Buffer): void {
  if (freeBuffers.length < KEPT_BUFFERS) freeBuffers.push(buffer);
}
