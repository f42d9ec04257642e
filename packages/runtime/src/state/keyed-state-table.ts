// Data plane: no allocation per access.
import type { TypeSchema } from '../api/types.js';
import type { KeyGroupRange } from '../graph/key-groups.js';
import { type CheckingSerializer, serializerFor } from '../memory/serializers.js';
import type { KeyContext } from './key-context.js';
import { KeyTable, NARROW_WORDS, type TableLayout, WIDE_WORDS } from './key-table.js';
import type { BlockEntries } from './keyed-block-entries.js';
import { type ValueKind, valueKindOf } from './keyed-section-format.js';
import { StateError } from './state-error.js';

/** States that are smaller are found in the cache as it is, and touching ahead costs more than it brings (measured at 3 and at 32 MB). */
const CACHE_BYTES = 8 * 1024 * 1024;
/** Calls of `touch` between two looks at how large the state is. */
const LOOK_EVERY = 1024;
const TOUCHED_AT_ONCE = 64;
const NO_ENTRIES = new Int32Array(0);

/**
 * All entries of one keyed state in one subtask: a `KeyTable` per key group, made when its first key comes.
 *
 * `locate` finds the entry of the current key once; `table` and `slot` then serve value(), update() and clear() of the same element.
 */
export class KeyedStateTable {
  readonly name: string;
  /** Of the first registration, or of the checkpoint while nothing has registered the state. */
  schema: TypeSchema;
  serializer: CheckingSerializer<unknown>;
  readonly kind: ValueKind;
  readonly context: KeyContext;
  readonly maxParallelism: number;
  readonly range: KeyGroupRange;
  /** By key group − `range.start`. */
  readonly tables: (KeyTable | undefined)[];

  /** `KeyContext.version` that `table` and `slot` are of; −1 for none. */
  version = -1;
  table: KeyTable | undefined;
  /** Negative if the current key has no entry; then `~slot` is where it would go, if there is a table. */
  slot = -1;
  /** What `touch` has read, kept so that the reading is not left out. */
  #touched = 0;
  #touchable = false;
  readonly #views: Int32Array[] = Array.from({ length: TOUCHED_AT_ONCE }, () => NO_ENTRIES);
  readonly #places = new Int32Array(TOUCHED_AT_ONCE);
  readonly #groupMask: number;
  #untilLook = 0;

  constructor(name: string, schema: TypeSchema, context: KeyContext, maxParallelism: number, range: KeyGroupRange) {
    this.name = name;
    this.schema = schema;
    this.serializer = serializerFor(schema);
    this.kind = valueKindOf(schema);
    this.context = context;
    this.maxParallelism = maxParallelism;
    this.range = range;
    this.#groupMask = (maxParallelism & (maxParallelism - 1)) === 0 ? maxParallelism - 1 : -1;
    this.tables = new Array<KeyTable | undefined>(range.end - range.start + 1).fill(undefined);
  }

  get size(): number {
    let size = 0;
    for (const table of this.tables) if (table !== undefined) size += table.count;
    return size;
  }

  get memoryUsed(): number {
    let bytes = 0;
    for (const table of this.tables) if (table !== undefined) bytes += table.memoryUsed;
    return bytes;
  }

  locate(): void {
    const { context } = this;
    const index = this.#indexOf(context.hash);
    if (context.length === 0 || index < 0 || index >= this.tables.length) this.#refuse(context);
    const table = this.tables[index];
    this.table = table;
    this.slot = table === undefined ? -1 : table.find(context.segment, context.position, context.length, context.hash);
    this.version = context.version;
  }

  /** After `locate`: makes the current key's entry writable, and one if there is none. Returns the table; `slot` is not negative. */
  writable(): KeyTable {
    const { context } = this;
    let { table } = this;
    if (table === undefined) {
      table = this.#newTable(this.#indexOf(context.hash));
      this.slot = table.find(context.segment, context.position, context.length, context.hash);
    }
    if (this.slot < 0) this.slot = table.insert(this.slot, context.segment, context.position, context.length, context.hash);
    else if (table.frozen) table.beforeChange(this.slot);
    return table;
  }

  /** After `locate`. */
  removeCurrent(): void {
    const { table } = this;
    if (table === undefined || this.slot < 0) return;
    table.beforeChange(this.slot);
    table.remove(this.slot);
    this.version = -1;
  }

  /** For a restore. */
  tableOf(keyGroup: number): KeyTable {
    return this.tables[keyGroup - this.range.start] ?? this.#newTable(keyGroup - this.range.start);
  }

  /** The value of an entry that was just made for a restore. */
  restoreValue(table: KeyTable, entry: number, from: BlockEntries): void {
    if (table.words === WIDE_WORDS) table.f64[entry * (WIDE_WORDS >> 1) + (WIDE_WORDS >> 1) - 1] = from.number;
    else if (this.kind === 'object') table.objects[entry] = from.value();
    else table.i32[entry * NARROW_WORDS + NARROW_WORDS - 1] = from.number;
  }

  /**
   * The keys of records that come soon, by their hashes: their entries are read beforehand, many at a time, so that the processor fetches them side by side and finds
   * them in its cache when they are used. Of no use where all are in it anyway.
   */
  touch(hashes: Int32Array, count: number): void {
    if (this.#untilLook-- === 0) {
      this.#untilLook = LOOK_EVERY;
      this.#touchable = this.memoryUsed > CACHE_BYTES;
    }
    if (!this.#touchable) return;
    for (let from = 0; from < count; from += TOUCHED_AT_ONCE) this.#touchSome(hashes, from, Math.min(count, from + TOUCHED_AT_ONCE));
  }

  /**
   * In three rounds, so that as many reads as can be wait for memory at the same time: the index of each; where that says the entry is; the entries. The last round does
   * next to nothing else, as what a processor looks ahead is a number of instructions.
   */
  #touchSome(hashes: Int32Array, from: number, to: number): void {
    const { tables } = this;
    const views = this.#views;
    const places = this.#places;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const hash = hashes[i];
      const table = tables[this.#indexOf(hash)];
      if (table !== undefined) sum += table.touchIndex(hash);
    }
    let found = 0;
    for (let i = from; i < to; i++) {
      const hash = hashes[i];
      const table = tables[this.#indexOf(hash)];
      if (table === undefined) continue;
      const place = table.placeOf(hash);
      if (place < 0) continue;
      views[found] = table.i32;
      places[found++] = place;
    }
    for (let i = 0; i < found; i++) sum += views[i][places[i]];
    this.#touched = (this.#touched + sum) | 0;
  }

  /** Place in `tables` of a key with that hash. A division takes longer than the rest of it, and most numbers of key groups are powers of two. */
  #indexOf(hash: number): number {
    return (this.#groupMask >= 0 ? hash & this.#groupMask : hash % this.maxParallelism) - this.range.start;
  }

  #newTable(index: number): KeyTable {
    const table = new KeyTable(layoutOf(this.kind));
    this.tables[index] = table;
    this.table = table;
    return table;
  }

  #refuse(context: KeyContext): never {
    if (context.length === 0)
      throw new StateError(`state ${this.name}: there is no current key; keyed state can only be used while an element is processed`);
    throw new StateError(
      `state ${this.name}: key ${String(context.key)} is of key group ${context.hash % this.maxParallelism}, but this subtask has ${this.range.start} … ${this.range.end}`,
    );
  }
}

function layoutOf(kind: ValueKind): TableLayout {
  switch (kind) {
    case 'int32':
    case 'boolean':
      return 'narrow';
    case 'int64':
    case 'float64':
      return 'wide';
    case 'object':
      return 'objects';
  }
}
