import type { TypeSchema } from '../api/types.js';
import { CorruptCheckpointError } from '../common/errors.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { serializerFor } from '../memory/serializers.js';
import { LONG_KEY, VALUE_BYTES, type ValueKind, valueKindOf } from './keyed-section-format.js';
import type { KeyedBlock } from './keyed-section-reader.js';

/** Steps through the entries of a block; the fields are those of the entry that `next` came to. */
export class BlockEntries {
  hash = 0;
  keyPosition = 0;
  keyLength = 0;
  /** The value of numeric kinds; 0 or 1 for a boolean. */
  number = 0;

  readonly #path: string;
  readonly #kind: ValueKind;
  readonly #schema: TypeSchema;
  #scratch = MemorySegment.allocate(1024);
  #block: KeyedBlock | undefined;
  #position = 0;
  #left = 0;
  #valuePosition = 0;
  #valueLength = 0;

  constructor(path: string, schema: TypeSchema) {
    this.#path = path;
    this.#kind = valueKindOf(schema);
    this.#schema = schema;
  }

  start(block: KeyedBlock): void {
    this.#block = block;
    this.#position = 0;
    this.#left = block.count;
  }

  next(): boolean {
    const { segment, end, keyGroup } = this.#block!;
    if (this.#left === 0) {
      if (this.#position !== end) this.#corrupt(`the entries of key group ${keyGroup} do not fill their block`);
      return false;
    }
    this.#left--;
    const { view, u8 } = segment;
    let at = this.#position;
    this.#within(at + 5);
    this.hash = view.getInt32(at, true);
    let keyLength = u8[at + 4];
    at += 5;
    if (keyLength === LONG_KEY) {
      this.#within(at + 4);
      keyLength = view.getUint32(at, true);
      at += 4;
    }
    if (keyLength === 0) this.#corrupt(`an entry of key group ${keyGroup} has no key`);
    this.keyPosition = at;
    this.keyLength = keyLength;
    at += keyLength;
    const fixed = VALUE_BYTES[this.#kind];
    this.#within(at + fixed);
    switch (this.#kind) {
      case 'int32':
        this.number = view.getInt32(at, true);
        break;
      case 'int64':
        this.number = view.getFloat64(at, true);
        if (!Number.isSafeInteger(this.number)) this.#corrupt(`${this.number} is stored as an int64`);
        break;
      case 'float64':
        this.number = view.getFloat64(at, true);
        break;
      case 'boolean':
        this.number = u8[at];
        if (this.number > 1) this.#corrupt(`${this.number} is stored as a boolean`);
        break;
      case 'object':
        this.#valueLength = view.getUint32(at, true);
        this.#valuePosition = at + 4;
        at += this.#valueLength;
        break;
    }
    at += fixed;
    this.#within(at);
    this.#position = at;
    return true;
  }

  /** The value of the current entry. */
  value(): unknown {
    if (this.#kind === 'boolean') return this.number === 1;
    if (this.#kind !== 'object') return this.number;
    if (this.#valueLength > this.#scratch.size) this.#scratch = MemorySegment.allocate(this.#valueLength * 2);
    // Serializers want an aligned position, entries are packed.
    this.#scratch.u8.set(this.#block!.segment.u8.subarray(this.#valuePosition, this.#valuePosition + this.#valueLength));
    try {
      return serializerFor(this.#schema).read(this.#scratch, 0);
    } catch (error) {
      return this.#corrupt(`a value cannot be read: ${(error as Error).message}`);
    }
  }

  #within(position: number): void {
    if (position > this.#block!.end) this.#corrupt(`an entry of key group ${this.#block!.keyGroup} reaches beyond its block`);
  }

  #corrupt(what: string): never {
    throw new CorruptCheckpointError(this.#path, what);
  }
}
