// Data plane: no allocation per access.
import type { TypeSchema } from '../api/types.js';
import type { KeyGroupRange } from '../graph/key-groups.js';
import { MemorySegment } from '../memory/memory-segment.js';
import type { CheckingSerializer } from '../memory/serializers.js';
import { serializerFor } from '../memory/serializers.js';
import type { KeyContext } from './key-context.js';
import { KeyTable } from './key-table.js';
import { type ValueKind, valueKindOf } from './keyed-section-format.js';
import { StateError } from './state-error.js';

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

  constructor(name: string, schema: TypeSchema, context: KeyContext, maxParallelism: number, range: KeyGroupRange) {
    this.name = name;
    this.schema = schema;
    this.serializer = serializerFor(schema);
    this.kind = valueKindOf(schema);
    this.context = context;
    this.maxParallelism = maxParallelism;
    this.range = range;
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
    const index = (context.hash % this.maxParallelism) - this.range.start;
    if (context.length === 0 || index < 0 || index >= this.tables.length) this.#refuse(context);
    const table = this.tables[index];
    this.table = table;
    this.slot = table === undefined ? -1 : table.find(context.segment, context.position, context.length, context.hash);
    this.version = context.version;
  }

  /** After `locate`: makes the table writable and gives the current key an entry if it has none. Returns the table; `slot` is not negative. */
  writable(): KeyTable {
    const { context } = this;
    let { table } = this;
    if (table === undefined) {
      table = this.#newTable((context.hash % this.maxParallelism) - this.range.start);
      this.slot = table.find(context.segment, context.position, context.length, context.hash);
    }
    if (table.frozen) table.prepareWrite();
    if (this.slot < 0) this.slot = table.insert(this.slot, context.segment, context.position, context.length, context.hash);
    return table;
  }

  /** After `locate`. */
  removeCurrent(): void {
    const { table } = this;
    if (table === undefined || this.slot < 0) return;
    table.prepareWrite();
    table.remove(this.slot);
    this.version = -1;
  }

  /** For a restore. */
  tableOf(keyGroup: number): KeyTable {
    return this.tables[keyGroup - this.range.start] ?? this.#newTable(keyGroup - this.range.start);
  }

  /**
   * A function may change the object it gets from value() and hand it back, so while a snapshot has yet to write that object
   * it is serialized before it is given out. Once per object and snapshot.
   */
  preserve(table: KeyTable, slot: number): void {
    const index = table.i32[(slot << 3) + 2];
    const value = table.objects[index];
    // Strings and the like cannot change.
    if (typeof value !== 'object' || value === null) return;
    table.prepareWrite();
    const copied = table.copy!.objects;
    if (copied[index] !== value) return;
    try {
      copied[index] = encodeValue(this.serializer, value);
    } catch {
      // Left as it is: the snapshot will fail with the reason, which is better than failing the reader.
    }
  }

  #newTable(index: number): KeyTable {
    const table = new KeyTable(this.kind === 'object');
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

/** A value as the bytes of its serializer, at an aligned position. */
export class EncodedValue {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

function encodeValue(serializer: CheckingSerializer<unknown>, value: unknown): EncodedValue {
  const segment = MemorySegment.allocate(serializer.maxSize(value));
  return new EncodedValue(segment.u8.subarray(0, serializer.write(value, segment, 0)));
}
