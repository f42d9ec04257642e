import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../record-reader.js';
import { SourceFileError } from '../source-file-error.js';

/** What is read at once. */
const CHUNK = 256 * 1024;
/** First bytes by which a file is known again: with an inode that is used anew they differ, as a log's lines carry times. */
const HEAD_BYTES = 1024;

/** What a file was when it was last looked at: enough to find it again under another name, and to tell it from another at its place. */
export interface FileIdentity {
  /** `device:inode`. */
  readonly inode: string;
  /** sha256 of its first `headLength` bytes. */
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
  readonly path: string;
  readonly inode: string;
  bytes = Buffer.alloc(0);
  from = 0;
  end = 0;
  /** Set to have a last line without newline taken as it is; taken back by whoever set it. */
  atEnd = false;
  changedAt = 0;
  /** Bytes that the file is known to have had. */
  size = 0;
  /** Names it has; 0 once it is deleted. */
  links = 1;
  readonly #file: FileHandle;
  #head: Buffer = Buffer.alloc(0);
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
    const file = await open(path, 'r');
    try {
      const stat = await file.stat({ bigint: true });
      if (!stat.isFile()) throw new SourceFileError(path, 'is no regular file, so it cannot be followed');
      const growing = new GrowingFile(path, file, inodeOf(stat));
      growing.#note(stat);
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
    const stat = await this.#file.stat({ bigint: true });
    const known = head.subarray(0, identity.headLength);
    if (stat.size < BigInt(Math.max(offset, identity.headLength)) || hashOf(known) !== identity.head) return false;
    this.#head = Buffer.from(known);
    this.#endOffset = offset;
    this.#note(stat);
    return true;
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
    return { inode, head: hashOf(this.#head), headLength: this.#head.length, size, modified: String(this.#modified) };
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
    if (after.size < BigInt(this.#endOffset + bytesRead) || !sameHead) {
      // Cut in the middle, it still begins with lines that were read.
      this.#left = sameHead && head.length === HEAD_BYTES ? Number(after.size) : 0;
      return 'cut';
    }
    this.#head = head;
    this.#note(after);
    this.#looked = true;
    this.#arrived = bytesRead;
    return bytesRead > 0;
  }

  /** When it was last changed, as of now. */
  async modified(): Promise<bigint> {
    return (await this.#file.stat({ bigint: true })).mtimeNs;
  }

  /** Begins anew with a file that was cut, behind what is left of it. */
  restart(): void {
    this.from = 0;
    this.end = 0;
    this.atEnd = false;
    this.size = this.#left;
    if (this.#left === 0) this.#head = Buffer.alloc(0);
    this.#endOffset = this.#left;
    this.#arrived = 0;
    this.#looked = false;
  }

  /** Here `fill` is what is waited for. */
  async ready(): Promise<void> {}

  async close(): Promise<void> {
    await this.#file.close();
  }

  #note(stat: { readonly size: bigint; readonly mtimeNs: bigint; readonly nlink: bigint }): void {
    this.size = Number(stat.size);
    this.links = Number(stat.nlink);
    this.#modified = stat.mtimeNs;
    this.changedAt = Number(stat.mtimeNs / 1_000_000n);
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
