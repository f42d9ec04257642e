import type { TypeSchema } from '../../api/types.js';
import { CorruptCheckpointError } from '../../common/errors.js';
import { MemorySegment } from '../../memory/memory-segment.js';
import type { KeyedBlock } from '../keyed-section-reader.js';
import { ValueCodec } from './value-codec.js';

const NONE = MemorySegment.allocate(8);

/** Steps through the entries of a block of changes; the fields are those of the entry that `next` came to. */
export class ChangeEntries {
  hash = 0;
  /** Where the encoded key is. */
  keySegment = NONE;
  keyPosition = 0;
  keyLength = 0;
  removed = false;

  readonly #path: string;
  readonly #codec: ValueCodec;
  #scratch = MemorySegment.allocate(1024);
  #block: KeyedBlock | undefined;
  #position = 0;
  #left = 0;
  #valuePosition = 0;
  #valueLength = 0;

  constructor(path: string, schema: TypeSchema) {
    this.#path = path;
    this.#codec = new ValueCodec(schema);
  }

  start(block: KeyedBlock): void {
    this.#block = block;
    this.keySegment = block.segment;
    this.#position = 0;
    this.#left = block.count;
  }

  next(): boolean {
    const { segment, end, keyGroup } = this.#block!;
    if (this.#left === 0) {
      if (this.#position !== end) this.#corrupt(`the changes of key group ${keyGroup} do not fill their block`);
      return false;
    }
    this.#left--;
    if (this.#position + 4 > end) this.#cut();
    this.hash = segment.view.getInt32(this.#position, true);
    this.#position += 4;
    this.keyLength = this.#readUnsigned();
    if (this.keyLength === 0) this.#corrupt(`an entry of key group ${keyGroup} has no key`);
    this.keyPosition = this.#position;
    this.#position += this.keyLength;
    const value = this.#readUnsigned();
    this.removed = value === 0;
    this.#valueLength = value - 1;
    this.#valuePosition = this.#position;
    if (value > 0) this.#position += value - 1;
    if (this.#position > end) this.#cut();
    return true;
  }

  /** The value of the current entry, which is not removed. */
  value(): unknown {
    const length = this.#valueLength;
    const { kind } = this.#codec;
    const wanted = kind === 'int32' ? 4 : kind === 'boolean' ? 1 : kind === 'object' ? length : 8;
    if (length !== wanted) this.#corrupt(`an ${kind} is stored in ${length} bytes`);
    if (length > this.#scratch.size) this.#scratch = MemorySegment.allocate(length * 2);
    // Serializers want an aligned position, entries are packed.
    this.#scratch.u8.set(this.#block!.segment.u8.subarray(this.#valuePosition, this.#valuePosition + length));
    if (kind === 'boolean' && this.#scratch.u8[0] > 1) this.#corrupt(`${this.#scratch.u8[0]} is stored as a boolean`);
    let value: unknown;
    try {
      value = this.#codec.decode(this.#scratch, 0);
    } catch (error) {
      return this.#corrupt(`a value cannot be read: ${(error as Error).message}`);
    }
    if (kind === 'int64' && !Number.isSafeInteger(value)) this.#corrupt(`${value} is stored as an int64`);
    return value;
  }

  #readUnsigned(): number {
    const { u8 } = this.#block!.segment;
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.#position >= this.#block!.end || scale > 2 ** 32) this.#cut();
      const byte = u8[this.#position++];
      n += (byte & 0x7f) * scale;
      if (byte <= 0x7f) return n;
    }
  }

  #cut(): never {
    this.#corrupt(`an entry of key group ${this.#block!.keyGroup} reaches beyond its block`);
  }

  #corrupt(what: string): never {
    throw new CorruptCheckpointError(this.#path, what);
  }
}
