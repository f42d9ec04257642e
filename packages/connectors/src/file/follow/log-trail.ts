import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FormatName, KeyField } from '../formats/format.js';
import { SourceFileError } from '../source-file-error.js';
import { gzipContent } from './compressed.js';
import { type Found, findAgain, findCopy, type Gap, rotatedCopies } from './find-again.js';
import type { FollowPosition } from './follow-position.js';
import { FollowedFile, type FollowTotals, type Inherited } from './followed-file.js';
import { GrowingFile, inodeOf } from './growing-file.js';
import { type Reference, rotatedAfter, type Sibling, siblingsOfAll, steadySiblings, subdirectories } from './siblings.js';

/** How long a rotated file must have been quiet until a last line without newline is taken as it is, ms. */
export const PARTIAL_GRACE = 1_000;
/** How long it is kept open after that, in case a writer still has it, ms. The newest rotated one is kept until the next rotation or its removal. */
export const LINGER = 60_000;

/** A rotation is a few renames: it is over before that many looks are. */
const MOST_ROUNDS = 50;

export interface TrailOptions {
  /** What is followed: whatever file has this name. */
  readonly path: string;
  readonly format: FormatName | undefined;
  readonly key: KeyField;
  readonly now: () => number;
  readonly onGap: (gap: Gap) => void;
  /** Why the file cannot be read for now; undefined once it can. */
  readonly onTrouble: (reason: string | undefined) => void;
}

const NOWHERE = {
  generation: 0,
  inode: '',
  head: '',
  headLength: 0,
  size: 0,
  offset: 0,
  line: 0,
  repeated: 0,
  format: '',
  header: null,
  referenceTime: 0,
} as const;

/**
 * The files that have had one name, in the order in which they had it: rotated ones that may still grow, then the live one. Held open, so
 * that no rename or removal matters while it runs; found again by inode and first bytes after a restart.
 *
 * `look` goes once round and brings what is new; it is not called again before all records that it brought have been taken.
 */
export class LogTrail {
  readonly #options: TrailOptions;
  readonly #files: FollowedFile[] = [];
  #generation = 0;
  /** What new files are to come after when the one that was being read was not found again. */
  #lost: Reference | undefined;
  /** What stands for it in checkpoints, behind the files, until there is a newer one: so nothing is said to be missing twice. No file is ever taken for it. */
  placeholder: Omit<FollowPosition, keyof FollowTotals> | undefined;
  #inherited: Inherited;
  /** Names of files of the trail as a checkpoint has them, and directories into which they were rotated. */
  #restored: readonly string[] = [];
  readonly #directories = new Set<string>();
  /** True while nothing has the name. */
  absent = false;

  constructor(options: TrailOptions) {
    this.#options = options;
    this.#inherited = { format: options.format, header: null };
  }

  /** Oldest first: records are to be taken in this order. */
  get files(): readonly FollowedFile[] {
    return this.#files;
  }

  /** For the first time: the file that is there, whole; if there is none, whatever gets the name from now on. */
  async begin(): Promise<void> {
    const live = await this.#live();
    if (live !== undefined && (await this.#add(this.#options.path, live))) return;
    const modified = BigInt(Math.floor(this.#options.now())) * 1_000_000n;
    this.#lost = { inode: '', modified };
    this.placeholder = { ...NOWHERE, path: this.#options.path, modified: String(modified) };
  }

  async restore(positions: readonly FollowPosition[]): Promise<void> {
    const ordered = [...positions].sort((a, b) => a.generation - b.generation);
    this.#restored = ordered.map(({ path }) => path);
    // A copy may be younger than what was cut after it: what is known of either is not new.
    const latest = positions.reduce((most, { modified }) => (BigInt(modified) > most ? BigInt(modified) : most), 0n);
    for (const position of ordered) {
      const newest = position === ordered.at(-1);
      const inherited = { format: (position.format || this.#options.format) as FormatName | undefined, header: position.header };
      this.#inherited = inherited;
      this.#generation = position.generation + 1;
      let found = await this.#findAgain(position);
      // A rotation while it looked: names have moved on.
      if ('gap' in found) found = await this.#findAgain(position);
      if ('gap' in found) found = (await this.#findBelow(position)) ?? found;
      if ('file' in found) {
        const followed = new FollowedFile(position.generation, found.file, inherited, this.#options.key, this.#options.now());
        followed.restore(position);
        this.#files.push(followed);
      } else {
        if (newest) {
          const modified = found.copy !== undefined && found.copy.modified > latest ? found.copy.modified : latest;
          this.#lost = { inode: found.copy?.inode ?? '', modified };
          this.placeholder = { ...position, inode: '', headLength: 0, size: position.offset, modified: String(modified) };
        }
        // Of one that had been read to the end only a late writer's lines could be missing.
        if ((newest && position.inode !== '') || found.gap.bytesMissing > 0) this.#options.onGap(found.gap);
      }
    }
  }

  async #findAgain(position: FollowPosition): Promise<Found> {
    return findAgain(position, this.#options.path, await siblingsOfAll(this.#paths));
  }

  /** In a directory below the log's, where logrotate's `olddir` mostly is. */
  async #findBelow(position: FollowPosition): Promise<Found | undefined> {
    for (const directory of await subdirectories(this.#paths.map((path) => dirname(path)))) {
      const siblings = await siblingsOfAll([join(directory, basename(this.#options.path))]);
      const found = await findAgain(position, this.#options.path, siblings);
      if ('gap' in found && found.copy === undefined) continue;
      this.#directories.add(directory);
      return found;
    }
    return undefined;
  }

  /** By which siblings are looked for. */
  get #paths(): readonly string[] {
    const { path } = this.#options;
    const below = [...this.#directories].map((directory) => join(directory, basename(path)));
    return [...new Set([path, ...this.#restored, ...this.#files.map(({ file }) => file.path), ...below])];
  }

  /** True if there may be records to take now. */
  async look(): Promise<boolean> {
    await this.#lookForRotation();
    for (const [index, followed] of this.#files.entries()) {
      if (await this.#fill(followed)) {
        // A writer that has moved on to this file wrote its last lines to an older one before: these are to be there first.
        for (const older of this.#files.slice(0, index)) await this.#fill(older);
        return true;
      }
      if (index < this.#files.length - 1 && followed.hasPartial) {
        // The newer file waits, so that the order of lines stays. Two rotations later nobody is in the middle of a line.
        if (index === this.#files.length - 2 && this.#quiet(followed) < PARTIAL_GRACE) return false;
        followed.takePartial();
        return true;
      }
    }
    await this.#letGo();
    return false;
  }

  /** Bytes from where it is to the end of the live file, as of the last look or measurement. */
  get pendingBytes(): number {
    return this.#files.reduce((sum, { file, offset }) => sum + Math.max(0, file.measured.size - offset), 0);
  }

  /** When the newest file was last changed, ms; undefined if there is none. */
  get changedAt(): number | undefined {
    return this.#files.at(-1)?.file.measured.changedAt;
  }

  /** For while no look can be had: the files grow though their records are not taken. */
  async measure(): Promise<void> {
    for (const { file } of [...this.#files]) await file.measure();
  }

  async close(): Promise<void> {
    for (const { file } of this.#files.splice(0)) await file.close();
  }

  #quiet(followed: FollowedFile): number {
    return this.#options.now() - followed.touchedAt;
  }

  async #fill(followed: FollowedFile): Promise<boolean> {
    if (followed.isUnreadableForGood) return false;
    const filled = await followed.file.fill();
    if (filled === 'cut') {
      const copies = followed.file.cutInTheMiddle ? [] : await this.#copiesOf(followed);
      const bytesMissing = followed.restart();
      followed.touchedAt = this.#options.now();
      if (copies.length === 0) this.#options.onGap({ file: followed.file.path, bytesMissing, reason: 'truncated' });
      else this.#insertBefore(followed, copies);
      return true;
    }
    if (filled) followed.touchedAt = this.#options.now();
    const readable = filled && followed.prepare();
    if (followed.unreadable !== undefined) this.#options.onTrouble(followed.unreadable);
    return readable;
  }

  /** The copy that copytruncate has made of a file before it was cut, to be read on from where that one was, and those that it has made since. */
  async #copiesOf(followed: FollowedFile): Promise<FollowedFile[]> {
    const position = followed.position(undefined);
    const siblings = await siblingsOfAll(this.#paths);
    const file = await findCopy(position, rotatedCopies(siblings));
    if (file === undefined) return [];
    const { generation, inheritance: inherited } = followed;
    const { key, now } = this.#options;
    const first = new FollowedFile(generation, file, inherited, key, now());
    first.restore(position);
    const copies = [first];
    const known = new Set([file, ...this.#files.map((each) => each.file)].map(({ inode }) => inode));
    for (const { path } of rotatedAfter(siblings, { inode: file.inode, modified: file.modifiedNs }, known).filter(
      ({ compressed }) => !compressed,
    )) {
      const later = await GrowingFile.open(path).catch(() => undefined);
      if (later !== undefined) copies.push(new FollowedFile(generation, later, inherited, key, now()));
    }
    return copies;
  }

  #insertBefore(followed: FollowedFile, copies: readonly FollowedFile[]): void {
    const index = this.#files.indexOf(followed);
    this.#files.splice(index, 0, ...copies);
    for (const later of this.#files.slice(index + 1)) later.generation = this.#generation++;
  }

  /** Finds out what has the name now, and what had it meanwhile. While names are being changed it looks again. */
  async #lookForRotation(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) if (await this.#lookAtNames()) return;
  }

  /** False if names changed while it looked. */
  async #lookAtNames(): Promise<boolean> {
    const live = await this.#live();
    if (live !== undefined && this.#files.some(({ file }) => file.inode === live)) {
      this.#options.onTrouble(this.#files.at(-1)?.unreadable);
      return true;
    }
    const newest = this.#files.at(-1);
    const standing = await newest?.file.standing();
    if (live !== undefined && newest !== undefined && standing?.links === 0 && (await this.#replace(newest, live))) return true;
    if (newest !== undefined) {
      await newest.file.locate();
      this.#directories.add(dirname(newest.file.path));
    }
    const reference = this.#lost ?? (newest && standing && { inode: newest.file.inode, modified: standing.modified });
    if (reference !== undefined) {
      const siblings = await steadySiblings(this.#paths);
      if (siblings === undefined || (await this.#live()) !== live || !(await this.#addRotated(siblings, reference, live))) return false;
    }
    return live === undefined || this.#add(this.#options.path, live);
  }

  /** If what has the name now is a copy of the file that it took the place of, grown on: goes on in it, so that nothing comes twice. */
  async #replace(newest: FollowedFile, inode: string): Promise<boolean> {
    const file = await GrowingFile.open(this.#options.path).catch(() => undefined);
    if (file === undefined) return false;
    const position = newest.position(undefined);
    if (file.inode !== inode || !(await file.continues(newest.file)) || !(await file.resume(position, position.offset))) {
      await file.close();
      return false;
    }
    const replacement = new FollowedFile(newest.generation, file, newest.inheritance, this.#options.key, this.#options.now());
    replacement.restore(position);
    this.#files.splice(-1, 1, replacement);
    await newest.file.close();
    return true;
  }

  /** Files that had the name after `reference` and have lost it already: more than one rotation since the last look. False if names changed. */
  async #addRotated(siblings: readonly Sibling[], reference: Reference, live: string | undefined): Promise<boolean> {
    const known = new Set(this.#files.map(({ file }) => file.inode));
    if (live !== undefined) known.add(live);
    for (const sibling of rotatedAfter(siblings, reference, known)) {
      if (sibling.compressed) {
        const content = await gzipContent(sibling.path, 0);
        this.#options.onGap({ file: sibling.path, bytesMissing: content?.size ?? 0, reason: 'compressed' });
        this.#lost = sibling;
        const { format, header } = this.#files.at(-1)?.inheritance ?? this.#inherited;
        const modified = String(sibling.modified);
        this.placeholder = { ...NOWHERE, generation: this.#generation++, format: format ?? '', header, path: this.#options.path, modified };
      } else if (!(await this.#add(sibling.path, sibling.inode))) {
        return false;
      }
    }
    return true;
  }

  /** False if the path is another file's by now. */
  async #add(path: string, inode: string): Promise<boolean> {
    let file: GrowingFile;
    try {
      file = await GrowingFile.open(await realpath(path));
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return false;
      // At the very start it is said at once; later it may be mended while the job waits.
      if (this.#generation === 0 && this.#lost === undefined) throw SourceFileError.unreadable(path, error);
      this.#options.onTrouble(reasonOf(error));
      return true;
    }
    if (file.inode !== inode || this.#files.some((known) => known.file.inode === inode)) {
      await file.close();
      return false;
    }
    const before = this.#files.at(-1);
    const inherited = before?.inheritance ?? this.#inherited;
    const now = this.#options.now();
    if (before !== undefined) before.touchedAt = now;
    this.#files.push(new FollowedFile(this.#generation++, file, inherited, this.#options.key, now));
    this.#lost = undefined;
    this.placeholder = undefined;
    if (path === this.#options.path) this.#options.onTrouble(undefined);
    return true;
  }

  async #live(): Promise<string | undefined> {
    try {
      const seen = await stat(this.#options.path, { bigint: true });
      this.absent = false;
      return inodeOf(seen);
    } catch (error) {
      this.absent = true;
      const gone = (error as { code?: string }).code === 'ENOENT';
      // In the midst of a rotation there is none for a moment.
      if (gone && this.#generation > 0) this.#options.onTrouble(undefined);
      else this.#options.onTrouble(gone ? 'there is no such file yet' : reasonOf(error));
      return undefined;
    }
  }

  /** Closes rotated files that nobody writes to any more. */
  async #letGo(): Promise<void> {
    for (let index = this.#files.length - 2; index >= 0; index--) {
      const followed = this.#files[index];
      const superseded = index < this.#files.length - 2 || followed.file.links === 0;
      if (!superseded || this.#quiet(followed) < LINGER) continue;
      this.#files.splice(index, 1);
      await followed.file.close();
    }
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code === 'EACCES' ? 'permission denied' : (message ?? String(error));
}
