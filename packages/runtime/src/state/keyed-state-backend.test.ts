import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyKey } from '../../test/support/any-key.js';
import { backendOver, entriesOf, restored, restoredFrom, setKey, useBackend } from '../../test/support/state-harness.js';
import type { Key } from '../api/functions.js';
import { type ValueState, ValueStateDescriptor } from '../api/state.js';
import { boolean, float64, int32, int64, json, nullable, record, string, type TypeInformation } from '../api/types.js';
import { SerializationError } from '../memory/serialization-error.js';
import type { StateSnapshot } from './state-backend.js';
import { StateError } from './state-error.js';

/** What may happen to a state, in any order. Keys by number into the keys of the run. */
type Step =
  | { readonly do: 'update' | 'clear' | 'read' | 'change'; readonly key: number; readonly value: number }
  | { readonly do: 'fill' | 'drain'; readonly from: number; readonly many: number }
  | { readonly do: 'snapshot' | 'pull' | 'release' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('update', 'clear', 'read', 'change'), key: fc.nat({ max: 399 }), value: fc.integer() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('fill', 'drain'), from: fc.nat({ max: 399 }), many: fc.nat({ max: 300 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('snapshot', 'pull', 'pull', 'release') }) },
);

/** "Aa" and "BB" have one hash, so have all words of one length made of them. */
const colliding = [1, 2, 3, 4, 5, 9].flatMap((pairs) =>
  Array.from({ length: Math.min(2 ** pairs, 32) }, (_, i) =>
    Array.from({ length: pairs }, (_, bit) => (i & (1 << bit) ? 'BB' : 'Aa')).join(''),
  ),
);
const manyKeys: Key[] = [
  ...colliding,
  ...Array.from({ length: 120 }, (_, i) => `user${i}`),
  ...Array.from({ length: 60 }, (_, i) => `${'long '.repeat(40)}${i}`),
  ...Array.from({ length: 60 }, (_, i) => i - 30),
  ...Array.from({ length: 40 }, (_, i) => BigInt(i)),
  ...['가', '나', '\ud800', '\udc00', '\ud83d\ude00', 'a', 'à', '', true, false, 0.5, Number.POSITIVE_INFINITY],
];
const keySet = fc.uniqueArray(fc.oneof(fc.constantFrom(...manyKeys), anyKey), { minLength: 400, maxLength: 400 });

interface Kind<T> {
  readonly type: TypeInformation<T>;
  readonly make: (n: number) => T;
  /** Changes a value in place, where it can be. */
  readonly change?: (value: T) => void;
}
const kind = <T>(type: TypeInformation<T>, make: (n: number) => T, change?: (value: T) => void): Kind<unknown> =>
  ({ type, make, change }) as unknown as Kind<unknown>;
const kinds: Record<string, Kind<unknown>> = {
  int32: kind(int32(), (n) => n | 0),
  int64: kind(int64(), (n) => n * 1024),
  float64: kind(float64(), (n) => n / 3),
  boolean: kind(boolean(), (n) => n % 2 === 0),
  string: kind(string(), (n) => `${n}`.repeat(100)),
  nullable: kind(nullable(int32()), (n) => (n % 3 === 0 ? null : n | 0)),
  record: kind(
    record({ n: int64(), text: string() }),
    (n) => ({ n, text: 'x'.repeat(500) }),
    (value) => value.n++,
  ),
  json: kind(
    json<{ n: number; list: number[] }>(),
    (n) => ({ n, list: [n] }),
    (value) => value.list.push(1),
  ),
};

async function runAgainstModel(
  keys: readonly Key[],
  { type, make, change }: Kind<unknown>,
  maxParallelism: number,
  steps: readonly Step[],
): Promise<void> {
  const { backend, context } = backendOver(maxParallelism);
  const state = backend.getValueState(new ValueStateDescriptor('s', type)) as ValueState<unknown>;
  const model = new Map<Key, unknown>();
  let underWay: { readonly snapshot: StateSnapshot; readonly expected: Map<Key, unknown>; readonly chunks: Uint8Array[] } | undefined;
  const update = (key: Key, value: unknown) => {
    setKey(context, key);
    state.update(value);
    model.set(key, structuredClone(value));
  };
  const clear = (key: Key) => {
    setKey(context, key);
    state.clear();
    model.delete(key);
  };
  const pull = async () => {
    if (underWay === undefined) return;
    const { snapshot, expected, chunks } = underWay;
    const section = snapshot.sections[0]!;
    const chunk = section.nextChunk();
    if (chunk !== null) {
      chunks.push(chunk.slice());
      return;
    }
    underWay = undefined;
    snapshot.release();
    expect(section.count).toBe(expected.size);
    expect(await entriesOf(restoredFrom(section, Buffer.concat(chunks)))).toEqual(expected);
  };
  for (const now of steps) {
    switch (now.do) {
      case 'update':
        update(keys[now.key]!, make(now.value));
        break;
      case 'clear':
        clear(keys[now.key]!);
        break;
      case 'read':
        setKey(context, keys[now.key]!);
        expect(state.value()).toEqual(model.get(keys[now.key]!));
        break;
      case 'change': {
        setKey(context, keys[now.key]!);
        const value = state.value();
        expect(value).toEqual(model.get(keys[now.key]!));
        if (value !== undefined && change !== undefined) {
          change(value);
          state.update(value);
          model.set(keys[now.key]!, structuredClone(value));
        }
        break;
      }
      case 'fill':
        for (let i = 0; i < now.many; i++) update(keys[(now.from + i) % keys.length]!, make(i));
        break;
      case 'drain':
        for (let i = 0; i < now.many; i++) clear(keys[(now.from + i) % keys.length]!);
        break;
      case 'snapshot':
        underWay ??= { snapshot: backend.snapshot(), expected: structuredClone(model), chunks: [] };
        break;
      case 'pull':
        await pull();
        break;
      case 'release':
        underWay?.snapshot.release();
        underWay = undefined;
        break;
    }
  }
  while (underWay !== undefined) await pull();
  expect(backend.size('s')).toBe(model.size);
  const last = backend.snapshot();
  expect(await entriesOf(restored(last.sections[0]!))).toEqual(model);
  last.release();
  for (const key of keys) {
    setKey(context, key);
    expect(state.value()).toEqual(model.get(key));
  }
}

describe.each(['hashmap', 'disk'] as const)('keyed state in %s', (backendKind) => {
  useBackend(backendKind);

  it.each(Object.keys(kinds))('does what a Map does, and each snapshot holds what the Map held when it was taken: %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(
        keySet,
        fc.constantFrom(1, 2, 7, 128),
        fc.array(step, { maxLength: 80, size: 'max' }),
        async (keys, maxParallelism, steps) => {
          await runAgainstModel(keys, kinds[name]!, maxParallelism, steps);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('writes large state in many chunks, while every key changes between any two of them', async () => {
    const { backend, context } = backendOver(2);
    const count = backend.getValueState(new ValueStateDescriptor('count', int32(), 0));
    const keys = Array.from({ length: 40_000 }, (_, i) => `user${i}`);
    const add = (key: Key, n: number) => {
      setKey(context, key);
      count.update(count.value() + n);
    };
    for (const key of keys) add(key, 1);
    const { sections, release } = backend.snapshot();
    const section = sections[0]!;
    const chunks: Uint8Array[] = [];
    for (let chunk = section.nextChunk(); chunk !== null; chunk = section.nextChunk()) {
      expect(chunk.length).toBeLessThanOrEqual(64 * 1024);
      chunks.push(chunk.slice());
      for (const key of keys) add(key, 1);
      for (let i = 0; i < 1000; i++) add(`new ${chunks.length} ${i}`, 1);
    }
    release();
    expect(chunks.length).toBeGreaterThan(4);
    expect(await entriesOf(restoredFrom(section, Buffer.concat(chunks)))).toEqual(new Map(keys.map((key) => [key, 1])));
    setKey(context, 'user7');
    expect(count.value()).toBe(1 + chunks.length);
  });

  it('writes a value larger than a chunk', async () => {
    const { backend, context } = backendOver(1);
    const text = backend.getValueState(new ValueStateDescriptor('text', string()));
    const model = new Map<Key, unknown>();
    for (const [key, size] of [
      ['a', 10],
      ['b', 300_000],
      ['c', 10],
      ['d', 65_500],
      ['e', 65_536],
    ] as const) {
      setKey(context, key);
      text.update('x'.repeat(size));
      model.set(key, 'x'.repeat(size));
    }
    const snapshot = backend.snapshot();
    expect(await entriesOf(restored(snapshot.sections[0]!))).toEqual(model);
    snapshot.release();
  });

  it('refuses a second snapshot before the first is released, and the chunks of a released one', () => {
    const { backend, context } = backendOver(1);
    const count = backend.getValueState(new ValueStateDescriptor('count', int32(), 0));
    setKey(context, 'a');
    count.update(1);
    const first = backend.snapshot();
    expect(() => backend.snapshot()).toThrow(StateError);
    first.release();
    expect(() => first.sections[0]!.nextChunk()).toThrow(StateError);
    const second = backend.snapshot();
    // Of an old snapshot; must not end the new one.
    first.release();
    expect(() => backend.snapshot()).toThrow(StateError);
    second.release();
  });

  it('fixes what an object was, though a function changes it and hands it back', async () => {
    const { backend, context } = backendOver(1);
    const state = backend.getValueState(new ValueStateDescriptor('s', json<{ n: number }>()));
    setKey(context, 'a');
    state.update({ n: 1 });
    const snapshot = backend.snapshot();
    for (let i = 0; i < 3; i++) {
      const value = state.value();
      value.n++;
      state.update(value);
    }
    expect(await entriesOf(restored(snapshot.sections[0]!))).toEqual(new Map([['a', { n: 1 }]]));
    expect(state.value()).toEqual({ n: 4 });
    snapshot.release();
  });

  it('fixes what objects were, though the table shrinks under the snapshot', async () => {
    const { backend, context } = backendOver(1);
    const state = backend.getValueState(new ValueStateDescriptor('s', json<{ n: number }>()));
    const model = new Map<Key, unknown>();
    for (let i = 0; i < 200; i++) {
      setKey(context, i);
      state.update({ n: i });
      model.set(i, { n: i });
    }
    const snapshot = backend.snapshot();
    for (let i = 0; i < 200; i++) {
      setKey(context, i);
      if (i % 20 !== 0) state.clear();
    }
    for (let i = 0; i < 200; i += 20) {
      setKey(context, i);
      const value = state.value();
      value.n = -1;
      state.update(value);
    }
    expect(await entriesOf(restored(snapshot.sections[0]!))).toEqual(model);
    snapshot.release();
  });

  it('gives each key a default of its own', () => {
    const { backend, context } = backendOver(1);
    const state = backend.getValueState(new ValueStateDescriptor('s', json<{ n: number }>(), { n: 0 }));
    setKey(context, 'a');
    const value = state.value();
    value.n = 5;
    setKey(context, 'b');
    expect(state.value()).toEqual({ n: 0 });
  });

  it('keeps one state in step with another under the same key', () => {
    const { backend, context } = backendOver(3);
    const a = backend.getValueState(new ValueStateDescriptor('a', int32(), 0));
    const b = backend.getValueState(new ValueStateDescriptor('b', boolean(), false));
    for (const key of ['x', 'y', 'x']) {
      setKey(context, key);
      a.update(a.value() + 1);
      b.update(!b.value());
    }
    setKey(context, 'x');
    expect([a.value(), b.value()]).toEqual([2, false]);
    setKey(context, 'y');
    a.clear();
    expect([a.value(), b.value()]).toEqual([0, true]);
    a.update(7);
    expect(a.value()).toBe(7);
    expect([backend.size('a'), backend.size('b'), backend.size('c')]).toEqual([2, 2, 0]);
  });

  it.each<readonly [string, TypeInformation<unknown>, unknown]>([
    ['int32', int32(), 1.5],
    ['int32', int32(), 2 ** 31],
    ['int32', int32(), Number.NaN],
    ['int32', int32(), 1n],
    ['int64', int64(), 2 ** 53],
    ['int64', int64(), '1'],
    ['float64', float64(), '1'],
    ['float64', float64(), undefined],
    ['boolean', boolean(), 1],
    ['string', string(), 1],
    ['nullable string', nullable(string()), undefined],
    ['record', record({ n: int32() }), { n: 'x' }],
  ])('refuses an update of %s that is none: %s %o', (_name, type, wrong) => {
    const { backend, context } = backendOver(1);
    const state = backend.getValueState(new ValueStateDescriptor('s', type));
    setKey(context, 'a');
    expect(() => state.update(wrong)).toThrow(SerializationError);
    expect(state.value()).toBe(undefined);
  });

  it('refuses a name under another type, keys of other subtasks, and use without a key', () => {
    const { backend, context } = backendOver(128, { start: 0, end: 42 });
    const state = backend.getValueState(new ValueStateDescriptor('count', int32(), 0));
    expect(() => backend.getValueState(new ValueStateDescriptor('count', string()))).toThrow(StateError);
    expect(backend.getValueState(new ValueStateDescriptor('count', int32(), 0))).toBe(state);
    expect(() => state.value()).toThrow(/no current key/);
    setKey(context, 'user1');
    expect(() => state.value()).toThrow(/key user1 is of key group 93, but this subtask has 0 … 42/);
  });
});

describe('HashMapKeyedStateBackend', () => {
  it('gives back the memory of a snapshot, pulled to the end or not', () => {
    const { backend, context } = backendOver(4);
    const count = backend.getValueState(new ValueStateDescriptor('count', int32(), 0));
    const touchAll = () => {
      for (let i = 0; i < 1000; i++) {
        setKey(context, i);
        count.update(i);
      }
    };
    touchAll();
    const before = backend.memoryUsed;
    const used: number[] = [];
    for (let n = 0; n < 5; n++) {
      const snapshot = backend.snapshot();
      touchAll();
      if (n % 2 === 0) while (snapshot.sections[0]!.nextChunk() !== null);
      snapshot.release();
      snapshot.release();
      used.push(backend.memoryUsed);
    }
    // Not more than one kept copy.
    expect(Math.max(...used)).toBeLessThanOrEqual(2 * before);
    const idle = backend.snapshot();
    idle.release();
    expect(backend.memoryUsed).toBe(before);
    backend.dispose();
    expect(backend.memoryUsed).toBe(0);
  });

  it('shrinks when most keys are gone', () => {
    const { backend, context } = backendOver(1);
    const text = backend.getValueState(new ValueStateDescriptor('text', string()));
    for (let i = 0; i < 10_000; i++) {
      setKey(context, i);
      text.update('x');
    }
    const full = backend.memoryUsed;
    for (let i = 0; i < 10_000; i++) {
      setKey(context, i);
      if (i !== 5000) text.clear();
    }
    expect(backend.memoryUsed).toBeLessThan(full / 100);
    setKey(context, 5000);
    expect(text.value()).toBe('x');
    expect(backend.size('text')).toBe(1);
  });
});
