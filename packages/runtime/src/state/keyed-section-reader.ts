import { CorruptCheckpointError } from '../common/errors.js';
import { MemorySegment } from '../memory/memory-segment.js';
import {
  BLOCK_HEADER_BYTES,
  END_MARK,
  FIRST_HEADER_BYTES,
  KEYED_MAGIC,
  KEYED_VERSION,
  SECTION_HEADER_BYTES,
} from './keyed-section-format.js';

/** A block that has arrived whole: its entries lie in `segment` from 0 to `end`. Valid until the next one is asked for. */
export interface KeyedBlock {
  /** Of the format. */
  readonly version: number;
  readonly keyGroup: number;
  readonly count: number;
  readonly segment: MemorySegment;
  readonly end: number;
}

/**
 * Puts blocks together from chunks that may be cut anywhere, and passes over those of key groups that are not wanted without a look into them.
 * Nothing is taken on trust: what does not fit is a `CorruptCheckpointError`, and no memory is taken for bytes that have not come.
 */
export class KeyedSectionReader {
  readonly #path: string;
  readonly #wanted: (keyGroup: number) => boolean;
  /** Of the writer; 0 until the header has come. */
  maxParallelism = 0;
  /** Entries of a key group on average, as the header says; 0 if it does not. A hint, to be used with a bound. */
  entriesPerKeyGroup = 0;
  /** Of the header of a section of changes. */
  flags = 0;
  #segment = MemorySegment.allocate(64 * 1024);
  #filled = 0;
  #need = FIRST_HEADER_BYTES;
  #skip = 0;
  #state: 'header' | 'block-header' | 'block' | 'end' = 'header';
  #keyGroup = 0;
  #count = 0;
  #total = 0;
  #version = 0;

  constructor(path: string, wanted: (keyGroup: number) => boolean) {
    this.#path = path;
    this.#wanted = wanted;
  }

  *push(chunk: Uint8Array): Generator<KeyedBlock, void, undefined> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'end') this.#corrupt('there is more after its end');
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      const taken = Math.min(this.#need - this.#filled, chunk.length - at);
      this.#append(chunk.subarray(at, at + taken));
      at += taken;
      if (this.#filled < this.#need) return;
      if (this.#state === 'header' && !this.#hasHeader()) continue;
      this.#filled = 0;
      if (this.#state === 'header') this.#readHeader();
      else if (this.#state === 'block-header') this.#readBlockHeader();
      else {
        yield { version: this.#version, keyGroup: this.#keyGroup, count: this.#count, segment: this.#segment, end: this.#need };
        this.#expectBlockHeader();
      }
    }
  }

  /** After the last chunk. */
  finish(): void {
    if (this.#state !== 'end') this.#corrupt('it ends too early');
  }

  /** From version 2 on it is longer. */
  #hasHeader(): boolean {
    const { view } = this.#segment;
    if (view.getUint32(0, true) !== KEYED_MAGIC) this.#corrupt('it does not begin as keyed state does');
    this.#version = view.getUint16(4, true);
    if (this.#version < 1 || this.#version > KEYED_VERSION)
      this.#corrupt(`its format version is ${this.#version}; this Weir reads 1 to ${KEYED_VERSION}`);
    if (this.#version > 1) this.#need = SECTION_HEADER_BYTES;
    return this.#filled === this.#need;
  }

  #readHeader(): void {
    const { view } = this.#segment;
    this.flags = view.getUint16(6, true);
    this.maxParallelism = view.getUint32(8, true);
    if (this.#version > 1) this.entriesPerKeyGroup = view.getUint32(12, true) / Math.max(1, view.getUint16(6, true));
    this.#expectBlockHeader();
  }

  #readBlockHeader(): void {
    const { view } = this.#segment;
    this.#keyGroup = view.getUint32(0, true);
    this.#count = view.getUint32(4, true);
    const bytes = view.getUint32(8, true);
    if (this.#keyGroup === END_MARK) {
      if (this.#count !== this.#total) this.#corrupt(`${this.#total} entries have come of ${this.#count}`);
      this.#state = 'end';
      return;
    }
    if (this.#keyGroup >= this.maxParallelism) this.#corrupt(`it names key group ${this.#keyGroup} of ${this.maxParallelism}`);
    // The smallest entry has a byte of key and one of value; in version 1 a hash, a length, and a byte of each.
    if (this.#count === 0 || this.#count * (this.#version === 1 ? 7 : 2) > bytes)
      this.#corrupt(`a block claims ${this.#count} entries in ${bytes} bytes`);
    this.#total += this.#count;
    if (this.#wanted(this.#keyGroup)) {
      this.#state = 'block';
      this.#need = bytes;
    } else this.#skip = bytes;
  }

  #expectBlockHeader(): void {
    this.#state = 'block-header';
    this.#need = BLOCK_HEADER_BYTES;
  }

  #append(bytes: Uint8Array): void {
    const filled = this.#filled + bytes.length;
    if (filled > this.#segment.size) {
      const grown = MemorySegment.allocate(Math.max(filled, this.#segment.size * 2));
      grown.u8.set(this.#segment.u8.subarray(0, this.#filled));
      this.#segment = grown;
    }
    this.#segment.u8.set(bytes, this.#filled);
    this.#filled = filled;
  }

  #corrupt(what: string): never {
    throw new CorruptCheckpointError(this.#path, what);
  }
}
