import { MemorySegment } from '../memory/memory-segment.js';
import type { CheckingSerializer } from '../memory/serializers.js';
import { INLINE_KEY_BYTES, type KeyTable, SLOT_WORDS, type TableContent } from './key-table.js';
import {
  BLOCK_HEADER_BYTES,
  END_MARK,
  KEYED_MAGIC,
  KEYED_VERSION,
  LONG_KEY,
  SECTION_HEADER_BYTES,
  VALUE_BYTES,
  type ValueKind,
} from './keyed-section-format.js';
import { EncodedValue, type KeyedStateTable } from './keyed-state-table.js';
import type { SnapshotSection, StateSchema } from './state-backend.js';
import { StateError } from './state-error.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a state's tables, as they were when this was made, into chunks. Each table thaws as soon as it has been read.
 * A table that is being read may be changed between two chunks: its copy has every slot where the table had it.
 */
export class KeyedSectionWriter implements SnapshotSection {
  readonly name: string;
  readonly kind = 'keyed';
  readonly schema: StateSchema;
  readonly count: number;

  readonly #valueKind: ValueKind;
  readonly #serializer: CheckingSerializer<unknown>;
  readonly #maxParallelism: number;
  readonly #keyGroups: number[] = [];
  readonly #tables: KeyTable[] = [];
  #chunk = MemorySegment.allocate(CHUNK_BYTES);
  #scratch = MemorySegment.allocate(1024);
  #end = 0;
  /** Position among `#tables`, then of the slot within. */
  #table = 0;
  #at = 0;
  #state: 'header' | 'entries' | 'done' | 'released' = 'header';

  constructor(state: KeyedStateTable) {
    this.name = state.name;
    this.schema = { state: 'value', type: state.schema };
    this.#valueKind = state.kind;
    this.#serializer = state.serializer;
    this.#maxParallelism = state.maxParallelism;
    let count = 0;
    for (let i = 0; i < state.tables.length; i++) {
      const table = state.tables[i];
      if (table === undefined || table.count === 0) continue;
      table.freeze();
      this.#keyGroups.push(state.range.start + i);
      this.#tables.push(table);
      count += table.count;
    }
    this.count = count;
  }

  nextChunk(): Uint8Array | null {
    if (this.#state === 'done') return null;
    if (this.#state === 'released') throw new StateError(`state ${this.name}: its snapshot was released before it was read to the end`);
    this.#end = 0;
    if (this.#state === 'header') this.#writeHeader();
    while (this.#table < this.#tables.length) {
      if (!this.#writeBlock()) return this.#chunk.u8.subarray(0, this.#end);
      this.#tables[this.#table].unfreeze();
      this.#table++;
      this.#at = 0;
    }
    if (this.#end + BLOCK_HEADER_BYTES > CHUNK_BYTES) return this.#chunk.u8.subarray(0, this.#end);
    this.#writeBlockHeader(this.#end, END_MARK, this.count, 0);
    this.#end += BLOCK_HEADER_BYTES;
    this.#state = 'done';
    return this.#chunk.u8.subarray(0, this.#end);
  }

  release(): void {
    for (; this.#table < this.#tables.length; this.#table++) this.#tables[this.#table].unfreeze();
    if (this.#state !== 'done') this.#state = 'released';
  }

  #writeHeader(): void {
    const { view } = this.#chunk;
    view.setUint32(0, KEYED_MAGIC, true);
    view.setUint16(4, KEYED_VERSION, true);
    view.setUint16(6, 0, true);
    view.setUint32(8, this.#maxParallelism, true);
    this.#end = SECTION_HEADER_BYTES;
    this.#state = 'entries';
  }

  #writeBlockHeader(position: number, keyGroup: number, count: number, bytes: number): void {
    const { view } = this.#chunk;
    view.setUint32(position, keyGroup, true);
    view.setUint32(position + 4, count, true);
    view.setUint32(position + 8, bytes, true);
  }

  /** What is left of the current table, or as much as the chunk takes. Returns whether the table is through. */
  #writeBlock(): boolean {
    const table = this.#tables[this.#table];
    const content: TableContent = table.copy ?? table;
    const { i32 } = content;
    const blockStart = this.#end;
    let end = blockStart + BLOCK_HEADER_BYTES;
    if (end > CHUNK_BYTES) return false;
    let count = 0;
    let through = true;
    for (; this.#at < i32.length; this.#at += SLOT_WORDS) {
      const keyLength = i32[this.#at + 1];
      if (keyLength === 0) continue;
      const valueBytes = this.#valueKind === 'object' ? 4 + this.#encode(content.objects[i32[this.#at + 2]]) : VALUE_BYTES[this.#valueKind];
      const size = 9 + keyLength + valueBytes;
      if (end + size > this.#chunk.size) {
        if (count > 0 || blockStart > 0) {
          through = false;
          break;
        }
        // One entry larger than a chunk, alone in it.
        this.#chunk = MemorySegment.allocate(end + size);
      }
      end = this.#writeEntry(content, this.#at, end, valueBytes);
      count++;
      if (end > CHUNK_BYTES) {
        this.#at += SLOT_WORDS;
        through = this.#at >= i32.length;
        break;
      }
    }
    if (count > 0) {
      this.#writeBlockHeader(blockStart, this.#keyGroups[this.#table], count, end - blockStart - BLOCK_HEADER_BYTES);
      this.#end = end;
    }
    return through;
  }

  #writeEntry(content: TableContent, at: number, position: number, valueBytes: number): number {
    const { i32 } = content;
    const { view, u8 } = this.#chunk;
    const keyLength = i32[at + 1];
    view.setInt32(position, i32[at], true);
    position += 4;
    if (keyLength < LONG_KEY) u8[position++] = keyLength;
    else {
      u8[position] = LONG_KEY;
      view.setUint32(position + 1, keyLength, true);
      position += 5;
    }
    const key = keyLength <= INLINE_KEY_BYTES ? content.u8 : content.arena;
    const keyStart = keyLength <= INLINE_KEY_BYTES ? (at << 2) + 16 : i32[at + 4];
    for (let i = 0; i < keyLength; i++) u8[position + i] = key[keyStart + i];
    position += keyLength;
    switch (this.#valueKind) {
      case 'int32':
        view.setInt32(position, content.f64[(at >> 1) + 1], true);
        break;
      case 'int64':
      case 'float64':
        view.setFloat64(position, content.f64[(at >> 1) + 1], true);
        break;
      case 'boolean':
        u8[position] = content.f64[(at >> 1) + 1];
        break;
      case 'object':
        view.setUint32(position, valueBytes - 4, true);
        u8.set(this.#scratch.u8.subarray(0, valueBytes - 4), position + 4);
        break;
    }
    return position + valueBytes;
  }

  /** Into the scratch segment, as serializers want aligned positions and entries are packed. Returns the bytes. */
  #encode(value: unknown): number {
    if (value instanceof EncodedValue) {
      this.#growScratch(value.bytes.length);
      this.#scratch.u8.set(value.bytes);
      return value.bytes.length;
    }
    this.#growScratch(this.#serializer.maxSize(value));
    return this.#serializer.write(value, this.#scratch, 0);
  }

  #growScratch(size: number): void {
    if (size > this.#scratch.size) this.#scratch = MemorySegment.allocate(size * 2);
  }
}
