import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, diskBackend, restoredFrom, setKey, useBackend } from '../../../test/support/state-harness.js';
import type { Key } from '../../api/functions.js';
import { type ValueState, ValueStateDescriptor } from '../../api/state.js';
import { int64, string } from '../../api/types.js';
import type { SharedStateHandle } from '../../checkpoint/checkpoint-storage.js';
import { KeyContext } from '../key-context.js';
import type { RestoredSection, StateSnapshot } from '../state-backend.js';

type Model = ReadonlyMap<Key, readonly [count: number | undefined, text: string | undefined]>;

interface File {
  readonly handle: SharedStateHandle;
  readonly sections: readonly RestoredSection[];
}

const LOCATION = '/checkpoints/job/chk-1';

/** A subtask with a count and a text for each key, a Map that does the same, and the files that its checkpoints wrote. */
class Subtask {
  readonly files = new Map<string, File>();
  model = new Map<Key, [number | undefined, string | undefined]>();
  checkpointId = 0;
  #context = new KeyContext();
  #backend = this.#newBackend();
  #count!: ValueState<number>;
  #text!: ValueState<string>;

  constructor() {
    this.#register();
  }

  change(key: Key, count: number | undefined, text: string | undefined): void {
    setKey(this.#context, key);
    if (count === undefined) this.#count.clear();
    else this.#count.update(count);
    if (text === undefined) this.#text.clear();
    else this.#text.update(text);
    this.model.set(key, [count, text]);
  }

  expectToBe(model: Model, keys: readonly Key[]): void {
    for (const key of keys) {
      setKey(this.#context, key);
      expect([this.#count.value(), this.#text.value()], String(key)).toEqual(model.get(key) ?? [undefined, undefined]);
    }
    const has = (part: 0 | 1) => [...model.values()].filter((values) => values[part] !== undefined).length;
    expect([this.#backend.size('count'), this.#backend.size('text')]).toEqual([has(0), has(1)]);
  }

  snapshot(savepoint = false): { readonly id: number; readonly snapshot: StateSnapshot; readonly model: Model } {
    const id = ++this.checkpointId;
    return { id, snapshot: this.#backend.snapshot({ checkpointId: id, savepoint }), model: structuredClone(this.model) };
  }

  /** What the checkpoint's writer does. Gives the files that the state is made of, and the bytes of the new one. */
  async write({ id, snapshot }: { readonly id: number; readonly snapshot: StateSnapshot }, location = LOCATION) {
    const begun = snapshot.incremental!.begin(location);
    const sections: RestoredSection[] = [];
    let size = 0;
    for (const section of begun.sections) {
      const chunks: Uint8Array[] = [];
      for (let chunk = section.nextChunk(); chunk !== null; chunk = section.nextChunk()) {
        chunks.push(chunk.slice());
        await nextTurn();
      }
      const bytes = Buffer.concat(chunks);
      size += bytes.length;
      sections.push(restoredFrom(section, bytes));
    }
    if (begun.sections.length === 0) return { files: begun.written(undefined).map(({ file }) => file), size };
    const handle = { subtask: 0, file: `file-${id}`, size, checksum: 0, attempt: 0, sections: [], checkpointId: id };
    this.files.set(handle.file, { handle, sections });
    return { files: begun.written(handle).map(({ file }) => file), size };
  }

  complete(id: number): void {
    this.#backend.notifyCheckpointComplete(id);
  }

  abort(id: number): void {
    this.#backend.notifyCheckpointAborted(id);
  }

  /** A new attempt of the subtask, from these files. */
  async restore(files: readonly string[], model: Model, continues = true): Promise<void> {
    this.#backend.dispose();
    this.#context = new KeyContext();
    this.#backend = this.#newBackend();
    const found = files.map((file) => this.files.get(file)!);
    for (const { sections } of found) for (const section of sections) await this.#backend.restore(section);
    if (continues)
      this.#backend.continueChain(
        '/checkpoints/job',
        found.map(({ handle }) => handle),
      );
    this.#register();
    this.model = new Map(structuredClone(model)) as typeof this.model;
  }

  #newBackend() {
    return diskBackend(
      { operatorUid: 'count', keyContext: this.#context, maxParallelism: 4, keyGroupRange: { start: 0, end: 3 } },
      { arenaBytes: 2_048 },
    );
  }

  #register(): void {
    this.#count = this.#backend.getValueState(new ValueStateDescriptor('count', int64())) as ValueState<number>;
    this.#text = this.#backend.getValueState(new ValueStateDescriptor('text', string())) as ValueState<string>;
  }
}

const keys = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? i : `user${'x'.repeat(i)}${i % 10 === 1 ? 'y'.repeat(3_000) : ''}`));

type Step =
  | { readonly do: 'change'; readonly key: number; readonly count: number | undefined; readonly text: number | undefined }
  | { readonly do: 'fill'; readonly from: number; readonly many: number }
  | {
      readonly do: 'checkpoint';
      readonly between: readonly number[];
      readonly end: 'complete' | 'late' | 'abort' | 'unwritten' | 'savepoint';
    }
  | { readonly do: 'crash' | 'turn' | 'check' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      key: fc.nat({ max: 59 }),
      count: fc.option(fc.integer(), { nil: undefined }),
      text: fc.option(fc.nat({ max: 400 }), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fill' as const), from: fc.nat({ max: 59 }), many: fc.nat({ max: 40 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('checkpoint' as const),
      between: fc.array(fc.nat({ max: 59 }), { maxLength: 30 }),
      end: fc.constantFrom('complete', 'complete', 'late', 'abort', 'unwritten', 'savepoint'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('crash', 'turn', 'turn', 'check') }) },
);

describe('incremental checkpoints of state on disk', () => {
  useBackend('disk');

  it('hold, each with the files it refers to, what the state was when it was taken', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const subtask = new Subtask();
        const completed: { readonly files: readonly string[]; readonly model: Model }[] = [];
        let late: number | undefined;
        let n = 0;
        for (const now of steps) {
          switch (now.do) {
            case 'change':
              subtask.change(keys[now.key]!, now.count, now.text === undefined ? undefined : 't'.repeat(now.text));
              break;
            case 'fill':
              for (let i = 0; i < now.many; i++) subtask.change(keys[(now.from + i) % keys.length]!, n++, `text ${n}`);
              break;
            case 'checkpoint': {
              const taken = subtask.snapshot(now.end === 'savepoint');
              // Its content is fixed: the stream goes on.
              for (const key of now.between) subtask.change(keys[key]!, n++, n % 2 === 0 ? undefined : 'u'.repeat(n % 300));
              if (late !== undefined) subtask.complete(late);
              late = undefined;
              if (now.end === 'savepoint') {
                expect(taken.snapshot.incremental).toBeUndefined();
                const sections = taken.snapshot.sections.map((section) => restoredFrom(section, bytesOf(section)));
                taken.snapshot.release();
                subtask.files.set(`savepoint-${taken.id}`, { handle: {} as SharedStateHandle, sections });
                const other = new Subtask();
                for (const [name, file] of subtask.files) other.files.set(name, file);
                await other.restore([`savepoint-${taken.id}`], taken.model, false);
                other.expectToBe(taken.model, keys);
                break;
              }
              if (now.end !== 'unwritten') {
                const { files } = await subtask.write(taken);
                if (now.end === 'complete' || now.end === 'late') completed.push({ files, model: taken.model });
              }
              taken.snapshot.release();
              if (now.end === 'complete') subtask.complete(taken.id);
              else if (now.end === 'late') late = taken.id;
              else subtask.abort(taken.id);
              break;
            }
            case 'crash': {
              const last = completed.at(-1);
              if (last === undefined) break;
              late = undefined;
              await subtask.restore(last.files, last.model);
              break;
            }
            case 'turn':
              for (let i = 0; i < 20; i++) await nextTurn();
              break;
            case 'check':
              subtask.expectToBe(subtask.model, keys);
              break;
          }
        }
        subtask.expectToBe(subtask.model, keys);
        for (const { files, model } of completed.slice(-3)) {
          await subtask.restore(files, model);
          subtask.expectToBe(model, keys);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('grow with what changed, not with what is there', async () => {
    const subtask = new Subtask();
    for (let i = 0; i < 3_000; i++) subtask.change(i, i, 'x'.repeat(50));
    const checkpoint = async () => {
      const taken = subtask.snapshot();
      const written = await subtask.write(taken);
      taken.snapshot.release();
      subtask.complete(taken.id);
      return written;
    };
    const whole = await checkpoint();
    subtask.change(5, 1, undefined);
    subtask.change('new', 1, 'new');
    const changed = await checkpoint();
    expect(changed.files).toHaveLength(2);
    expect(changed.size).toBeLessThan(200);
    expect(await checkpoint()).toEqual({ files: changed.files, size: 0 });
    for (let i = 0; i < 300; i++) subtask.change(i, i + 1, 'x'.repeat(50));
    const tenth = await checkpoint();
    expect(tenth.size).toBeGreaterThan(whole.size / 12);
    expect(tenth.size).toBeLessThan(whole.size / 5);
  });

  it('begin anew once what is out of date would be more than what is not', async () => {
    const subtask = new Subtask();
    let most = 0;
    let whole = 0;
    for (let n = 0; n < 40; n++) {
      for (let i = 0; i < 200; i++) subtask.change(i, n, undefined);
      const taken = subtask.snapshot();
      const { files, size } = await subtask.write(taken);
      taken.snapshot.release();
      subtask.complete(taken.id);
      if (n === 0) whole = size;
      most = Math.max(
        most,
        files.reduce((sum, file) => sum + subtask.files.get(file)!.handle.size, 0),
      );
    }
    expect(most).toBeLessThan(whole * 4);
  });

  it('give the last of what they say of a key, also once that has left memory', async () => {
    const subtask = new Subtask();
    const lengths = [1, 40, 10];
    let files: readonly string[] = [];
    for (const length of lengths) {
      for (let i = 0; i < (length === 1 ? 8 : 1); i++) subtask.change(i, length, i < 1 ? 'x'.repeat(length) : 'as it was');
      const taken = subtask.snapshot();
      files = (await subtask.write(taken)).files;
      taken.snapshot.release();
      subtask.complete(taken.id);
    }
    await subtask.restore(files, subtask.model);
    const numbers = Array.from({ length: 8 }, (_, i) => i);
    for (let i = 50; i < 200; i++) {
      subtask.change(i, i, 'y'.repeat(200));
      await nextTurn();
    }
    subtask.expectToBe(subtask.model, numbers);
  });

  it('refer to no file of another directory', async () => {
    const subtask = new Subtask();
    subtask.change('a', 1, 'a');
    const first = subtask.snapshot();
    await subtask.write(first);
    first.snapshot.release();
    subtask.complete(first.id);
    const second = subtask.snapshot();
    expect((await subtask.write(second, '/elsewhere/job/chk-2')).files).toEqual(['file-2']);
    second.snapshot.release();
  });
});
