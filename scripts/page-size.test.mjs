import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

/** Bytes of compressed JavaScript that the first page may load before it shows anything; its charts and the pipeline view come later. */
const LIMIT = 250_000;
const built = fileURLToPath(new URL('../apps/dashboard/dist', import.meta.url));

/** What the page's HTML names: its entry and what is loaded along with it. */
function firstScripts(html) {
  return [...html.matchAll(/<(?:script|link rel="modulepreload")[^>]*(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]);
}

test.runIf(existsSync(`${built}/index.html`))('the first page stays within its size', () => {
  const scripts = firstScripts(readFileSync(`${built}/index.html`, 'utf8'));
  const sizes = scripts.map((path) => [path, gzipSync(readFileSync(built + path)).length]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(
    `first page: ${(total / 1000).toFixed(1)} kB of compressed JavaScript (${sizes.map(([path, size]) => `${path} ${(size / 1000).toFixed(1)}`).join(', ')})`,
  );
  expect(scripts.length).toBeGreaterThan(0);
  expect(total).toBeLessThan(LIMIT);
});

test('scripts are found in whatever order their attributes stand', () => {
  expect(
    firstScripts(
      '<script src="/assets/a.js"></script><script type="module" crossorigin src="/assets/b.js"></script><link rel="modulepreload" crossorigin href="/assets/c.js">',
    ),
  ).toEqual(['/assets/a.js', '/assets/b.js', '/assets/c.js']);
});
