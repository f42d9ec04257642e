import { describe, expect, it } from 'vitest';
import type { Change } from '../wire.js';
import { apply, ChangeError } from './apply.js';

describe('apply', () => {
  it('shares what no change touches', () => {
    const state = { left: { deep: [1] }, right: { deep: [{ n: 1 }, { n: 2 }] } };
    const next = apply(state, [{ path: ['right', 'deep', 1, 'n'], value: 3 }]);
    expect(next).toEqual({ left: { deep: [1] }, right: { deep: [{ n: 1 }, { n: 3 }] } });
    expect(next.left).toBe(state.left);
    expect(next.right.deep[0]).toBe(state.right.deep[0]);
    expect(state.right.deep[1]).toEqual({ n: 2 });
  });

  it('does not write into what a change brought', () => {
    const value = { n: 1 };
    expect(
      apply({}, [
        { path: ['a'], value },
        { path: ['a', 'n'], value: 2 },
      ]),
    ).toEqual({ a: { n: 2 } });
    expect(value).toEqual({ n: 1 });
  });

  it('sets no prototype', () => {
    const next = apply({}, [{ path: ['__proto__'], value: { polluted: true } }]);
    expect(Object.getPrototypeOf(next)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(() => apply({}, [{ path: ['__proto__', 'polluted'], value: true }])).toThrow(ChangeError);
  });

  it.each<Change>([
    { path: ['none', 'n'], value: 1 },
    { path: ['list', 2], value: 1 },
    { path: ['list', 'length'], value: 1 },
    { path: ['list'], splice: [1, 2], value: [] },
    { path: ['list'], splice: [0, 0] },
    { path: ['text', 0], value: 'x' },
  ])('refuses %j, which does not fit', (change) => {
    expect(() => apply({ list: [1, 2], text: 'ab' }, [change])).toThrow(ChangeError);
  });
});
