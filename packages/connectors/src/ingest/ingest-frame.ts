import { crc32 } from 'node:zlib';

/**
 * One accepted request as it stands in the log: all of it or none.
 *
 *     u32 length of what follows the checksum · u32 crc32 of it
 *     u8 version · u64 number of the first event · u32 events · f64 time, ms · u8 length of the key, the key · 16 bytes hash of the body, if there is a key
 *     the events, a JSON object a line
 */
export interface IngestFrame {
  /** Number of its first event: 0, 1, … over the life of the log. */
  readonly first: number;
  readonly count: number;
  readonly time: number;
  /** Idempotency key, empty for none, and what it was sent with. */
  readonly key: string;
  readonly hash: string;
  readonly lines: string;
}

const VERSION = 1;
const FRAME_HEADER = 8;
const FIXED = 1 + 8 + 4 + 8 + 1;
const HASH_BYTES = 16;
/** Beyond any request: what claims to be longer is damaged. */
const LONGEST = 256 * 1024 * 1024;

export const LONGEST_KEY = 255;

export function encodeFrame(frame: IngestFrame): Buffer {
  const key = Buffer.from(frame.key);
  const hash = key.length === 0 ? Buffer.alloc(0) : Buffer.from(frame.hash, 'hex');
  const lines = Buffer.from(frame.lines);
  const payload = Buffer.allocUnsafe(FIXED + key.length + hash.length + lines.length);
  let at = payload.writeUInt8(VERSION, 0);
  at = payload.writeBigUInt64LE(BigInt(frame.first), at);
  at = payload.writeUInt32LE(frame.count, at);
  at = payload.writeDoubleLE(frame.time, at);
  at = payload.writeUInt8(key.length, at);
  at += key.copy(payload, at);
  at += hash.copy(payload, at);
  lines.copy(payload, at);
  const header = Buffer.allocUnsafe(FRAME_HEADER);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(crc32(payload), 4);
  return Buffer.concat([header, payload]);
}

/** Bytes of the frame that begins at `from`; undefined if its header is not all there. */
export function frameLength(bytes: Buffer, from: number): number | undefined {
  return bytes.length - from < FRAME_HEADER ? undefined : FRAME_HEADER + bytes.readUInt32LE(from);
}

/** The frame that begins at `from` and its length; undefined if it is not all there, or not what was written. */
export function decodeFrame(bytes: Buffer, from: number): { readonly frame: IngestFrame; readonly length: number } | undefined {
  const length = frameLength(bytes, from);
  if (length === undefined || length > LONGEST || length < FRAME_HEADER + FIXED || bytes.length - from < length) return undefined;
  const payload = bytes.subarray(from + FRAME_HEADER, from + length);
  if (crc32(payload) !== bytes.readUInt32LE(from + 4) || payload.readUInt8(0) !== VERSION) return undefined;
  const keyLength = payload.readUInt8(FIXED - 1);
  const hashAt = FIXED + keyLength;
  const linesAt = hashAt + (keyLength === 0 ? 0 : HASH_BYTES);
  const frame = {
    first: Number(payload.readBigUInt64LE(1)),
    count: payload.readUInt32LE(9),
    time: payload.readDoubleLE(13),
    key: payload.toString('utf8', FIXED, hashAt),
    hash: payload.toString('hex', hashAt, linesAt),
    lines: payload.toString('utf8', linesAt),
  };
  return { frame, length };
}
