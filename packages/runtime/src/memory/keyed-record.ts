import type { Key } from '../api/functions.js';
import type { TypeSchema } from '../api/types.js';
import type { MemorySegment } from './memory-segment.js';
import { compileSerializer, type SerializerSource } from './serializer-compiler.js';
import { layoutOf } from './serializer-layout.js';
import { instantiate } from './serializers.js';

/** Not float64: as a key −0 is 0. Not nullable: null is no key. */
const KINDS_OF_KEYS: ReadonlySet<TypeSchema['kind']> = new Set(['string', 'boolean', 'int32', 'int64']);

/** The type of a record whose key is one of its fields, so that on a keyed exchange the field need not be written beside the key. */
export interface KeyedRecordType {
  readonly keyField: string;
  readonly keyKind: TypeSchema['kind'];
  /** Code that writes all but the key, and reads a whole record where it is given the key. */
  readonly source: SerializerSource;
}

/** Undefined if the field cannot stand for the key, or the key for the field, whatever values come. */
export function keyedRecordType(schema: TypeSchema, keyField: string | undefined): KeyedRecordType | undefined {
  if (keyField === undefined || schema.kind !== 'record' || keyField in Object.prototype) return undefined;
  const index = schema.fields.findIndex(({ name }) => name === keyField);
  const keyKind = schema.fields[index]?.type.kind;
  if (keyKind === undefined || !KINDS_OF_KEYS.has(keyKind)) return undefined;
  const rest: TypeSchema = { kind: 'record', fields: schema.fields.filter((_, i) => i !== index) };
  return { keyField, keyKind, source: compileSerializer(layoutOf(rest), { name: keyField, index }) };
}

export interface KeyedRecordSerializer {
  /** Of what `write` writes: all fields but the key. */
  maxSize(value: unknown): number;
  write(value: unknown, target: MemorySegment, position: number): number;
  /** The whole record. */
  read(source: MemorySegment, position: number, key: Key): unknown;
}

export function keyedRecordSerializer(type: KeyedRecordType): KeyedRecordSerializer {
  return instantiate(type.source);
}

/** Whether a key that was read from a record may stand for its field: it is of the field's type. */
export function isKeyOf(type: KeyedRecordType, key: unknown): boolean {
  switch (type.keyKind) {
    case 'string':
      return typeof key === 'string';
    case 'boolean':
      return typeof key === 'boolean';
    case 'int32':
      return typeof key === 'number' && (key | 0) === key;
    default:
      return Number.isSafeInteger(key);
  }
}
