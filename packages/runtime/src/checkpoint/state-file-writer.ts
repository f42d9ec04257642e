import { crc32 } from 'node:zlib';
import type { WritableFile } from '../common/file-system.js';
import type { SnapshotSection } from '../state/state-backend.js';
import type { SectionInfo } from './checkpoint-storage.js';
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
/** Kept for the next checkpoint; a TaskManager seldom writes more files at a time. */
const KEPT_BUFFERS = 8;
const freeBuffers: Buffer[] = [];

/**
 * Writes one state file from its first byte to its last. Chunks are copied and sealed as soon as they are pulled and go out in writes of
 * up to 256 KiB, so that a small state takes one. Chunks of up to 64 KiB come back one by one as they were; longer ones are cut.
 */
export async function writeStateFile(
  file: WritableFile,
  identity: StateFileIdentity,
  sections: readonly SnapshotSection[],
  turn: () => Promise<void>,
): Promise<WrittenStateFile> {
  const out = new StateFileWriter(file, freeBuffers.pop() ?? Buffer.allocUnsafeSlow(WRITE_SIZE));
  await out.append(encodeHeader(identity));
  const index: SectionEntry[] = [];
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
  // Only after success: a write that failed may still be reading from the buffer.
  if (freeBuffers.length < KEPT_BUFFERS) freeBuffers.push(out.buffer);
  return {
    size: out.position,
    checksum: out.checksum,
    sections: index.map(({ name, kind, schema, count, size }) => ({ name, kind, schema, count, size })),
  };
}

class StateFileWriter {
  readonly buffer: Buffer;
  position = 0;
  checksum = 0;
  blocks = 0;
  readonly #file: WritableFile;
  #used = 0;

  constructor(file: WritableFile, buffer: Buffer) {
    this.#file = file;
    this.buffer = buffer;
  }

  async section(section: SnapshotSection, turn: () => Promise<void>): Promise<SectionEntry> {
    const { name, kind, schema, count } = section;
    const firstBlock = this.blocks;
    let size = 0;
    let checksum = 0;
    for (let chunk = section.nextChunk(); chunk !== null; chunk = section.nextChunk()) {
      for (let at = 0; at < chunk.length; at += BLOCK_SIZE) {
        const payload = chunk.subarray(at, at + BLOCK_SIZE);
        if (this.buffer.length - this.#used < BLOCK_HEADER_SIZE + payload.length) await this.flush();
        const block = this.buffer.subarray(this.#used, this.#used + BLOCK_HEADER_SIZE + payload.length);
        block.set(payload, BLOCK_HEADER_SIZE);
        sealBlock(block, this.blocks);
        checksum = crc32(block.subarray(BLOCK_HEADER_SIZE), checksum);
        this.#advance(block.length);
        this.blocks++;
        size += payload.length;
      }
      await turn();
    }
    return { name, kind, schema, count, size, blocks: this.blocks - firstBlock, checksum };
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#used === this.buffer.length) await this.flush();
      const piece = bytes.subarray(at, at + this.buffer.length - this.#used);
      this.buffer.set(piece, this.#used);
      this.#advance(piece.length);
      at += piece.length;
    }
  }

  async flush(): Promise<void> {
    if (this.#used === 0) return;
    const bytes = this.buffer.subarray(0, this.#used);
    this.checksum = crc32(bytes, this.checksum);
    await this.#file.write(bytes);
    this.#used = 0;
  }

  #advance(length: number): void {
    this.#used += length;
    this.position += length;
  }
}
