import type { TypeSchema } from '../api/types.js';

/**
 * Bytes of a section of kind 'keyed', little endian, nothing aligned.
 *
 *     header   magic u32 · version u16 · 0 u16 · maxParallelism u32
 *     block    key group u32 · entries in it u32 · bytes of them u32 · entries
 *              (a key group has any number of blocks, one after the other; a reader skips a block by its length)
 *     entry    key hash i32 · key length u8, or 255 and then u32 · key bytes (key-codec.ts) · value
 *     value    int32: 4 bytes · int64, float64: f64 · boolean: 1 byte · every other type: length u32, bytes of its serializer
 *     end      0xFFFFFFFF u32 · entries in all blocks u32 · 0 u32
 *
 * History: 1, the first.
 */
export const KEYED_MAGIC = 0x31534b57; // 'WKS1'
export const KEYED_VERSION = 1;
export const SECTION_HEADER_BYTES = 12;
export const BLOCK_HEADER_BYTES = 12;
export const END_MARK = 0xffff_ffff;
export const LONG_KEY = 255;

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

/** Bytes of a value in a section; for an object those of its length. */
export const VALUE_BYTES: Readonly<Record<ValueKind, number>> = { int32: 4, int64: 8, float64: 8, boolean: 1, object: 4 };
