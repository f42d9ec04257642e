import { MemorySegment } from '../memory/memory-segment.js';
import type { EarlyWriter, KeyTable } from './key-table.js';
import { KeyedEntryWriter } from './keyed-entry-writer.js';
import { BLOCK_HEADER_BYTES, END_MARK, KEYED_MAGIC, KEYED_VERSION, SECTION_HEADER_BYTES } from './keyed-section-format.js';
import type { KeyedStateTable } from './keyed-state-table.js';
import type { SnapshotSection, StateSchema } from './state-backend.js';
import { StateError } from './state-error.js';

const CHUNK_BYTES = 64 * 1024;
const EARLY_BLOCK_BYTES = 4 * 1024;

/** A block of entries that were written before their time, from `start`. One is open for each table that has any. */
interface EarlyBlock {
  readonly segment: MemorySegment;
  readonly start: number;
  readonly limit: number;
  keyGroup: number;
  end: number;
  count: number;
}

/**
 * Writes a state's tables, as they were when this was made, into chunks: table after table, read while the stream goes on. An entry that is about to change before its
 * table's turn is written early, into a block of its key group that goes out with the next chunk (see `KeyTable`).
 */
export class KeyedSectionWriter implements SnapshotSection, EarlyWriter {
  readonly name: string;
  readonly kind = 'keyed';
  readonly schema: StateSchema;
  readonly count: number;

  readonly #entries: KeyedEntryWriter;
  readonly #maxParallelism: number;
  /** By the number that a table is frozen with. */
  readonly #keyGroups: number[] = [];
  readonly #tables: KeyTable[] = [];
  #open: (EarlyBlock | undefined)[] = [];
  #full: EarlyBlock[] = [];
  #free: EarlyBlock[] = [];
  #chunk = MemorySegment.allocate(CHUNK_BYTES);
  #end = 0;
  #table = 0;
  /** Of an early write; the snapshot fails by it, not whoever changed the entry. */
  #failure: { readonly thrown: unknown } | undefined;
  #state: 'header' | 'entries' | 'done' | 'released' = 'header';

  constructor(state: KeyedStateTable) {
    this.name = state.name;
    this.schema = { state: 'value', type: state.schema };
    this.#entries = new KeyedEntryWriter(state.kind, state.serializer);
    this.#maxParallelism = state.maxParallelism;
    let count = 0;
    for (let i = 0; i < state.tables.length; i++) {
      const table = state.tables[i];
      if (table === undefined || table.count === 0) continue;
      table.freeze(this, this.#tables.length);
      this.#keyGroups.push(state.range.start + i);
      this.#open.push(undefined);
      this.#tables.push(table);
      count += table.count;
    }
    this.count = count;
  }

  /** Bytes of early blocks. */
  get memoryUsed(): number {
    let bytes = this.#free.length * EARLY_BLOCK_BYTES;
    for (const block of [...this.#full, ...this.#open]) if (block !== undefined) bytes += block.limit - block.start;
    return bytes;
  }

  nextChunk(): Uint8Array | null {
    if (this.#state === 'done') return null;
    if (this.#state === 'released') throw new StateError(`state ${this.name}: its snapshot was released before it was read to the end`);
    if (this.#failure !== undefined) throw this.#failure.thrown;
    if (this.#chunk.size > CHUNK_BYTES) this.#chunk = MemorySegment.allocate(CHUNK_BYTES);
    this.#end = 0;
    if (this.#state === 'header') this.#writeHeader();
    while (this.#table < this.#tables.length) {
      const table = this.#tables[this.#table];
      this.#close(this.#table);
      if (!this.#copyEarlyBlocks() || !this.#scan(table, this.#keyGroups[this.#table])) return this.#chunk.u8.subarray(0, this.#end);
      table.unfreeze();
      this.#table++;
    }
    if (this.#end + BLOCK_HEADER_BYTES > CHUNK_BYTES) return this.#chunk.u8.subarray(0, this.#end);
    writeBlockHeader(this.#chunk, this.#end, END_MARK, this.count, 0);
    this.#end += BLOCK_HEADER_BYTES;
    this.#state = 'done';
    this.#giveUpMemory();
    return this.#chunk.u8.subarray(0, this.#end);
  }

  release(): void {
    for (; this.#table < this.#tables.length; this.#table++) this.#tables[this.#table].unfreeze();
    if (this.#state !== 'done') this.#state = 'released';
    this.#giveUpMemory();
  }

  writeEarly(table: KeyTable, entry: number, ordinal: number): void {
    if (this.#failure !== undefined) return;
    try {
      let block = this.#open[ordinal];
      const needed = this.#entries.prepare(table, entry);
      if (block === undefined || block.end + needed > block.limit) {
        if (block !== undefined) this.#full.push(block);
        block = this.#newEarlyBlock(this.#keyGroups[ordinal], needed);
        this.#open[ordinal] = block;
      }
      block.end = this.#entries.write(table, entry, block.segment, block.end);
      block.count++;
    } catch (thrown) {
      this.#failure = { thrown };
    }
  }

  #newEarlyBlock(keyGroup: number, needed: number): EarlyBlock {
    if (BLOCK_HEADER_BYTES + needed > EARLY_BLOCK_BYTES) {
      const segment = MemorySegment.allocate(BLOCK_HEADER_BYTES + needed);
      return { segment, start: 0, limit: segment.size, keyGroup, end: BLOCK_HEADER_BYTES, count: 0 };
    }
    let block = this.#free.pop();
    if (block === undefined) {
      // Many at a time: views take longer to make than the bytes to fill.
      const segment = MemorySegment.allocate(CHUNK_BYTES);
      for (let start = 0; start < CHUNK_BYTES; start += EARLY_BLOCK_BYTES) {
        this.#free.push({ segment, start, limit: start + EARLY_BLOCK_BYTES, keyGroup, end: 0, count: 0 });
      }
      block = this.#free.pop()!;
    }
    block.keyGroup = keyGroup;
    block.end = block.start + BLOCK_HEADER_BYTES;
    block.count = 0;
    return block;
  }

  #close(ordinal: number): void {
    const block = this.#open[ordinal];
    if (block === undefined) return;
    this.#open[ordinal] = undefined;
    this.#full.push(block);
  }

  /** Returns whether all went into the chunk. */
  #copyEarlyBlocks(): boolean {
    for (let block = this.#full.at(-1); block !== undefined; block = this.#full.at(-1)) {
      const { segment, start, end, keyGroup, count } = block;
      const bytes = end - start;
      if (this.#end + bytes > this.#chunk.size) {
        if (this.#end > 0) return false;
        this.#chunk = MemorySegment.allocate(bytes);
      }
      writeBlockHeader(segment, start, keyGroup, count, bytes - BLOCK_HEADER_BYTES);
      this.#chunk.u8.set(segment.u8.subarray(start, end), this.#end);
      this.#end += bytes;
      this.#full.pop();
      if (block.limit - start === EARLY_BLOCK_BYTES) this.#free.push(block);
    }
    return true;
  }

  #writeHeader(): void {
    const { view } = this.#chunk;
    view.setUint32(0, KEYED_MAGIC, true);
    view.setUint16(4, KEYED_VERSION, true);
    // 32768 key groups at most, so it fits.
    view.setUint16(6, this.#tables.length, true);
    view.setUint32(8, this.#maxParallelism, true);
    view.setUint32(12, this.count, true);
    this.#end = SECTION_HEADER_BYTES;
    this.#state = 'entries';
  }

  /** What is left of the current table, or as much as the chunk takes. Returns whether the table is through. */
  #scan(table: KeyTable, keyGroup: number): boolean {
    const entries = this.#entries;
    const blockStart = this.#end;
    let end = blockStart + BLOCK_HEADER_BYTES;
    if (end > CHUNK_BYTES) return false;
    let count = 0;
    let entry = table.scanned;
    const all = table.count;
    for (; entry < all; entry++) {
      if (table.isWritten(entry)) continue;
      const needed = entries.prepare(table, entry);
      if (end + needed > this.#chunk.size) {
        if (count > 0 || blockStart > 0) break;
        // One entry larger than a chunk, alone in it.
        this.#chunk = MemorySegment.allocate(end + needed);
      }
      end = entries.write(table, entry, this.#chunk, end);
      count++;
    }
    table.scanned = entry;
    if (count > 0) {
      writeBlockHeader(this.#chunk, blockStart, keyGroup, count, end - blockStart - BLOCK_HEADER_BYTES);
      this.#end = end;
    }
    return entry >= all;
  }

  #giveUpMemory(): void {
    this.#open = [];
    this.#full = [];
    this.#free = [];
  }
}

function writeBlockHeader(segment: MemorySegment, position: number, keyGroup: number, count: number, bytes: number): void {
  const { view } = segment;
  view.setUint32(position, keyGroup, true);
  view.setUint32(position + 4, count, true);
  view.setUint32(position + 8, bytes, true);
}
