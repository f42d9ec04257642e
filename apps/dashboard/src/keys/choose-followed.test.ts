import type { KeyState } from '@weir/protocol';
import { expect, it } from 'vitest';
import { chooseFollowed, NOBODY } from './choose-followed.js';

function keys(activity: Readonly<Record<string, number>>): readonly KeyState[] {
  return Object.entries(activity).map(([key, events]) => ({
    key,
    keyGroup: 0,
    subtask: 0,
    abnormalCount: 0,
    countKnown: true,
    events,
    alerts: 0,
    lastEventAt: 0,
  }));
}

it('follows all of few keys, by name', () => {
  expect(chooseFollowed(keys({ user3: 9, user1: 1 }), NOBODY, [])).toEqual(['user1', 'user3', undefined]);
});

it('follows the most active of many', () => {
  expect(chooseFollowed(keys({ a: 1, b: 5, c: 9, d: 7 }), NOBODY, [])).toEqual(['c', 'd', 'b']);
});

it('keeps who is followed in its place until many are more active', () => {
  const before = chooseFollowed(keys({ a: 1, b: 5, c: 9, d: 7 }), NOBODY, []);
  expect(chooseFollowed(keys({ a: 8, b: 5, c: 9, d: 99 }), before, [])).toBe(before);
  const crowd = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`x${n}`, 1_000 - n]));
  expect(chooseFollowed(keys({ ...crowd, c: 9, d: 2_000, b: 5 }), before, [])).toEqual(['x0', 'd', 'x1']);
});

it('follows who is asked for, in the place of another', () => {
  const activity = { a: 1, b: 5, c: 9, d: 7 };
  const before = chooseFollowed(keys(activity), NOBODY, []);
  expect(chooseFollowed(keys(activity), before, ['a', 'nobody'])).toEqual(['c', 'd', 'a']);
  expect(chooseFollowed(keys(activity), before, ['b', 'a'])).toEqual(['c', 'a', 'b']);
});
