import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { type Check, listOf, oneOf, shape } from '../common/check.js';
import type { SectionInfo } from './checkpoint-storage.js';
import { jobId, MAX_SECTIONS, natural, operatorUid, sectionFields, subtaskIndex, uint32 } from './checks.js';

/**
 * The container of every file of a checkpoint. All numbers little endian:
 *
 *     header   magic 8 │ format version u32 │ identity length u32 │ identity, JSON │ crc32 of all that u32
 *     block *  crc32 of what follows, started from the block's number, u32 │ payload length u32, 1 … 64 KiB │ payload
 *     index    the sections, each with its number of blocks, bytes and crc32, as JSON, compressed; their blocks follow one another without a gap
 *     footer   file length u64 │ index offset u64 │ index length u32 │ crc32 of the index u32 │ blocks u32 │ crc32 of the footer u32 │ end magic 8
 *
 * The index stands at the end because a section's size is known only once its snapshot has been pulled. Every byte is under a checksum,
 * every length is checked against the size of the file before it is used, and a block's checksum starts from its number, so that two
 * blocks that changed places are found.
 *
 * Version 1: the index is plain JSON. Version 2: it is a zlib stream of that with `INDEX_DICTIONARY`, as in a file of little state it was most of the bytes.
 * Version 3: as 2, for a `_metadata` that names shared files; all other files stay with 2, which an older Weir reads.
 */
const FORMAT_VERSION = 2;
export const SHARED_FILES_VERSION = 3;
const NEWEST_VERSION = SHARED_FILES_VERSION;
const OLDEST_VERSION = 1;

/** What an index is mostly made of. Part of the format: another one would need another version. */
const INDEX_DICTIONARY = Buffer.from(
  '"kind":"keyed","schema":{"state":"map","type":{"kind":"nullable","of":{"kind":"float64"}},{"kind":"boolean"},"schema":{"state":"value","type":{"kind":"int32"}},' +
    '[{"name":"SourceReaderState","kind":"operator","schema":{"state":"list","type":{"kind":"record","fields":[{"name":"split","type":{"kind":"int64"}},' +
    '{"name":"","type":{"kind":"string"}}]}},"count":1,"size":1,"blocks":1,"checksum":},{"name":"ExchangeRecords@1","kind":"operator","schema":{"state":"list",' +
    '"type":{"kind":"record","fields":[{"name":"edge","type":{"kind":"string"}},{"name":"end","type":{"kind":"string"}},{"name":"records","type":{"kind":"int64"}},' +
    '{"name":"since","type":{"kind":"int64"}}]}},"count":1,"size":86,"blocks":1,"checksum":',
);

export const BLOCK_SIZE = 64 * 1024;
export const BLOCK_HEADER_SIZE = 8;
/** Magic, version, identity length. */
export const HEADER_PREFIX_SIZE = 16;
export const FOOTER_SIZE = 40;
const MAX_HEADER_SIZE = 16 * 1024;
const MAX_INDEX_SIZE = 16 * 1024 * 1024;

/** Starts as PNG's does: a byte beyond ASCII, then line ends that a transfer in text mode would change. */
const MAGIC = Uint8Array.of(0x89, 0x57, 0x45, 0x49, 0x52, 0x0d, 0x0a, 0x1a);
const END_MAGIC = Uint8Array.of(0x1a, 0x0a, 0x0d, 0x52, 0x49, 0x45, 0x57, 0x89);

/** What a file is and for what it was written. */
export type StateFileIdentity =
  | {
      readonly kind: 'operator-state';
      readonly jobId: string;
      readonly checkpointId: number;
      readonly operatorUid: string;
      readonly subtask: number;
      readonly attempt: number;
    }
  | { readonly kind: 'metadata'; readonly jobId: string; readonly checkpointId: number };

export interface SectionEntry extends SectionInfo {
  readonly blocks: number;
  /** crc32 of the payload: binds the blocks to the index, as the footer binds the index to the file. */
  readonly checksum: number;
}

export interface Footer {
  readonly fileLength: number;
  readonly indexOffset: number;
  readonly indexLength: number;
  readonly indexChecksum: number;
  readonly blocks: number;
}

/** Something is wrong with a part of a file; `message` reads on after its path. */
export class FormatError extends Error {}

const operatorIdentity: Check<StateFileIdentity> = shape<Extract<StateFileIdentity, { kind: 'operator-state' }>>({
  kind: oneOf('operator-state'),
  jobId,
  checkpointId: natural,
  operatorUid,
  subtask: subtaskIndex,
  attempt: natural,
});
const metadataIdentity: Check<StateFileIdentity> = shape<Extract<StateFileIdentity, { kind: 'metadata' }>>({
  kind: oneOf('metadata'),
  jobId,
  checkpointId: natural,
});

function checkIdentity(value: unknown): StateFileIdentity {
  const isMetadata = (value as { kind?: unknown } | null)?.kind === 'metadata';
  return (isMetadata ? metadataIdentity : operatorIdentity)(value, '');
}

const checkIndex = listOf(shape<SectionEntry>({ ...sectionFields, blocks: uint32, checksum: uint32 }), MAX_SECTIONS);

export function encodeHeader(identity: StateFileIdentity, version = FORMAT_VERSION): Buffer {
  const json = Buffer.from(JSON.stringify(checkIdentity(identity)));
  const header = Buffer.alloc(HEADER_PREFIX_SIZE + json.length + 4);
  if (header.length > MAX_HEADER_SIZE) throw new FormatError(`has an identity of ${json.length} bytes, more than fits its header`);
  header.set(MAGIC, 0);
  header.writeUInt32LE(version, 8);
  header.writeUInt32LE(json.length, 12);
  header.set(json, HEADER_PREFIX_SIZE);
  header.writeUInt32LE(crc32(header.subarray(0, header.length - 4)), header.length - 4);
  return header;
}

/** Length of the whole header, told by its first `HEADER_PREFIX_SIZE` bytes. */
export function decodeHeaderSize(prefix: Uint8Array): number {
  const bytes = asBuffer(prefix);
  if (!bytes.subarray(0, 8).equals(MAGIC)) throw new FormatError('is not a file of a Weir checkpoint');
  const version = bytes.readUInt32LE(8);
  if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
    throw new FormatError(`has format version ${version}; this version of Weir reads ${OLDEST_VERSION} to ${NEWEST_VERSION}`);
  }
  const size = HEADER_PREFIX_SIZE + bytes.readUInt32LE(12) + 4;
  if (size > MAX_HEADER_SIZE) throw new FormatError(`is damaged: its header claims ${size} bytes`);
  return size;
}

export function decodeHeader(header: Uint8Array): StateFileIdentity {
  const bytes = asBuffer(header);
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) throw new FormatError('is damaged: checksum of the header');
  return checkIdentity(parseJson(bytes.subarray(HEADER_PREFIX_SIZE, end), 'header'));
}

export function encodeIndex(sections: readonly SectionEntry[]): Buffer {
  const index = Buffer.from(JSON.stringify(checkIndex(sections, 'sections')));
  if (index.length > MAX_INDEX_SIZE) throw new FormatError(`has an index of ${index.length} bytes, more than ${MAX_INDEX_SIZE}`);
  return deflateSync(index, { dictionary: INDEX_DICTIONARY });
}

export function decodeIndex(index: Uint8Array, footer: Footer): readonly SectionEntry[] {
  if (crc32(index) !== footer.indexChecksum) throw new FormatError('is damaged: checksum of the index');
  const sections = checkIndex(parseJson(inflatedIndex(asBuffer(index)), 'index'), 'sections');
  const blocks = sections.reduce((sum, section) => sum + section.blocks, 0);
  if (blocks !== footer.blocks) throw new FormatError(`is damaged: its index has ${blocks} blocks, its footer ${footer.blocks}`);
  return sections;
}

/** Whichever version the file has: JSON begins with a bracket, a zlib stream never does. */
function inflatedIndex(index: Buffer): Buffer {
  if (index[0] === 0x5b) return index;
  try {
    return inflateSync(index, { dictionary: INDEX_DICTIONARY, maxOutputLength: MAX_INDEX_SIZE });
  } catch {
    throw new FormatError('is damaged: its index cannot be decompressed');
  }
}

export function encodeFooter(footer: Footer): Buffer {
  const bytes = Buffer.alloc(FOOTER_SIZE);
  bytes.writeBigUInt64LE(BigInt(footer.fileLength), 0);
  bytes.writeBigUInt64LE(BigInt(footer.indexOffset), 8);
  bytes.writeUInt32LE(footer.indexLength, 16);
  bytes.writeUInt32LE(footer.indexChecksum, 20);
  bytes.writeUInt32LE(footer.blocks, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28);
  bytes.set(END_MAGIC, 32);
  return bytes;
}

/** The last bytes of a file of `fileSize`, whose header takes `headerSize`. */
export function decodeFooter(footer: Uint8Array, fileSize: number, headerSize: number): Footer {
  const bytes = asBuffer(footer);
  if (!bytes.subarray(32).equals(END_MAGIC)) {
    throw new FormatError(`is truncated or was written past its end: no footer at the end of its ${fileSize} bytes`);
  }
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) throw new FormatError('is damaged: checksum of the footer');
  const fileLength = Number(bytes.readBigUInt64LE(0));
  const indexOffset = Number(bytes.readBigUInt64LE(8));
  const indexLength = bytes.readUInt32LE(16);
  if (fileLength > fileSize) throw new FormatError(`is truncated at ${fileSize} of ${fileLength} bytes`);
  if (fileLength < fileSize) throw new FormatError(`is ${fileSize} bytes long, ${fileLength} were written`);
  if (indexLength > MAX_INDEX_SIZE || indexOffset < headerSize || indexOffset + indexLength + FOOTER_SIZE !== fileSize) {
    throw new FormatError(`is damaged: its footer claims an index of ${indexLength} bytes at ${indexOffset}`);
  }
  return { fileLength, indexOffset, indexLength, indexChecksum: bytes.readUInt32LE(20), blocks: bytes.readUInt32LE(24) };
}

/** `block`: header and payload in one piece. */
export function sealBlock(block: Buffer, sequence: number): void {
  block.writeUInt32LE(block.length - BLOCK_HEADER_SIZE, 4);
  block.writeUInt32LE(crc32(block.subarray(4), sequence), 0);
}

export function checkBlock(block: Buffer, sequence: number): void {
  if (crc32(block.subarray(4), sequence) !== block.readUInt32LE(0)) throw new FormatError(`is damaged: checksum of block ${sequence}`);
}

/** Length of the payload; `room` is what the file has left before its index. */
export function decodeBlockLength(header: Uint8Array, sequence: number, room: number): number {
  const length = asBuffer(header).readUInt32LE(4);
  if (length === 0 || length > BLOCK_SIZE || BLOCK_HEADER_SIZE + length > room) {
    throw new FormatError(`is damaged: block ${sequence} claims ${length} bytes`);
  }
  return length;
}

function parseJson(bytes: Buffer, part: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new FormatError(`is damaged: its ${part} is not JSON`);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
