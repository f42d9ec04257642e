import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backendOver, entriesOf, restored, restoredFrom, setKey } from '../../test/support/state-harness.js';
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
