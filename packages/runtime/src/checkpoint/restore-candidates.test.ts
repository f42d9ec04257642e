import type { CheckpointInfo } from '@weir/protocol';
import { expect, it } from 'vitest';
import { restoreCandidates } from './restore-candidates.js';

const place = (id: number, directory = `/checkpoints/chk-${id}`) => ({ id, directory });
const remembered = (id: number, directory = `/checkpoints/chk-${id}`) => ({ id, externalPath: `file:${directory}` }) as CheckpointInfo;

it('newest first, whatever the order in the directory', () => {
  const { candidates, retained } = restoreCandidates([place(2), place(11), place(3)], [], undefined);
  expect(candidates).toEqual([place(11), place(3), place(2)]);
  expect(retained).toEqual(candidates);
});

it('one that is remembered but not there counts, where it was', () => {
  const { candidates } = restoreCandidates([place(2)], [remembered(3, '/elsewhere/chk-3'), remembered(2)], undefined);
  expect(candidates).toEqual([place(3, '/elsewhere/chk-3'), place(2)]);
});

it('a savepoint comes first if it is newer than every checkpoint, and is not one that retention may remove', () => {
  const { candidates, retained } = restoreCandidates([place(2)], [], remembered(3, '/savepoints/s'));
  expect(candidates).toEqual([place(3, '/savepoints/s'), place(2)]);
  expect(retained).toEqual([place(2)]);
});

it('an older savepoint is none', () => {
  expect(restoreCandidates([place(4)], [], remembered(3, '/savepoints/s')).candidates).toEqual([place(4)]);
});
