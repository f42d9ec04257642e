import type { TypeSchema } from '../api/types.js';
import { InvalidConfigurationError } from '../common/errors.js';

/**
 * Where each part of a value lies, relative to a position that is a multiple of 8: first the 8-byte numbers, then int32s, then the length words of
 * strings and general values, then bits (booleans, nulls), then the bytes of strings and general values in order. Nested records are laid out flat.
 */
export type LayoutNode =
  /** `slot` counts 8-byte words. */
  | { readonly kind: 'int64' | 'float64'; readonly field: string; readonly slot: number }
  /** `slot` counts 4-byte words. */
  | { readonly kind: 'int32' | 'string' | 'json'; readonly field: string; readonly slot: number }
  /** `bit` counts from the first bit byte. */
  | { readonly kind: 'boolean'; readonly field: string; readonly bit: number }
  | { readonly kind: 'nullable'; readonly field: string; readonly bit: number; readonly of: LayoutNode }
  | { readonly kind: 'record'; readonly field: string; readonly fields: readonly { readonly name: string; readonly node: LayoutNode }[] };

export interface Layout {
  readonly root: LayoutNode;
  /** First bit byte. */
  readonly bitsOffset: number;
  readonly bitBytes: number;
  /** Bytes before the variable part. */
  readonly fixedSize: number;
  readonly hasVariablePart: boolean;
}

export function layoutOf(schema: TypeSchema): Layout {
  const total = count(schema);
  const next: Counts = { eights: 0, ints: total.eights * 2, lengths: total.eights * 2 + total.ints, bits: 0 };
  const root = place(schema, '', next);
  const bitsOffset = (total.eights * 2 + total.ints + total.lengths) * 4;
  const bitBytes = (total.bits + 7) >> 3;
  return { root, bitsOffset, bitBytes, fixedSize: bitsOffset + bitBytes, hasVariablePart: total.lengths > 0 };
}

interface Counts {
  eights: number;
  ints: number;
  lengths: number;
  bits: number;
}

function count(schema: TypeSchema, counts: Counts = { eights: 0, ints: 0, lengths: 0, bits: 0 }): Counts {
  switch (schema.kind) {
    case 'int64':
    case 'float64':
      counts.eights++;
      break;
    case 'int32':
      counts.ints++;
      break;
    case 'string':
    case 'json':
      counts.lengths++;
      break;
    case 'boolean':
      counts.bits++;
      break;
    case 'nullable':
      counts.bits++;
      count(schema.of, counts);
      break;
    case 'record':
      for (const field of schema.fields) count(field.type, counts);
      break;
    default:
      throw new InvalidConfigurationError(`unknown kind of type: ${JSON.stringify(schema)}`);
  }
  return counts;
}

/** `field` is the path in error messages: `address.city`. */
function place(schema: TypeSchema, field: string, next: Counts): LayoutNode {
  switch (schema.kind) {
    case 'int64':
    case 'float64':
      return { kind: schema.kind, field, slot: next.eights++ };
    case 'int32':
      return { kind: schema.kind, field, slot: next.ints++ };
    case 'string':
    case 'json':
      return { kind: schema.kind, field, slot: next.lengths++ };
    case 'boolean':
      return { kind: 'boolean', field, bit: next.bits++ };
    case 'nullable':
      return { kind: 'nullable', field, bit: next.bits++, of: place(schema.of, field, next) };
    case 'record': {
      const names = new Set<string>();
      for (const { name } of schema.fields) {
        if (names.has(name)) throw new InvalidConfigurationError(`a record type has two fields named ${JSON.stringify(name)}`);
        names.add(name);
      }
      return {
        kind: 'record',
        field,
        fields: schema.fields.map(({ name, type }) => ({ name, node: place(type, field === '' ? name : `${field}.${name}`, next) })),
      };
    }
  }
}
