import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../api/functions.js';
import { boolean, int32, record, string, type TypeSchema } from '../api/types.js';
import { keyHash } from '../graph/java-hash.js';
import { keyedRecordSerializer, keyedRecordType } from '../memory/keyed-record.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { plain } from '../memory/record-view.js';
import { compileSerializer } from '../memory/serializer-compiler.js';
import { layoutOf } from '../memory/serializer-layout.js';
import { serializerFor } from '../memory/serializers.js';
import { KeyContext } from '../state/key-context.js';
import { compileRecordLoop } from '../taskmanager/record-loop-compiler.js';
import { SlicePace } from '../taskmanager/slice-pace.js';
import { anySchema, anyString, valuesOf } from '../testing/any-schema.js';
import { ChannelReader, type EntryHandler } from './channel-reader.js';
import { ChannelWriter } from './channel-writer.js';
import { Doorbell } from './doorbell.js';
import { countRecords } from './in-flight-records.js';
import { RecordWriter } from './record-writer.js';
import { align8, ENTRY_HEADER_SIZE, EntryKind, KEY_LENGTH_SIZE, ringBytes } from './ring-layout.js';

const CHANNELS = 3;
const MAX_PARALLELISM = 128;

/** A record type with a field `key`, and values of it. Keys of all lengths and widths: the compiled code knows some and leaves others to the general path. */
const keyedRecords = fc
  .tuple(
    fc.constantFrom<TypeSchema>(
      { kind: 'string' },
      { kind: 'string' },
      { kind: 'boolean' },
      { kind: 'int32' },
      { kind: 'int64' },
      { kind: 'float64' },
    ),
    anySchema,
    fc.nat({ max: 12 }),
  )
  .chain(([type, other, at]) => {
    const fields = other.kind === 'record' ? other.fields.filter(({ name }) => name !== 'key') : [{ name: 'other', type: other }];
    const schema: TypeSchema = {
      kind: 'record',
      fields: [...fields.slice(0, at), { name: 'key', type }, ...fields.slice(at)],
    };
    const keys =
      type.kind === 'string'
        ? fc.oneof(anyString, fc.string({ maxLength: 9 }), fc.string({ minLength: 55, maxLength: 70 }))
        : valuesOf(type);
    const values = fc.tuple(valuesOf(schema), keys).map(([value, key]) => ({ ...(value as object), key }) as Record<string, unknown>);
    return fc.record({ schema: fc.constant(schema), values: fc.array(values, { maxLength: 12 }), repeat: fc.constantFrom(1, 1, 1, 300) });
  })
  .filter(({ values }) => values.every(({ key }) => !Number.isNaN(key)));

function exchange(schema: TypeSchema, compiled: boolean) {
  const memories = Array.from({ length: CHANNELS }, () => new SharedArrayBuffer(ringBytes(4)));
  const backpressure = { blocked: false };
  const channels = memories.map((memory) => new ChannelWriter(memory, new Doorbell(), backpressure));
  const writer = new RecordWriter({
    name: 'a->b',
    shipStrategy: 'HASH',
    serializer: serializerFor(schema),
    keySelector: (value) => (value as { key: Key }).key,
    keyedType: keyedRecordType(schema, 'key'),
    compiled,
    targetMaxParallelism: MAX_PARALLELISM,
    channels,
    subtask: 0,
  });
  return { writer, channels, memories, backpressure };
}

/** All that a reader and a checkpoint would see. */
function bytesOf({ channels, memories }: ReturnType<typeof exchange>): unknown {
  const heldBack = channels.map((channel) => channel.announceBarrier(1, 0).map((entry) => Buffer.from(entry).toString('hex')));
  return { heldBack, rings: memories.map((memory) => Buffer.from(new Uint8Array(memory)).toString('hex')) };
}

interface Received {
  readonly value: unknown;
  readonly key: Key;
  readonly hash: number;
}

/** What the readers' side makes of it: by the compiled loop, or record by record. */
function receive(schema: TypeSchema, memories: readonly SharedArrayBuffer[], how: 'general' | 'compiled' | 'reused'): Received[][] {
  const keyedType = keyedRecordType(schema, 'key');
  const keyContext = new KeyContext();
  const backpressure = { blocked: false };
  return memories.map((memory) => {
    const received: Received[] = [];
    const next = (value: unknown): void => {
      if (how === 'reused') {
        // As the view itself gives it, in each of the ways that a function may copy it.
        const copy = { ...(value as object) };
        if (!isDeepStrictEqual(copy, plain(value)) || plain(value) === value) throw new Error('a copy of a view is not what plain() gives');
      }
      received.push({ value: plain(value), key: keyContext.key, hash: keyContext.hash });
    };
    const pace = new SlicePace(backpressure);
    pace.start(Number.POSITIVE_INFINITY);
    const loop = compileRecordLoop({
      kind: keyedType === undefined ? EntryKind.RECORD : EntryKind.KEYED_RECORD,
      keyed: true,
      source: keyedType?.source ?? compileSerializer(layoutOf(schema)),
      objectReuse: how === 'reused',
      next,
      keyContext,
      backpressure,
      pace,
      touch: undefined,
    });
    const handler: EntryHandler = {
      onRecord: (_channel, segment, payload, hash, kind) => {
        const keySize = segment.i32[payload >> 2] as number;
        keyContext.set(segment, payload + KEY_LENGTH_SIZE, keySize, hash);
        const position = payload - ENTRY_HEADER_SIZE + align8(ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE + keySize);
        const value =
          kind === EntryKind.KEYED_RECORD && keyedType !== undefined
            ? keyedRecordSerializer(keyedType).read(segment, position, keyContext.key)
            : serializerFor(schema).read(segment, position);
        received.push({ value, key: keyContext.key, hash: keyContext.hash });
      },
      ...(how === 'general' ? {} : { onRecords: (_channel, segment, from, to) => loop(segment, from, to) }),
      onBarrier: () => {},
      onLatencyMarker: () => {},
      onEndOfData: () => {},
    };
    const reader = new ChannelReader(0, memory, new Doorbell());
    reader.poll();
    while (reader.readable) reader.read(handler, backpressure);
    return received;
  });
}

describe('a keyed exchange', () => {
  it('writes the same bytes by compiled code as by the general path, and hands out the same records', () => {
    fc.assert(
      fc.property(keyedRecords, ({ schema, values, repeat }) => {
        const [compiled, general] = [exchange(schema, true), exchange(schema, false)];
        for (let round = 0; round < repeat; round++) {
          for (const value of values) {
            compiled.writer.emit(value);
            general.writer.emit(value);
          }
        }
        expect(compiled.writer.recordsOut).toBe(general.writer.recordsOut);
        expect(bytesOf(compiled)).toEqual(bytesOf(general));
        if (repeat > 1) return;
        const expected = receive(schema, general.memories, 'general');
        const sent = values.map((value) => JSON.stringify([keyHash(value.key as Key)])).sort();
        expect(
          expected
            .flat()
            .map(({ hash }) => JSON.stringify([hash]))
            .sort(),
        ).toEqual(sent);
        for (const { value, key } of expected.flat()) {
          expect(values.some((candidate) => isDeepStrictEqual(serializedOf(schema, candidate), value))).toBe(true);
          expect((value as { key: Key }).key).toEqual(key);
        }
        for (const how of ['compiled', 'reused'] as const) expect(receive(schema, compiled.memories, how)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a record that is longer than a buffer whole', () => {
    const schema = record({ key: string(), text: string() }).schema;
    const { writer, channels } = exchange(schema, true);
    const value = { key: 'user1', text: 'x'.repeat(100_000) };
    writer.emit(value);
    const held = channels.flatMap((channel) => channel.announceBarrier(1, 0));
    // In the ring and beyond it: 4 buffers are room for all of it.
    expect(held.reduce((count, entry) => count + countRecords(entry), 0)).toBe(0);
    expect(channels.reduce((sum, channel) => sum + channel.bytesWritten, 0)).toBeGreaterThan(100_000);
  });

  it('refuses a key that is not of its field’s type, and a field that is not of its own, whichever path it goes', () => {
    const schema = record({ key: string(), flag: boolean(), n: int32() }).schema;
    for (const compiled of [true, false]) {
      const { writer } = exchange(schema, compiled);
      expect(() => writer.emit({ key: 5, flag: true, n: 1 })).toThrow('field key: expected a string, got the number 5');
      expect(() => writer.emit({ key: 'a', flag: 1, n: 1 })).toThrow('field flag: expected a boolean');
      expect(() => writer.emit({ key: 'a', flag: true, n: 1.5 })).toThrow('field n: expected an int32');
      expect(() => writer.emit({ key: undefined, flag: true, n: 1 })).toThrow('a key must be');
    }
  });
});

/** As the whole record's serializer gives it back: −0 of an integer is 0. */
function serializedOf(schema: TypeSchema, value: unknown): unknown {
  const serializer = serializerFor(schema);
  const segment = MemorySegment.allocate(serializer.maxSize(value));
  serializer.write(value, segment, 0);
  return serializer.read(segment, 0);
}
