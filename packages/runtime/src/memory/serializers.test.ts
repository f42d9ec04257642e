import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boolean, float64, int32, int64, json, nullable, record, string, type TypeSchema } from '../api/types.js';
import { InvalidConfigurationError } from '../common/errors.js';
import { anySchema, valuesOf } from '../testing/any-schema.js';
import { MemorySegment } from './memory-segment.js';
import { SerializationError } from './serialization-error.js';
import { serializerFor } from './serializers.js';

const CANARY = 0xa5;

function roundTrip(schema: TypeSchema, value: unknown, position: number, shared: boolean): unknown {
  const serializer = serializerFor(schema);
  serializer.check(value);
  const size = serializer.maxSize(value);
  const bytes = (position + size + 32 + 7) & ~7;
  const segment = new MemorySegment(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  segment.u8.fill(CANARY);
  const end = serializer.write(value, segment, position);
  expect(end).toBeLessThanOrEqual(position + size);
  const outside = (u8: Uint8Array) =>
    u8.slice(0, position).every((byte) => byte === CANARY) && u8.slice(position + size).every((byte) => byte === CANARY);
  expect(outside(segment.u8)).toBe(true);
  const written = segment.u8.slice(position, end);
  // What lies around must not be looked at, and what was read must not change with the memory.
  segment.u8.fill(0xff);
  segment.u8.set(written, position);
  const read = serializer.read(segment, position);
  segment.u8.fill(0);
  return read;
}

describe('serializerFor', () => {
  it.each([false, true])('gives back any value of any type, at any position, touching nothing else (shared memory: %s)', (shared) => {
    const cases = anySchema.chain((schema) => fc.tuple(fc.constant(schema), valuesOf(schema), fc.nat({ max: 9 })));
    fc.assert(
      fc.property(cases, ([schema, value, eights]) => {
        const read = roundTrip(schema, value, eights * 8, shared);
        // Not vitest's equality: a field may be named `constructor`.
        if (!isDeepStrictEqual(read, value)) expect(read).toBe(value);
      }),
      { numRuns: 400 },
    );
  });

  it('writes equal values as equal bytes, whatever was in the memory before', () => {
    const type = record({ a: nullable(string()), b: nullable(int64()), c: nullable(record({ d: int32(), e: boolean() })) });
    const serializer = serializerFor(type);
    const bytesOver = (filling: number) => {
      const segment = MemorySegment.allocate(64);
      segment.u8.fill(filling);
      return segment.u8.slice(0, serializer.write({ a: null, b: null, c: null }, segment, 0));
    };
    expect(bytesOver(0)).toEqual(bytesOver(255));
  });

  it('keeps strings of 0 … 60 units exactly, one byte a unit where that is enough', () => {
    const serializer = serializerFor(string());
    for (let length = 0; length <= 60; length++) {
      for (const last of ['x', '\u00ff', '\u0100', '\udc00']) {
        // Every unit another one, so that none can stand for its neighbour.
        const text = Array.from({ length }, (_, i) => (i === length - 1 ? last : String.fromCharCode(0x20 + i))).join('');
        const unit = length === 0 ? '' : last;
        const segment = MemorySegment.allocate(serializer.maxSize(text));
        const end = serializer.write(text, segment, 0);
        expect(end).toBe(4 + length * (unit > '\u00ff' ? 2 : 1));
        expect(serializer.read(segment, 0)).toBe(text);
      }
    }
  });

  it('compiles a type once', () => {
    expect(serializerFor(record({ a: int32() }))).toBe(serializerFor(record({ a: int32() }).schema));
    expect(serializerFor(record({ a: int32() }))).not.toBe(serializerFor(record({ a: int64() })));
  });

  const event = record({
    user: string(),
    count: int32(),
    at: nullable(int64()),
    ratio: float64(),
    ok: boolean(),
    inner: record({ note: string() }),
  });
  const good = { user: 'u', count: 1, at: 2, ratio: 0.5, ok: true, inner: { note: '' } };
  it.each<readonly [string, unknown, string]>([
    ['user', 5, 'a string'],
    ['user', undefined, 'a string'],
    ['count', 1.5, 'an int32'],
    ['count', 2 ** 31, 'an int32'],
    ['count', -(2 ** 31) - 1, 'an int32'],
    ['count', Number.NaN, 'an int32'],
    ['count', '1', 'an int32'],
    ['count', 1n, 'an int32'],
    ['at', 2 ** 53, 'an int64'],
    ['at', undefined, 'an int64'],
    ['at', 0.5, 'an int64'],
    ['at', 5n, 'an int64'],
    ['ratio', '0.5', 'a float64'],
    ['ok', 1, 'a boolean'],
    ['ok', undefined, 'a boolean'],
    ['inner', null, 'a record'],
    ['inner', 'x', 'a record'],
    ['inner.note', null, 'a string'],
  ])('refuses %s = %o, naming the field and %s', (field, wrong, expected) => {
    const value = field === 'inner.note' ? { ...good, inner: { note: wrong } } : { ...good, [field]: wrong };
    const serializer = serializerFor(event);
    const attempts = [
      () => serializer.check(value as typeof good),
      () => serializer.write(value as typeof good, MemorySegment.allocate(200), 0),
    ];
    for (const attempt of attempts) {
      expect(attempt).toThrow(SerializationError);
      expect(attempt).toThrow(expect.objectContaining({ code: 'SERIALIZATION', field, expected: expect.stringContaining(expected) }));
    }
  });

  it('does not take for a field what every object inherits', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const serializer = serializerFor({ kind: 'record', fields: [{ name, type: { kind: 'json' } }] });
      const segment = MemorySegment.allocate(64);
      serializer.write({}, segment, 0);
      expect(Object.entries(serializer.read(segment, 0) as object)).toEqual([[name, undefined]]);
    }
  });

  it('refuses what the general codec cannot write, naming the field', () => {
    const serializer = serializerFor(record({ payload: json<unknown>() }));
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const payload of [cyclic, { s: Symbol('s') }]) {
      expect(() => serializer.maxSize({ payload })).toThrow(expect.objectContaining({ code: 'SERIALIZATION', field: 'payload' }));
    }
  });

  it('writes a general value as it is at the time of writing', () => {
    const serializer = serializerFor(json<{ n: number }>());
    const value = { n: 1 };
    const segment = MemorySegment.allocate(64);
    serializer.maxSize(value);
    serializer.write(value, segment, 0);
    value.n = 2;
    serializer.write(value, segment, 0);
    expect(serializer.read(segment, 0)).toEqual({ n: 2 });
  });

  it('refuses a record type with one name twice', () => {
    const twice: TypeSchema = {
      kind: 'record',
      fields: [
        { name: 'a', type: { kind: 'int32' } },
        { name: 'a', type: { kind: 'string' } },
      ],
    };
    expect(() => serializerFor(twice)).toThrow(InvalidConfigurationError);
  });
});
