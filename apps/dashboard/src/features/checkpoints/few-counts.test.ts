import { expect, it } from 'vitest';
import { fewCounts } from './few-counts.js';

const holding = (state: Readonly<Record<string, Readonly<Record<string, unknown>>>>, keys = Object.keys(state).length) => ({
  checkpointId: 1,
  operators: [{ uid: 'u', name: 'n', size: 10, keys, state }],
});

it('are told for one number a key', () => {
  expect(fewCounts(holding({ user1: { abnormalCount: 2 }, user2: { abnormalCount: 0 } }))).toEqual([
    ['user1', 2],
    ['user2', 0],
  ]);
});

it.each([
  holding({}),
  holding({ user1: { abnormalCount: 2, other: 1 } }),
  holding({ user1: { list: [1] } }),
  holding({ user1: { abnormalCount: 2 } }, 4),
  { checkpointId: 1, operators: [] },
])('are not for %j', (contents) => expect(fewCounts(contents)).toBeUndefined());
