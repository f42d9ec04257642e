import { Packr } from 'msgpackr';
import type { MemorySegment } from './memory-segment.js';
import { SerializationError } from './serialization-error.js';

/**
 * The general codec, for what has no declared type: plain objects, arrays, Map, Set, Date, bigint, typed arrays, undefined.
 * Not kept: −0 (becomes 0), unpaired surrogates (become U+FFFD), prototypes of class instances, functions, a key named `__proto__`.
 */
const packr = new Packr({ moreTypes: true, copyBuffers: true });

/**
 * One place of a schema that holds general values. `size` has to pack to know; it keeps the bytes for the `write` of the same value that follows.
 */
export class JsonCodec {
  readonly #field: string;
  #value: unknown;
  #packed: Uint8Array | undefined;

  constructor(field: string) {
    this.#field = field;
  }

  size(value: unknown): number {
    const packed = this.#pack(value);
    this.#value = value;
    this.#packed = packed;
    return packed.length;
  }

  /** Returns the number of bytes written. */
  write(target: MemorySegment, position: number, value: unknown): number {
    const packed = this.#packed !== undefined && Object.is(this.#value, value) ? this.#packed : this.#pack(value);
    this.#value = undefined;
    this.#packed = undefined;
    target.u8.set(packed, position);
    return packed.length;
  }

  read(source: MemorySegment, position: number, length: number): unknown {
    // A copy, as the source may be shared memory and must not be referred to by what is read.
    const bytes = source.u8.slice(position, position + length);
    try {
      return packr.unpack(bytes);
    } catch (cause) {
      throw new SerializationError(this.#field, 'bytes of the general codec', `${length} bytes`, { cause });
    }
  }

  #pack(value: unknown): Uint8Array {
    try {
      return packr.pack(value);
    } catch (cause) {
      throw new SerializationError(this.#field, 'plain data (objects, arrays, Map, Set, Date, bigint, binary)', value, { cause });
    }
  }
}
