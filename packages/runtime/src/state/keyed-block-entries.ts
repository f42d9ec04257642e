// Data plane: run once per key at a restore.
import type { TypeSchema } from '../api/types.js';
import { CorruptCheckpointError } from '../common/errors.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { serializerFor } from '../memory/serializers.js';
import { hashEncodedKey, TAG_LATIN1, TAG_NUMBER, TAG_TRUE, TAG_UTF16 } from './key-codec.js';
import { INTEGER_KEY, OTHER_KEYS, type ValueKind, valueKindOf } from './keyed-section-format.js';
import type { KeyedBlock } from './keyed-section-reader.js';

/** Of version 1. */
const LONG_KEY = 255;
/** Bytes of a value of version 1; for an object those of its length. */
const VALUE_BYTES: Readonly<Record<ValueKind, number>> = { int32: 4, int64: 8, float64: 8, boolean: 1, object: 4 };

/** Steps through the entries of a block; the fields are those of the entry that `next` came to. Writes into the block: what stands before a key becomes its tag. */
export class BlockEntries {
  hash = 0;
  /** Where the encoded key is. */
  keySegment: MemorySegment;
  keyPosition = 0;
  keyLength = 0;
  /** The value of numeric kinds; 0 or 1 for a boolean. */
  number = 0;

  readonly #path: string;
  readonly #kind: ValueKind;
  readonly #schema: TypeSchema;
  readonly #madeKey = MemorySegment.allocate(16);
  #scratch = MemorySegment.allocate(1024);
  #block: KeyedBlock | undefined;
  #segment: MemorySegment;
  #end = 0;
  #position = 0;
  #left = 0;
  #valuePosition = 0;
  #valueLength = 0;

  constructor(path: string, schema: TypeSchema) {
    this.#path = path;
    this.#kind = valueKindOf(schema);
    this.#schema = schema;
    this.keySegment = this.#madeKey;
    this.#segment = this.#madeKey;
  }

  start(block: KeyedBlock): void {
    this.#block = block;
    this.#segment = block.segment;
    this.#end = block.end;
    this.#position = 0;
    this.#left = block.count;
  }

  next(): boolean {
    if (this.#left === 0) {
      if (this.#position !== this.#end) this.#corrupt(`the entries of key group ${this.#block!.keyGroup} do not fill their block`);
      return false;
    }
    this.#left--;
    if (this.#block!.version === 1) this.#readVersion1();
    else {
      this.#readKey();
      this.#readValue();
    }
    return true;
  }

  /** The value of the current entry. */
  value(): unknown {
    if (this.#kind === 'boolean') return this.number === 1;
    if (this.#kind !== 'object') return this.number;
    if (this.#valueLength > this.#scratch.size) this.#scratch = MemorySegment.allocate(this.#valueLength * 2);
    // Serializers want an aligned position, entries are packed.
    this.#scratch.u8.set(this.#segment.u8.subarray(this.#valuePosition, this.#valuePosition + this.#valueLength));
    try {
      return serializerFor(this.#schema).read(this.#scratch, 0);
    } catch (error) {
      return this.#corrupt(`a value cannot be read: ${(error as Error).message}`);
    }
  }

  // Version 2

  #readKey(): void {
    const at = this.#position;
    this.#within(at + 1);
    const { u8, view } = this.#segment;
    const head = u8[at];
    if (head < OTHER_KEYS) {
      u8[at] = TAG_LATIN1;
      this.#setKey(this.#segment, at, head + 1, at + 1 + head);
      return;
    }
    if (head === INTEGER_KEY) {
      this.#position = at + 1;
      this.#madeKey.u8[0] = TAG_NUMBER;
      this.#madeKey.view.setFloat64(1, this.#readInteger(0), true);
      this.#setKey(this.#madeKey, 0, 9, this.#position);
      return;
    }
    const tag = head - OTHER_KEYS;
    if (tag < TAG_LATIN1 || tag > TAG_TRUE) this.#corrupt(`a key begins with ${head}`);
    if (tag > TAG_UTF16) {
      u8[at] = tag;
      const length = tag > TAG_NUMBER + 1 ? 1 : 9;
      this.#setKey(this.#segment, at, length, at + length);
      return;
    }
    this.#within(at + 5);
    const payload = view.getUint32(at + 1, true);
    u8[at + 4] = tag;
    this.#setKey(this.#segment, at + 4, payload + 1, at + 5 + payload);
  }

  #setKey(segment: MemorySegment, position: number, length: number, end: number): void {
    this.#within(end);
    this.keySegment = segment;
    this.keyPosition = position;
    this.keyLength = length;
    this.#position = end;
    const { view } = segment;
    if (view.getUint8(position) === TAG_NUMBER && Number.isNaN(view.getFloat64(position + 1, true))) this.#corrupt('a key is not a number');
    this.hash = hashEncodedKey(view, position, length);
  }

  #readValue(): void {
    switch (this.#kind) {
      case 'int32': {
        const n = this.#readInteger(0);
        if ((n | 0) !== n) this.#corrupt(`${n} is stored as an int32`);
        this.number = n;
        break;
      }
      case 'int64':
        this.number = this.#readInteger(0);
        break;
      case 'float64': {
        const at = this.#position;
        this.#within(at + 1);
        if ((this.#segment.u8[at] & 1) === 1) this.number = this.#readInteger(1);
        else {
          this.#within(at + 9);
          this.number = this.#segment.view.getFloat64(at + 1, true);
          this.#position = at + 9;
        }
        break;
      }
      case 'boolean':
        this.#within(this.#position + 1);
        this.number = this.#segment.u8[this.#position++];
        if (this.number > 1) this.#corrupt(`${this.number} is stored as a boolean`);
        break;
      case 'object':
        this.#valueLength = this.#readUnsigned();
        this.#valuePosition = this.#position;
        this.#position += this.#valueLength;
        this.#within(this.#position);
        break;
    }
  }

  /** A signed integer, `prefixBits` bits into its first byte. */
  #readInteger(prefixBits: number): number {
    const { u8 } = this.#segment;
    let at = this.#position;
    const end = this.#end;
    if (at >= end) this.#cut();
    let byte = u8[at++];
    const negative = (byte >> prefixBits) & 1;
    let magnitude = (byte & 0x7f) >> (prefixBits + 1);
    // By multiplication, as there may be 53 bits; more of them are refused below.
    for (let scale = 1 << (6 - prefixBits); byte > 0x7f; scale *= 128) {
      if (at >= end || scale > Number.MAX_SAFE_INTEGER) this.#cut();
      byte = u8[at++];
      magnitude += (byte & 0x7f) * scale;
    }
    this.#position = at;
    const n = negative === 1 ? -1 - magnitude : magnitude;
    if (!Number.isSafeInteger(n)) this.#corrupt('an integer has more than 53 bits');
    return n;
  }

  #readUnsigned(): number {
    const { u8 } = this.#segment;
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.#position >= this.#end || scale > 2 ** 32) this.#cut();
      const byte = u8[this.#position++];
      n += (byte & 0x7f) * scale;
      if (byte <= 0x7f) return n;
    }
  }

  // Version 1

  #readVersion1(): void {
    const { view, u8 } = this.#segment;
    let at = this.#position;
    this.#within(at + 5);
    let keyLength = u8[at + 4];
    at += 5;
    if (keyLength === LONG_KEY) {
      this.#within(at + 4);
      keyLength = view.getUint32(at, true);
      at += 4;
    }
    if (keyLength === 0) this.#corrupt(`an entry of key group ${this.#block!.keyGroup} has no key`);
    this.keySegment = this.#segment;
    this.keyPosition = at;
    this.keyLength = keyLength;
    this.hash = view.getInt32(this.#position, true);
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
  }

  #within(position: number): void {
    if (position > this.#end) this.#cut();
  }

  #cut(): never {
    this.#corrupt(`an entry of key group ${this.#block!.keyGroup} reaches beyond its block`);
  }

  #corrupt(what: string): never {
    throw new CorruptCheckpointError(this.#path, what);
  }
}
