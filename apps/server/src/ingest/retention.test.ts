import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkpoint } from '../testing/snapshot.js';
import { Retention } from './retention.js';

let directory = '';
let released: number[] = [];
let asked: string[] = [];
let errors: unknown[] = [];
/** What each checkpoint would go on with. */
let next: Record<string, number> = {};
let whileRead: (path: string) => void = () => {};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-retention-'));
  [released, asked, errors, next, whileRead] = [[], [], [], {}, () => {}];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function make(segments = 2): Retention {
  const log = {
    segments: Array.from({ length: segments }, (_, n) => ({ path: '', first: n, base: n })),
    release: async (needed: number) => void released.push(needed),
  };
  return new Retention(
    log,
    (error) => errors.push(error),
    async (path) => {
      asked.push(basename(path));
      whileRead(path);
      const found = next[basename(path)];
      if (found === undefined) throw new Error(`${basename(path)} is damaged`);
      return found;
    },
  );
}

function retain(id: number, offset: number | undefined, complete = true): void {
  mkdirSync(join(directory, `chk-${id}`));
  if (complete) writeFileSync(join(directory, `chk-${id}`, '_metadata'), '');
  if (offset !== undefined) next[`chk-${id}`] = offset;
}

const completed = (id: number, changes = {}) => checkpoint(id, { externalPath: `file:${join(directory, `chk-${id}`)}`, ...changes });

it('lets go of what is before the oldest retained checkpoint, and looks at each once', async () => {
  const retention = make();
  for (const [id, offset] of [
    [1, 10],
    [2, 20],
    [3, 30],
  ] as const) {
    retain(id, offset);
    retention.accept(completed(id));
    await retention.settled();
  }
  rmSync(join(directory, 'chk-1'), { recursive: true });
  retain(4, 40);
  retention.accept(completed(4));
  await retention.settled();
  expect(released).toEqual([10, 10, 10, 20]);
  expect(asked).toEqual(['chk-1', 'chk-2', 'chk-3', 'chk-4']);
});

it('takes no directory without metadata for a checkpoint', async () => {
  const retention = make();
  retain(1, 5, false);
  retain(2, 20);
  retention.accept(completed(2));
  await retention.settled();
  expect(released).toEqual([20]);
});

it('says nothing of a checkpoint that makes room for newer ones while it is read', async () => {
  const retention = make();
  retain(1, undefined);
  retain(2, 20);
  whileRead = (path) => {
    if (basename(path) === 'chk-1') rmSync(path, { recursive: true });
  };
  retention.accept(completed(2));
  await retention.settled();
  expect([released, errors]).toEqual([[20], []]);
});

it('keeps everything while one cannot be read', async () => {
  const retention = make();
  retain(1, undefined);
  retain(2, 20);
  retention.accept(completed(2));
  await retention.settled();
  expect([released, errors]).toEqual([[], [new Error('chk-1 is damaged')]]);
});

it('has nothing to do for a savepoint, a failed or discarded checkpoint, another source, or a single segment', async () => {
  const retention = make();
  retain(1, 5);
  retention.accept(completed(1, { isSavepoint: true }));
  retention.accept(completed(1, { status: 'FAILED' }));
  retention.accept(completed(1, { discarded: true }));
  make(1).accept(completed(1));
  await retention.settled();
  expect(asked).toEqual([]);
  next['chk-1'] = Number.POSITIVE_INFINITY;
  retention.accept(completed(1));
  await retention.settled();
  expect([asked, released]).toEqual([['chk-1'], []]);
});
