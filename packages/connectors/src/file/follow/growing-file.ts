import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readlink, stat } from 'node:fs/promises';
import type { ByteSource } from '../record-reader.js';
import { SourceFileError } from '../source-file-error.js';

/** What is read at once. */
const CHUNK = 256 * 1024;
/** First bytes by which a file is known again: with an inode that is used anew they differ, as a log's lines carry times. */
const HEAD_BYTES = 1024;
/** And as many of those that were read last: a writer may begin every file with the same lines. */
const TAIL_BYTES = 1024;
/** How much of two files is compared at their ends to find out whether one is a copy of the other. */
const COMPARED_BYTES = 64 * 1024;

/** What a file was when it was last looked at: enough to find it again under another name, and to tell it from another at its place. */
export interface FileIdentity {
  /** `device:inode`. */
  readonly inode: string;
  /** sha256 of its first `headLength` bytes; behind a space, of bytes that were read later, and where they are: `sha256 from length`. */
  readonly head: string;
  readonly headLength: number;
  readonly size: number;
  /** Change time, ns since the epoch: larger than a number holds exactly. */
  readonly modified: string;
}

export const inodeOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string => `${dev}:${ino}`;

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * A file that others append to, held open: a rename or removal does not matter to it.
 *
 * `fill` brings what has been appended, and finds out that the file was cut (copytruncate) even if it has grown beyond its old length since: what
 * was read counts only if the first bytes are the same afterwards.
 */
export class GrowingFile implements ByteSource {
  /** Where it was last seen. */
  path: string;
  readonly inode: string;
  bytes = Buffer.alloc(0);
  from = 0;
  end = 0;
  /** Set to have a last line without newline taken as it is; taken back by whoever set it. */
  atEnd = false;
  changedAt = 0;
  /** As of the last look, or of a `measure` after it. */
  measured = { size: 0, changedAt: 0 };
  /** Bytes that the file is known to have had. */
  size = 0;
  /** Names it has; 0 once it is deleted. */
  links = 1;
  readonly #file: FileHandle;
  #head: Buffer = Buffer.alloc(0);
  /** The last bytes that were read, and their offset in the file. */
  #tail: { readonly from: number; readonly bytes: Buffer } = { from: 0, bytes: Buffer.alloc(0) };
  /** Offset in the file of `end`. */
  #endOffset = 0;
  /** Bytes behind `end` that `advance` will show. */
  #arrived = 0;
  #modified = 0n;
  /** Bytes that a cut has left of what was read. */
  #left = 0;
  /** False until `fill` has looked once, whatever the change time says. */
  #looked = false;

  private constructor(path: string, file: FileHandle, inode: string) {
    this.path = path;
    this.#file = file;
    this.inode = inode;
  }

  /** Rejects with Node's own error if there is none, with a `SourceFileError` if it can never be followed. */
  static async open(path: string): Promise<GrowingFile> {
    // A pipe that nobody writes to would be waited for without end.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const opened = await file.stat({ bigint: true });
      if (!opened.isFile()) throw new SourceFileError(path, 'is no regular file, so it cannot be followed');
      const growing = new GrowingFile(path, file, inodeOf(opened));
      growing.#note(opened);
      growing.#head = await growing.#readHead();
      return growing;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Goes on at `offset` if this is still the file that `identity` describes; false, and unchanged, if not. */
  async resume(identity: FileIdentity, offset: number): Promise<boolean> {
    const head = await this.#readHead();
    const now = await this.#file.stat({ bigint: true });
    const known = head.subarray(0, identity.headLength);
    const [knownHead, ...tail] = identity.head.split(' ');
    if (now.size < BigInt(Math.max(offset, identity.headLength)) || hashOf(known) !== knownHead) return false;
    if (tail.length === 3 && !(await this.#hasTail(tail[0], Number(tail[1]), Number(tail[2]), Number(now.size)))) return false;
    this.#head = Buffer.from(known);
    this.#endOffset = offset;
    this.#note(now);
    return true;
  }

  /** True too if it has been cut in the midst of them: then they tell nothing. */
  async #hasTail(hash: string, from: number, length: number, size: number): Promise<boolean> {
    if (size < from + length) return true;
    const bytes = await this.#readAt(from, length);
    if (hashOf(bytes) !== hash) return false;
    this.#tail = { from, bytes };
    return true;
  }

  /** Whether it begins with all that `other` holds, as far as its first and last bytes tell: a copy that was put in its place, as rsync does. */
  async continues(other: GrowingFile): Promise<boolean> {
    const [before, now] = [await other.#file.stat(), await this.#file.stat()];
    if (before.size === 0 || now.size < before.size) return false;
    const compared = Math.min(before.size, COMPARED_BYTES);
    for (const from of [0, before.size - compared]) {
      if (!(await other.#readAt(from, compared)).equals(await this.#readAt(from, compared))) return false;
    }
    return true;
  }

  /** Finds out where it is by now; where the system does not tell, it stays where it was. */
  async locate(): Promise<void> {
    const path = await readlink(`/proc/self/fd/${this.#file.fd}`).catch(() => undefined);
    const there = path === undefined ? undefined : await stat(path, { bigint: true }).catch(() => undefined);
    if (path !== undefined && there !== undefined && inodeOf(there) === this.inode) this.path = path;
  }

  /** Offset in the file of `from`. */
  get offset(): number {
    return this.#endOffset - (this.end - this.from);
  }

  /** Bytes that have been read and not been taken. */
  get unread(): number {
    return this.end - this.from + this.#arrived;
  }

  /** Of what has been looked at so far. */
  get identity(): FileIdentity {
    const { inode, size } = this;
    const { from, bytes } = this.#tail;
    const tail = bytes.length === 0 ? '' : ` ${hashOf(bytes)} ${from} ${bytes.length}`;
    return { inode, head: `${hashOf(this.#head)}${tail}`, headLength: this.#head.length, size, modified: String(this.#modified) };
  }

  /** What has been read, for a look at its format. */
  peek(): Buffer {
    return this.bytes.subarray(this.from, this.end + this.#arrived);
  }

  advance(): boolean {
    if (this.#arrived === 0) return false;
    this.end += this.#arrived;
    this.#endOffset += this.#arrived;
    this.#arrived = 0;
    return true;
  }

  /** Brings the next bytes: true if there are some that `advance` will show. `cut`: what the file held has gone, nothing of it was taken. */
  async fill(): Promise<boolean | 'cut'> {
    if (this.#arrived > 0) return true;
    const before = await this.#file.stat({ bigint: true });
    this.links = Number(before.nlink);
    if (this.#looked && before.size === BigInt(this.#endOffset) && before.mtimeNs === this.#modified) return false;
    this.#makeRoom();
    const { bytesRead } = await this.#file.read(this.bytes, this.end, CHUNK, this.#endOffset);
    // In this order: a cut behind the first look is seen by the second, one behind both by the next `fill`.
    const after = await this.#file.stat({ bigint: true });
    const head = await this.#readHead();
    const sameHead = head.subarray(0, this.#head.length).equals(this.#head);
    const shorter = after.size < BigInt(this.#endOffset + bytesRead);
    if (shorter || !sameHead || !(await this.#readAt(this.#tail.from, this.#tail.bytes.length)).equals(this.#tail.bytes)) {
      // Cut in the middle, it still begins with lines that were read.
      this.#left = shorter && sameHead && head.length === HEAD_BYTES ? Number(after.size) : 0;
      return 'cut';
    }
    this.#head = head;
    if (bytesRead > 0) {
      const kept = Math.min(bytesRead, TAIL_BYTES);
      const bytes = Buffer.from(this.bytes.subarray(this.end + bytesRead - kept, this.end + bytesRead));
      this.#tail = { from: this.#endOffset + bytesRead - kept, bytes };
    }
    this.#note(after);
    this.#looked = true;
    this.#arrived = bytesRead;
    return bytesRead > 0;
  }

  /** When it was last changed, as of now, and how many names it has. */
  async standing(): Promise<{ readonly modified: bigint; readonly links: number }> {
    const { mtimeNs, nlink } = await this.#file.stat({ bigint: true });
    this.links = Number(nlink);
    return { modified: mtimeNs, links: this.links };
  }

  /** Finds out how long it is by now, without a look at what is in it. */
  async measure(): Promise<void> {
    const { size, mtimeMs } = await this.#file.stat();
    this.measured = { size, changedAt: mtimeMs };
  }

  /** When it was last changed, as of the last look, ns. */
  get modifiedNs(): bigint {
    return this.#modified;
  }

  /** Whether a cut has left lines that were read. */
  get cutInTheMiddle(): boolean {
    return this.#left > 0;
  }

  /** Begins anew with a file that was cut, behind what is left of it. */
  restart(): void {
    this.from = 0;
    this.end = 0;
    this.atEnd = false;
    this.size = this.#left;
    this.measured = { size: this.size, changedAt: this.changedAt };
    if (this.#left === 0) this.#head = Buffer.alloc(0);
    this.#tail = { from: 0, bytes: Buffer.alloc(0) };
    this.#endOffset = this.#left;
    this.#arrived = 0;
    this.#looked = false;
  }

  /** Here `fill` is what is waited for. */
  async ready(): Promise<void> {}

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #readAt(from: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await this.#file.read(bytes, 0, length, from);
    return bytes.subarray(0, bytesRead);
  }

  #note(stat: { readonly size: bigint; readonly mtimeNs: bigint; readonly nlink: bigint }): void {
    this.size = Number(stat.size);
    this.links = Number(stat.nlink);
    this.#modified = stat.mtimeNs;
    this.changedAt = Number(stat.mtimeNs / 1_000_000n);
    this.measured = { size: this.size, changedAt: this.changedAt };
  }

  async #readHead(): Promise<Buffer> {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await this.#file.read(head, 0, HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  }

  #makeRoom(): void {
    if (this.bytes.length - this.end >= CHUNK) return;
    const left = this.end - this.from;
    const target = this.bytes.length >= left + CHUNK ? this.bytes : Buffer.allocUnsafeSlow(left + CHUNK);
    this.bytes.copy(target, 0, this.from, this.end);
    this.bytes = target;
    this.from = 0;
    this.end = left;
  }
}
