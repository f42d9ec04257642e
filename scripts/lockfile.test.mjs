import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Oldest versions without a known hole. The lockfile may do without a package, but not have an older one. */
const floors = {
  'engine.io': '6.6.7',
  fastify: '5.12.6',
  'socket.io-parser': '4.2.7',
  ws: '8.21.1',
};

const lockfile = readFileSync(new URL('../pnpm-lock.yaml', import.meta.url), 'utf8');

/** `[name, version]` of every package in the lockfile: its section `packages:` has one key each, `name@version:`. */
function lockedPackages(text) {
  const start = text.indexOf('\npackages:\n');
  const end = text.indexOf('\nsnapshots:\n');
  return [...text.slice(start, end).matchAll(/^ {2}'?((?:@[^/\n]+\/)?[^@'\n]+)@([^:'(\n]+)'?:$/gm)].map((match) => [match[1], match[2]]);
}

function isAtLeast(version, floor) {
  const [a, b] = [version, floor].map((text) => text.split('-')[0].split('.').map(Number));
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] > b[i];
  return !version.includes('-');
}

const packages = lockedPackages(lockfile);

test('the lockfile is read as what it is', () => {
  const names = packages.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['@biomejs/biome', 'typescript', 'vitest']));
  expect(lockedPackages("\npackages:\n\n  '@a/b@1.2.3':\n    x: y\n\n  ws@8.20.0:\n    x: y\n\nsnapshots:\n\n  ws@1.0.0:\n")).toEqual([
    ['@a/b', '1.2.3'],
    ['ws', '8.20.0'],
  ]);
  expect([
    isAtLeast('8.21.1', '8.21.1'),
    isAtLeast('8.100.0', '8.21.1'),
    isAtLeast('8.9.9', '8.21.1'),
    isAtLeast('8.21.1-rc.1', '8.21.1'),
  ]).toEqual([true, true, false, false]);
});

test.each(Object.entries(floors))('%s, where there is one, is at least %s', (name, floor) => {
  const versions = packages.filter(([locked]) => locked === name).map(([, version]) => version);
  expect(versions.filter((version) => !isAtLeast(version, floor))).toEqual([]);
});
