import type { TypeInformation, TypeSchema, TypeSerializer } from '../api/types.js';
import { JsonCodec } from './json-codec.js';
import type { MemorySegment } from './memory-segment.js';
import { SerializationError } from './serialization-error.js';
import { compileSerializer, type SerializerSource } from './serializer-compiler.js';
import { layoutOf } from './serializer-layout.js';
import { readString, writeString } from './string-codec.js';

/** A serializer that can also check a value without writing it. General (`json`) values are not looked into by `check`. */
export interface CheckingSerializer<T> extends TypeSerializer<T> {
  /** Throws the `SerializationError` that `write` would throw. */
  check(value: T): void;
}

const byObject = new WeakMap<TypeSchema, CheckingSerializer<unknown>>();
const byText = new Map<string, CheckingSerializer<unknown>>();

/**
 * The serializer of a type, compiled on first use to straight-line code; equal schemas share one. A serializer belongs to its thread, as all memory here does.
 *
 * What it takes is what the type says and nothing else: a missing field of a nullable type is refused too (null is a value, undefined is a mistake).
 * Fields that the type does not name are left out. The format is in `serializer-layout.ts`.
 */
export function serializerFor<T>(type: TypeInformation<T>): CheckingSerializer<T>;
export function serializerFor(schema: TypeSchema): CheckingSerializer<unknown>;
export function serializerFor(given: TypeSchema | TypeInformation<unknown>): CheckingSerializer<unknown> {
  const schema = 'schema' in given ? given.schema : given;
  let serializer = byObject.get(schema);
  if (serializer === undefined) {
    const text = JSON.stringify(schema);
    serializer = byText.get(text) ?? compile(schema);
    byText.set(text, serializer);
    byObject.set(schema, serializer);
  }
  return serializer;
}

/** Names that compiled code does not bind itself, and what they are for this type. */
export function freeNamesOf(source: SerializerSource): Readonly<Record<string, unknown>> {
  const fail = (place: number, value: unknown): never => {
    const { field, expected } = source.places[place]!;
    throw new SerializationError(field, expected, value);
  };
  return { fail, json: source.jsonFields.map((field) => new JsonCodec(field)), readString, writeString, hasOwn: Object.hasOwn };
}

interface Compiled {
  maxSize(value: unknown): number;
  write(value: unknown, target: MemorySegment, position: number): number;
  read(source: MemorySegment, position: number, key?: unknown): unknown;
  check(value: unknown): void;
}

function compile(schema: TypeSchema): CheckingSerializer<unknown> {
  return { schema, ...instantiate(compileSerializer(layoutOf(schema))) };
}

export function instantiate(source: SerializerSource): Compiled {
  const free = freeNamesOf(source);
  const factory = new Function(
    ...Object.keys(free),
    `'use strict'; return { maxSize: ${source.maxSize}, write: ${source.write}, read: ${source.read}, check: ${source.check} };`,
  ) as (...free: unknown[]) => Compiled;
  return factory(...Object.values(free));
}
