import { readFileSync } from 'node:fs';

/** Of this package, as its package.json says. */
export function benchVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}
