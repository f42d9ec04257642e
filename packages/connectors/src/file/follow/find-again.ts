import { gzipContent } from './compressed.js';
import type { FollowPosition } from './follow-position.js';
import { type FileIdentity, GrowingFile, hashOf } from './growing-file.js';
import type { Reference, Sibling } from './siblings.js';

/** What could not be read any more. */
export interface Gap {
  readonly file: string;
  /** As far as is known: what was there when it was last looked at, or what a compressed copy says. */
  readonly bytesMissing: number;
  readonly reason: 'truncated' | 'deleted' | 'compressed';
}

/** The file of a position, resumed where it was left; or what is missing of it, and its compressed copy. */
export type Found = { readonly file: GrowingFile } | { readonly gap: Gap; readonly copy?: Reference };

/** Looks for it by inode and first bytes: at its place, under the followed name, and among the siblings; then for a copy of it: copytruncate's, or one that was put in its place. */
export async function findAgain(position: FollowPosition, live: string, siblings: readonly Sibling[]): Promise<Found> {
  const plain = siblings.filter(({ compressed }) => !compressed);
  const places = new Set([live, position.path, ...plain.filter(({ inode }) => sameFile(inode, position)).map(({ path }) => path)]);
  let truncated = false;
  for (const path of places) {
    const file = await GrowingFile.open(path).catch(() => undefined);
    if (file === undefined) continue;
    if (sameFile(file.inode, position)) {
      if (await file.resume(position, position.offset)) return { file };
      truncated ||= path === live;
    }
    await file.close();
  }
  // Were a copy taken for a file that came later, all that is in it would come twice.
  const copy = await findCopy(position, [...rotatedCopies(siblings), live]);
  if (copy !== undefined) return { file: copy };
  for (const { path, inode, modified } of siblings.filter(({ compressed }) => compressed)) {
    const content = await gzipContent(path, position.headLength);
    if (content === undefined || position.headLength === 0 || hashOf(content.head) !== position.head.split(' ')[0]) continue;
    const size = Math.max(content.size, position.size);
    return { gap: { file: path, bytesMissing: Math.max(0, size - position.offset), reason: 'compressed' }, copy: { inode, modified } };
  }
  const bytesMissing = Math.max(0, position.size - position.offset);
  return { gap: { file: position.path, bytesMissing, reason: truncated ? 'truncated' : 'deleted' } };
}

/** Where copytruncate leaves what it has copied. */
export const rotatedCopies = (siblings: readonly Sibling[]): string[] =>
  siblings.filter(({ compressed, kind }) => !compressed && kind !== 'other').map(({ path }) => path);

/** The first of `paths` that begins as the position's file did, resumed at `offset`. */
export async function findCopy(
  position: FileIdentity & { readonly offset: number },
  paths: readonly string[],
): Promise<GrowingFile | undefined> {
  if (position.headLength === 0) return undefined;
  for (const path of paths) {
    const file = await GrowingFile.open(path).catch(() => undefined);
    if (await file?.resume(position, position.offset)) return file;
    await file?.close();
  }
  return undefined;
}

/** A device may have another number after a restart of the machine; first bytes must then tell. */
function sameFile(inode: string, position: FollowPosition): boolean {
  if (position.inode === '') return false;
  return inode === position.inode || (position.headLength > 0 && inode.split(':')[1] === position.inode.split(':')[1]);
}
