import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inodeOf } from './growing-file.js';

/** A file beside the one that is followed, as `logrotate` and its like name what they have rotated. */
export interface Sibling {
  readonly path: string;
  readonly inode: string;
  /** Change time, ns. */
  readonly modified: bigint;
  readonly compressed: boolean;
  /** By it siblings of one kind are in order: `log.1` is newer than `log.2`, `log-20260102` newer than `log-20260101`. */
  readonly kind: 'number' | 'date' | 'other';
  readonly rank: string;
}

const COMPRESSED = /\.(?:gz|xz|bz2|zst|lz4|Z)$/;
const NUMBER = /^[.-](\d{1,4})$/;
/** With what may follow a date: a time of any form, or a number within the day. */
const DATE = /^[._-](\d{4})-?(\d{2})-?(\d{2})([\dT_:.-]*)(?:\.[a-z]{1,8})?$/;
const DIGITS = 20;
/** So many directories below the log's are looked into for what was rotated away. */
const MOST_DIRECTORIES = 64;

/** Everything in the directory that is named after `path`: beginning as it does up to the first dot. An unreadable directory has none. */
async function siblingsOf(path: string): Promise<Sibling[]> {
  const directory = dirname(path);
  const name = basename(path);
  const dot = name.indexOf('.', 1);
  const [stem, extension] = dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  const names = await readdir(directory).catch(() => []);
  const found = await Promise.all(
    names.map(async (each): Promise<Sibling | undefined> => {
      if (!each.startsWith(stem)) return undefined;
      const at = join(directory, each);
      const seen = await stat(at, { bigint: true }).catch(() => undefined);
      if (seen === undefined || !seen.isFile()) return undefined;
      return {
        path: at,
        inode: inodeOf(seen),
        modified: seen.mtimeNs,
        compressed: COMPRESSED.test(each),
        ...rankOf(each, name, stem, extension),
      };
    }),
  );
  return found.filter((each) => each !== undefined);
}

/** Directories in each of `directories`. */
export async function subdirectories(directories: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const directory of new Set(directories)) {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    found.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name)));
  }
  return found.slice(0, MOST_DIRECTORIES);
}

/** Beside each of `paths`, each file once: a link and what it points to may stand in different directories. */
export async function siblingsOfAll(paths: readonly string[]): Promise<Sibling[]> {
  const byInode = new Map<string, Sibling>();
  for (const path of new Set(paths)) {
    for (const each of await siblingsOf(path)) {
      const known = byInode.get(each.inode);
      if (known === undefined || known.kind === 'other') byInode.set(each.inode, each);
    }
  }
  return [...byInode.values()];
}

/** Undefined if names changed while it looked: then one may have been missed. */
export async function steadySiblings(paths: readonly string[]): Promise<Sibling[] | undefined> {
  const first = await siblingsOfAll(paths);
  const second = await siblingsOfAll(paths);
  const names = (siblings: readonly Sibling[]): string =>
    siblings
      .map(({ path, inode }) => `${path} ${inode}`)
      .sort()
      .join('\n');
  return names(first) === names(second) ? second : undefined;
}

/** `auth.log.1`, `auth.log-20260102.gz`, `auth-20260102.log`, `auth-2026-01-02T03-04-05.678.log`, `auth.1.log`. */
function rankOf(each: string, name: string, stem: string, extension: string): Pick<Sibling, 'kind' | 'rank'> {
  const plain = each.replace(COMPRESSED, '');
  const middle = plain.startsWith(name)
    ? plain.slice(name.length)
    : extension !== '' && plain.endsWith(extension)
      ? plain.slice(stem.length, -extension.length)
      : '';
  const number = NUMBER.exec(middle)?.[1];
  // Turned round, so that a greater rank is newer.
  if (number !== undefined) return { kind: 'number', rank: String(10_000 - Number(number)).padStart(5, '0') };
  const date = DATE.exec(middle);
  if (date === null) return { kind: 'other', rank: '' };
  const [, year, month, day, more] = date;
  const numbers = more.match(/\d+/g) ?? [];
  return { kind: 'date', rank: `${year}${month}${day}${numbers.map((each) => each.padStart(DIGITS, '0')).join('')}` };
}

/** The file that others are to come after: by its name where it still has one, else by when it was last changed. */
export interface Reference {
  readonly inode: string;
  readonly modified: bigint;
}

/** Those that were rotated away after `reference`, oldest first; `live` and what is in `known` are not among them. */
export function rotatedAfter(siblings: readonly Sibling[], reference: Reference, known: ReadonlySet<string>): Sibling[] {
  const itself = siblings.find(({ inode, kind }) => inode === reference.inode && kind !== 'other');
  return siblings
    .filter((each) => each.kind !== 'other' && each !== itself && !known.has(each.inode))
    .filter((each) => (itself !== undefined && itself.kind === each.kind ? each.rank > itself.rank : each.modified > reference.modified))
    .sort(byAge);
}

function byAge(a: Sibling, b: Sibling): number {
  if (a.kind === b.kind) return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0;
  return a.modified < b.modified ? -1 : a.modified > b.modified ? 1 : 0;
}
