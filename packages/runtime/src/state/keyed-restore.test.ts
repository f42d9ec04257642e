import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyKey } from '../../test/support/any-key.js';
import { backendOver, bytesOf, entriesOf, restored, restoredFrom, setKey, useBackend } from '../../test/support/state-harness.js';
import type { Key } from '../api/functions.js';
import { ValueStateDescriptor } from '../api/state.js';
import { int32, int64, json, record, string, type TypeInformation } from '../api/types.js';
import { CorruptCheckpointError, IncompatibleStateError } from '../common/errors.js';
import { assignToKeyGroup, computeKeyGroupRangeForOperatorIndex } from '../graph/key-groups.js';
import { readKeyedSection } from './keyed-section.js';
import type { RestoredSection } from './state-backend.js';

const count = new ValueStateDescriptor('count', int32());
const text = new ValueStateDescriptor('text', record({ s: string(), n: int64() }));

/** One backend a subtask, each with its share of the entries. */
function subtasks(maxParallelism: number, parallelism: number, entries: ReadonlyMap<Key, number>) {
  return Array.from({ length: parallelism }, (_, index) => {
    const range = computeKeyGroupRangeForOperatorIndex(maxParallelism, parallelism, index);
    const { backend, context } = backendOver(maxParallelism, range);
    const [counts, texts] = [backend.getValueState(count), backend.getValueState(text)];
    for (const [key, n] of entries) {
      const keyGroup = assignToKeyGroup(key, maxParallelism);
      if (keyGroup < range.start || keyGroup > range.end) continue;
      setKey(context, key);
      counts.update(n);
      texts.update({ s: String(key), n });
    }
    return backend;
  });
}

function sectionWith<T>(type: TypeInformation<T>, entries: ReadonlyMap<Key, T>, maxParallelism = 1) {
  const { backend, context } = backendOver(maxParallelism);
  const state = backend.getValueState(new ValueStateDescriptor('s', type));
  for (const [key, value] of entries) {
    setKey(context, key);
    state.update(value);
  }
  const snapshot = backend.snapshot();
  const section = snapshot.sections[0]!;
  const bytes = bytesOf(section);
  snapshot.release();
  return { section, bytes };
}

describe.each(['hashmap', 'disk'] as const)('restore of keyed state into %s', (backendKind) => {
  useBackend(backendKind);

  it('gives the same state at any other parallelism, with chunks cut anywhere', async () => {
    const sizes = fc
      .constantFrom(1, 2, 5, 128)
      .chain((maxParallelism) =>
        fc.tuple(
          fc.constant(maxParallelism),
          fc.integer({ min: 1, max: Math.min(maxParallelism, 9) }),
          fc.integer({ min: 1, max: Math.min(maxParallelism, 9) }),
        ),
      );
    const entries = fc.array(fc.tuple(anyKey, fc.integer()), { maxLength: 60, size: 'max' }).map((pairs) => new Map<Key, number>(pairs));
    await fc.assert(
      fc.asyncProperty(sizes, entries, fc.integer({ min: 1, max: 700 }), async ([maxParallelism, p, q], model, cutAt) => {
        const old: RestoredSection[] = [];
        for (const backend of subtasks(maxParallelism, p, model)) {
          const snapshot = backend.snapshot();
          for (const section of snapshot.sections) old.push(restored(section, cutAt));
          snapshot.release();
        }
        const merged = new Map<Key, unknown>();
        for (const backend of subtasks(maxParallelism, q, new Map())) {
          for (const section of old) await backend.restore(section);
          const snapshot = backend.snapshot();
          for (const section of snapshot.sections) {
            for (const [key, value] of await entriesOf(restored(section))) {
              if (section.name === 'text') expect(value).toEqual({ s: String(key), n: model.get(key) });
              else {
                expect(merged.has(key)).toBe(false);
                merged.set(key, value);
              }
            }
          }
          expect(backend.size('text')).toBe(backend.size('count'));
          snapshot.release();
        }
        expect(merged).toEqual(model);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from what was restored', async () => {
    const { section, bytes } = sectionWith(
      int32(),
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
    const { backend, context } = backendOver(1);
    const state = backend.getValueState(new ValueStateDescriptor('s', int32(), 0));
    setKey(context, 'a');
    expect(state.value()).toBe(0);
    await backend.restore(restoredFrom(section, bytes));
    expect(state.value()).toBe(1);
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['c', 0],
    ] as const) {
      setKey(context, key);
      expect(state.value()).toBe(value);
    }
  });

  it('keeps state that the job never asks for', async () => {
    const entries = new Map<Key, unknown>([
      ['a', { n: 1 }],
      ['b', [1, 2]],
    ]);
    const { section, bytes } = sectionWith(json(), entries);
    const { backend } = backendOver(1);
    await backend.restore(restoredFrom(section, bytes));
    const snapshot = backend.snapshot();
    const [again] = snapshot.sections;
    expect([again!.name, again!.schema, again!.count]).toEqual(['s', section.schema, 2]);
    expect(await entriesOf(restored(again!))).toEqual(entries);
    snapshot.release();
  });

  it('takes a record whose fields were put in another order', async () => {
    const { section, bytes } = sectionWith(record({ n: int32(), s: string() }), new Map([['a', { n: 1, s: 'x' }]]));
    const { backend, context } = backendOver(1);
    await backend.restore(restoredFrom(section, bytes));
    const reordered = record({ s: string(), n: int32() });
    const state = backend.getValueState(new ValueStateDescriptor('s', reordered));
    setKey(context, 'a');
    expect(state.value()).toEqual({ n: 1, s: 'x' });
    const snapshot = backend.snapshot();
    // What is on disk stays as it was written.
    expect(snapshot.sections[0]!.schema!.type).toEqual(backendKind === 'hashmap' ? reordered.schema : section.schema!.type);
    expect(await entriesOf(restored(snapshot.sections[0]!))).toEqual(new Map([['a', { s: 'x', n: 1 }]]));
  });

  it('refuses another type, before and after the state is asked for, naming operator, state and both types', async () => {
    const { section, bytes } = sectionWith(record({ n: int32() }), new Map([['a', { n: 1 }]]));
    const message = /operator count: state s is stored as record { n: int32 }, but the job declares it as string/;
    const before = backendOver(1).backend;
    before.getValueState(new ValueStateDescriptor('s', string()));
    await expect(before.restore(restoredFrom(section, bytes))).rejects.toThrow(message);
    const after = backendOver(1).backend;
    await after.restore(restoredFrom(section, bytes));
    expect(() => after.getValueState(new ValueStateDescriptor('s', string()))).toThrow(message);
    expect(() => after.getValueState(new ValueStateDescriptor('s', string()))).toThrow(IncompatibleStateError);
  });

  it('refuses another number of key groups', async () => {
    const { section, bytes } = sectionWith(int32(), new Map([['a', 1]]), 4);
    await expect(backendOver(8).backend.restore(restoredFrom(section, bytes))).rejects.toThrow(/maxParallelism 4, the job has 8/);
  });

  it('has sections that can be read for people', async () => {
    const { section, bytes } = sectionWith(
      int32(),
      new Map<Key, number>([
        ['user1', 3],
        [5n, 4],
      ]),
      128,
    );
    const entries: unknown[] = [];
    for await (const entry of readKeyedSection(restoredFrom(section, bytes, 7))) entries.push(entry);
    expect(entries).toHaveLength(2);
    expect(entries).toContainEqual({ keyGroup: 93, key: 'user1', value: 3 });
    expect(entries).toContainEqual({ keyGroup: assignToKeyGroup(5n, 128), key: 5n, value: 4 });
  });

  it('names what is wrong with bytes that were cut or added to, wherever', async () => {
    const { section, bytes } = sectionWith(
      json(),
      new Map<Key, unknown>([
        ['a', { n: 1 }],
        [5, 'x'],
        [`${'long'.repeat(80)}`, null],
      ]),
      2,
    );
    for (let length = 0; length < bytes.length; length++) {
      const cut = restoredFrom(section, bytes.slice(0, length));
      await expect(backendOver(2).backend.restore(cut)).rejects.toThrow(CorruptCheckpointError);
      await expect(entriesOf(cut)).rejects.toThrow(expect.objectContaining({ path: 's' }));
    }
    const longer = restoredFrom(section, Buffer.concat([bytes, Buffer.of(0)]));
    await expect(backendOver(2).backend.restore(longer)).rejects.toThrow(CorruptCheckpointError);
  });

  it('notices that a whole block is missing', async () => {
    const { section, bytes } = sectionWith(int32(), new Map<Key, number>(Array.from({ length: 50 }, (_, i) => [i, i])), 4);
    const header = backendKind === 'hashmap' ? 16 : 12;
    const firstBlock = 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(header + 8, true);
    const without = Buffer.concat([bytes.subarray(0, header), bytes.subarray(header + firstBlock)]);
    await expect(backendOver(4).backend.restore(restoredFrom(section, without))).rejects.toThrow(/s: \d+ entries have come of 50/);
  });

  it('never does worse with damaged bytes than refuse them', async () => {
    const { section, bytes } = sectionWith(
      json(),
      new Map<Key, unknown>([
        ['a', { n: 1 }],
        [5, 'x'],
        [true, [1n]],
      ]),
      2,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const damaged = bytes.slice();
          for (const [at, byte] of changes) damaged[at] = byte;
          const outcome = await backendOver(2)
            .backend.restore(restoredFrom(section, damaged))
            .catch((error: unknown) => error);
          if (outcome !== undefined) expect([CorruptCheckpointError, IncompatibleStateError]).toContain((outcome as Error).constructor);
          const shown = await entriesOf(restoredFrom(section, damaged)).catch((error: unknown) => error);
          if (!(shown instanceof Map)) expect((shown as Error).message).toMatch(/^s: |twice/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses a section that was restored already', async () => {
    const { section, bytes } = sectionWith(int32(), new Map([['a', 1]]));
    const { backend } = backendOver(1);
    await backend.restore(restoredFrom(section, bytes));
    await expect(backend.restore(restoredFrom(section, bytes))).rejects.toThrow(/twice/);
  });
});
