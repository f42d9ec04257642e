import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, restored, restoredFrom } from '../../test/support/state-harness.js';
import { ListStateDescriptor } from '../api/state.js';
import { int32, json, record, string } from '../api/types.js';
import { CorruptCheckpointError, IncompatibleStateError } from '../common/errors.js';
import { SerializationError } from '../memory/serialization-error.js';
import { readOperatorSection, redistributeListState, redistributeOperatorSections } from './operator-section.js';
import { DefaultOperatorStateBackend } from './operator-state-backend.js';
import { StateError } from './state-error.js';

const offsets = new ListStateDescriptor('offsets', record({ partition: string(), offset: int32() }));

function sectionsOf(backend: DefaultOperatorStateBackend, cutAt?: number) {
  const snapshot = backend.snapshot();
  const sections = snapshot.sections.map((section) => restored(section, cutAt));
  snapshot.release();
  snapshot.release();
  return sections;
}

function backendWith(partitions: readonly string[]): DefaultOperatorStateBackend {
  const backend = new DefaultOperatorStateBackend('source');
  backend.getListState(offsets).update(partitions.map((partition, offset) => ({ partition, offset })));
  return backend;
}

describe('DefaultOperatorStateBackend', () => {
  it('restores what it wrote, cut anywhere', async () => {
    const elements = fc.array(fc.record({ partition: fc.string({ unit: 'binary', maxLength: 30 }), offset: fc.integer() }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(elements, fc.integer({ min: 1, max: 200 }), async (values, cutAt) => {
        const from = new DefaultOperatorStateBackend('source');
        from.getListState(offsets).update(values);
        const to = new DefaultOperatorStateBackend('source');
        for (const section of sectionsOf(from, cutAt)) await to.restore(section);
        expect(to.getListState(offsets).get()).toEqual(values);
      }),
    );
  });

  it('writes large lists in chunks, and elements larger than a chunk', async () => {
    const backend = new DefaultOperatorStateBackend('sink');
    const values = [10, 200_000, 5, 65_524, 65_528, ...Array<number>(100).fill(3000)].map((size, i) => String(i % 10).repeat(size));
    backend.getListState(new ListStateDescriptor('parts', string())).update(values);
    const [section] = sectionsOf(backend);
    const read: unknown[] = [];
    for await (const element of readOperatorSection(section!)) read.push(element);
    expect(read).toEqual(values);
  });

  it('puts several sections of one name one after the other', async () => {
    const backend = new DefaultOperatorStateBackend('source');
    for (const partitions of [['a', 'b'], [], ['c']])
      for (const section of sectionsOf(backendWith(partitions))) await backend.restore(section);
    expect(
      backend
        .getListState(offsets)
        .get()
        .map(({ partition }) => partition),
    ).toEqual(['a', 'b', 'c']);
  });

  it('deals elements out round robin, losing and doubling none', async () => {
    const layout = fc.tuple(
      fc.array(fc.array(fc.string(), { maxLength: 5 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(layout, async ([old, parallelism]) => {
        const sections = old.flatMap((partitions) => sectionsOf(backendWith(partitions)));
        const all = old.flat();
        for (let index = 0; index < parallelism; index++) {
          const backend = new DefaultOperatorStateBackend('source');
          for (const section of await redistributeOperatorSections(sections, parallelism, index)) await backend.restore(section);
          const mine = backend
            .getListState(offsets)
            .get()
            .map(({ partition }) => partition);
          expect(mine).toEqual(redistributeListState(all, parallelism, index));
          expect(mine).toEqual(all.filter((_, i) => i % parallelism === index));
        }
      }),
    );
  });

  it('holds in a snapshot what was there when it was taken', async () => {
    const backend = new DefaultOperatorStateBackend('source');
    const list = backend.getListState(new ListStateDescriptor('s', json<{ n: number }>()));
    const element = { n: 1 };
    list.add(element);
    const { sections } = backend.snapshot();
    element.n = 2;
    list.add({ n: 3 });
    const read: unknown[] = [];
    for await (const value of readOperatorSection(restored(sections[0]!))) read.push(value);
    expect(read).toEqual([{ n: 1 }]);
    expect(sections[0]!.count).toBe(1);
  });

  it('keeps a list that the job never asks for', async () => {
    const backend = new DefaultOperatorStateBackend('source');
    for (const section of sectionsOf(backendWith(['a']))) await backend.restore(section);
    const again = new DefaultOperatorStateBackend('source');
    for (const section of sectionsOf(backend)) await again.restore(section);
    expect(again.getListState(offsets).get()).toEqual([{ partition: 'a', offset: 0 }]);
  });

  it('refuses other types and wrong elements', async () => {
    const other = new ListStateDescriptor('offsets', int32());
    const backend = backendWith(['a']);
    expect(() => backend.getListState(other)).toThrow(StateError);
    expect(() => backend.getListState(offsets).add({ partition: 'a', offset: 0.5 })).toThrow(SerializationError);
    const restoredOne = new DefaultOperatorStateBackend('source');
    for (const section of sectionsOf(backend)) await restoredOne.restore(section);
    expect(() => restoredOne.getListState(other)).toThrow(IncompatibleStateError);
    const declared = new DefaultOperatorStateBackend('source');
    declared.getListState(other);
    await expect(declared.restore(sectionsOf(backend)[0]!)).rejects.toThrow(IncompatibleStateError);
  });

  it('names what is wrong with bytes that were cut or added to', async () => {
    const section = backendWith(['a', 'bc']).snapshot().sections[0]!;
    const bytes = bytesOf(section);
    for (let length = 0; length < bytes.length; length++) {
      await expect(new DefaultOperatorStateBackend('x').restore(restoredFrom(section, bytes.slice(0, length)))).rejects.toThrow(
        CorruptCheckpointError,
      );
    }
    const longer = Buffer.concat([bytes, Buffer.alloc(8)]);
    await expect(new DefaultOperatorStateBackend('x').restore(restoredFrom(section, longer))).rejects.toThrow(CorruptCheckpointError);
  });
});
