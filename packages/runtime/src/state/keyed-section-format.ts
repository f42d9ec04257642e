import type { TypeSchema } from '../api/types.js';

/**
 * Bytes of a section of kind 'keyed', little endian, nothing aligned.
 *
 *     header   magic u32 · version u16 · key groups that have entries u16 (0 in version 1) · maxParallelism u32 · entries u32 (not in version 1)
 *     block    key group u32 · entries in it u32 · bytes of them u32 · entries
 *              (a key group has any number of blocks, among those of others; a reader skips a block by its length)
 *     entry    key · value
 *     end      0xFFFFFFFF u32 · entries in all blocks u32 · 0 u32
 *
 * Version 2:
 *
 *     key      n < 192: a string of n units ≤ 0xFF, a byte each
 *              192 + a tag of key-codec.ts: u32 length for strings, then what key-codec.ts writes after the tag
 *              200: a number that is a safe integer, as below
 *     value    int32, int64: an integer · float64: an integer with a 1 before it, or a byte of 0 and 8 bytes of f64 · boolean: a byte
 *              every other type: length as an unsigned integer, bytes of its serializer
 *     integer  7 bits a byte, the lowest first, the highest bit says that there are more; of a signed n ≥ 0 the bits of 2n, of n < 0 those of −2n − 1
 *
 * Version 1 (read on):
 *
 *     key      hash i32 · length u8, or 255 and then u32 · bytes as key-codec.ts writes them
 *     value    int32: 4 bytes · int64, float64: f64 · boolean: 1 byte · every other type: length u32, bytes of its serializer
 */
export const KEYED_MAGIC = 0x31534b57; // 'WKS1'
export const KEYED_VERSION = 2;
export const SECTION_HEADER_BYTES = 16;
/** Of version 1. */
export const FIRST_HEADER_BYTES = 12;
export const BLOCK_HEADER_BYTES = 12;
export const END_MARK = 0xffff_ffff;
/** Of version 2. Strings shorter than this have their length for a tag. */
export const OTHER_KEYS = 192;
export const INTEGER_KEY = 200;

/** How the value of an entry is stored, in the table and in a section. */
export type ValueKind = 'int32' | 'int64' | 'float64' | 'boolean' | 'object';

export function valueKindOf(schema: TypeSchema): ValueKind {
  switch (schema.kind) {
    case 'int32':
    case 'int64':
    case 'float64':
    case 'boolean':
      return schema.kind;
    default:
      return 'object';
  }
}
