import { fileURLToPath } from 'node:url';

/** As Flink writes where something lies, in its REST API too: `file:` and the path as it is. No URL: nothing in it is escaped. */
export function externalPath(path: string): string {
  return `file:${path}`;
}

/**
 * The path that a person or a program means by a path, by `file:/tmp/a b` as Flink and we write it, or by a URL, `file:///tmp/a%20b`.
 * Throws a `TypeError` for one of another machine.
 */
export function localPath(given: string): string {
  if (given.startsWith('file://')) return fileURLToPath(given);
  return given.startsWith('file:') ? given.slice('file:'.length) : given;
}
