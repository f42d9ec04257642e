import { describe, expect, it } from 'vitest';

type Leaf = readonly [path: string, en: unknown, ko: unknown];

/** Every table of the page, as its module exports it. */
const modules = import.meta.glob<Record<string, { en: object; ko: object }>>(['../**/*messages.ts', '!./use-messages.ts'], { eager: true });
const tables = Object.entries(modules).flatMap(([file, exports]) =>
  Object.entries(exports)
    .filter(([, table]) => typeof table === 'object' && 'en' in table && 'ko' in table)
    .map(([name, table]) => [`${file} ${name}`, table] as const),
);

function leaves(en: unknown, ko: unknown, path = ''): readonly Leaf[] {
  if (typeof en !== 'object' || en === null) return [[path, en, ko]];
  return Object.entries(en).flatMap(([key, value]) => leaves(value, (ko as Record<string, unknown>)[key], `${path}.${key}`));
}

describe('texts', () => {
  it('are found', () => expect(tables.length).toBeGreaterThan(10));

  it.each(tables)('%s is whole in both languages', (_, { en, ko }) => {
    const all = leaves(en, ko);
    expect(all.length).toBe(leaves(ko, en).length);
    for (const [path, english, korean] of all) {
      expect([path, typeof korean]).toEqual([path, typeof english]);
      if (typeof english === 'string') expect([path, (korean as string).trim().length > 0]).toEqual([path, true]);
    }
  });

  it.each(tables)('%s: Korean has no particle that would have to agree with a figure before it', (_, { en, ko }) => {
    const samples = leaves(en, ko).filter(([, , korean]) => typeof korean === 'string');
    for (const [path, , korean] of samples)
      expect([path, /\d(이|가|을|를|은|는|과|와)(\s|$)/.test(korean as string)]).toEqual([path, false]);
  });
});
