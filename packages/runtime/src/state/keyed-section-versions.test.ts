import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backendOver, bytesOf, entriesOf, restored, restoredFrom, setKey } from '../../test/support/state-harness.js';
import type { Key } from '../api/functions.js';
import { type ValueState, ValueStateDescriptor } from '../api/state.js';
import { boolean, float64, int32, int64, json, record, string, type TypeInformation } from '../api/types.js';

/** What each section of the fixture holds, value by number of the key. The bytes were written by the last Weir that wrote version 1. */
const kinds: Record<string, { readonly type: TypeInformation<unknown>; readonly make: (n: number) => unknown }> = {
  int32: { type: int32(), make: (n) => (n % 2 === 0 ? n : -n * 30_000_000) },
  int64: { type: int64(), make: (n) => (n % 2 === 0 ? n : -(2 ** 53 - 1 - n)) },
  float64: { type: float64(), make: (n) => [n, -0, n / 3, Number.NaN, Number.POSITIVE_INFINITY, 1e300][n % 6] },
  boolean: { type: boolean(), make: (n) => n % 3 === 0 },
  string: { type: string(), make: (n) => 'x가'.repeat(n) },
  record: { type: record({ n: int64(), text: string() }), make: (n) => ({ n, text: `text ${n}` }) },
  json: { type: json(), make: (n) => ({ list: [n, null] }) },
};
const keys: readonly Key[] = [
  ...Array.from({ length: 40 }, (_, i) => `user${i * i * i}`),
  ...['', 'a', 'é', '가', '\ud800', 'long '.repeat(60), '긴 '.repeat(100)],
  ...[0, 5, -7, 0.5, 2 ** 40, -(2 ** 53) + 1, 1e300, Number.NEGATIVE_INFINITY],
  ...[0n, 5n, -(2n ** 63n), 2n ** 63n - 1n],
  ...[true, false],
];
const fixture = new URL('../../test/fixtures/keyed-sections-1.json', import.meta.url);
const sections = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, string>;

describe('keyed sections of version 1', () => {
  it.each(Object.keys(kinds))('are read and restored: %s', async (name) => {
    const { type, make } = kinds[name]!;
    const expected = new Map(keys.map((key, n) => [key, make(n)]));
    const bytes = Buffer.from(sections[name]!, 'base64');
    expect(bytes.readUInt16LE(4)).toBe(1);
    const section = restoredFrom({ name: 's', kind: 'keyed', schema: { state: 'value', type: type.schema } }, bytes, 100);
    expect(await entriesOf(section)).toEqual(expected);
    const { backend, context } = backendOver(8);
    await backend.restore(section);
    const state = backend.getValueState(new ValueStateDescriptor('s', type)) as ValueState<unknown>;
    for (const [key, value] of expected) {
      setKey(context, key);
      expect(state.value()).toEqual(value);
    }
    const snapshot = backend.snapshot();
    expect(await entriesOf(restored(snapshot.sections[0]!))).toEqual(expected);
    snapshot.release();
  });
});

describe('keyed sections of version 2', () => {
  it('have the bytes that the format says', () => {
    const written = (type: TypeInformation<unknown>, key: Key, value: unknown) => {
      const { backend, context } = backendOver(1);
      const state = backend.getValueState(new ValueStateDescriptor('s', type)) as ValueState<unknown>;
      setKey(context, key);
      state.update(value);
      const bytes = Buffer.from(bytesOf(backend.snapshot().sections[0]!));
      // Header and header of the block; the end.
      expect(bytes.subarray(0, 24).toString('hex')).toBe('574b53310200010001000000010000000000000001000000');
      expect(bytes.readUInt32LE(24)).toBe(bytes.length - 40);
      expect(bytes.subarray(-12).toString('hex')).toBe('ffffffff0100000000000000');
      return bytes.subarray(28, -12).toString('hex');
    };
    expect(written(int32(), 'user1', 3)).toBe('057573657231' + '06');
    expect(written(int32(), '', -1)).toBe('00' + '01');
    expect(written(int32(), 'a', 2 ** 31 - 1)).toBe('0161' + 'feffffff0f');
    expect(written(int32(), 'a', -(2 ** 31))).toBe('0161' + 'ffffffff0f');
    expect(written(int64(), 5, 64)).toBe('c80a' + '8001');
    expect(written(int64(), true, -65)).toBe('c6' + '8101');
    expect(written(boolean(), 5n, true)).toBe('c40500000000000000' + '01');
    expect(written(float64(), 0.5, 3)).toBe('c3000000000000e03f' + '0d');
    expect(written(float64(), '가', 0.5)).toBe('c20200000000ac' + '00000000000000e03f');
    expect(written(float64(), 'a', -0)).toBe('0161' + '000000000000000080');
    expect(written(int32(), 'x'.repeat(191), 0)).toBe(`bf${'78'.repeat(191)}00`);
    expect(written(int32(), 'x'.repeat(192), 0)).toBe(`c1c0000000${'78'.repeat(192)}00`);
  });

  it('keep every number exactly', async () => {
    const numbers = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, 2 ** 53 - 1, -(2 ** 53) + 1, 63, 64, -64, -65, 31, 32));
    const any = fc.oneof(numbers, fc.double());
    await fc.assert(
      fc.asyncProperty(numbers, any, async (integer, number) => {
        for (const [type, value] of [
          [int64(), integer],
          [float64(), number],
          [float64(), integer],
        ] as const) {
          const { backend, context } = backendOver(1);
          const state = backend.getValueState(new ValueStateDescriptor('s', type));
          setKey(context, integer);
          state.update(value);
          const snapshot = backend.snapshot();
          expect(await entriesOf(restored(snapshot.sections[0]!))).toEqual(new Map([[integer, value]]));
        }
      }),
    );
  });
});
