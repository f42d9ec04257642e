import { createHash } from 'node:crypto';

/**
 * Keys of the store: state u16 · key group u16 · the encoded key, big endian, so that a key group's entries stand together. Values: hash i32 · value.
 * A key too long for the store is there by its SHA-256 behind a byte that no encoded key begins with; its value is: hash i32 · key length u32 · key · value.
 * Changes that are kept for the next checkpoint: 0xFFFF · number of the run u32 · number of the piece u32.
 */
const LONG_KEY = 0xff;
const RUNS = 0xffff;
const PREFIX_BYTES = 4;
export const MOST_STATES = RUNS;

export class StoreKeys {
  readonly #inline: number;
  readonly #buffer: Buffer;

  constructor(maxKeyBytes: number) {
    this.#inline = maxKeyBytes - PREFIX_BYTES;
    this.#buffer = Buffer.alloc(maxKeyBytes);
  }

  isLong(keyLength: number): boolean {
    return keyLength > this.#inline;
  }

  /** Valid until the next call. */
  of(state: number, keyGroup: number, key: Uint8Array, position: number, length: number): Uint8Array {
    const buffer = this.#buffer;
    buffer.writeUInt16BE(state, 0);
    buffer.writeUInt16BE(keyGroup, 2);
    if (length > this.#inline) {
      buffer[PREFIX_BYTES] = LONG_KEY;
      const digest = createHash('sha256')
        .update(key.subarray(position, position + length))
        .digest();
      buffer.set(digest, PREFIX_BYTES + 1);
      return buffer.subarray(0, PREFIX_BYTES + 1 + digest.length);
    }
    for (let i = 0; i < length; i++) buffer[PREFIX_BYTES + i] = key[position + i];
    return buffer.subarray(0, PREFIX_BYTES + length);
  }
}

export function groupStart(state: number, keyGroup: number): Uint8Array {
  const bytes = Buffer.alloc(PREFIX_BYTES);
  bytes.writeUInt16BE(state, 0);
  bytes.writeUInt16BE(keyGroup, 2);
  return bytes;
}

export function runKey(run: number, piece: number): Uint8Array {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt16BE(RUNS, 0);
  bytes.writeUInt32BE(run, 2);
  bytes.writeUInt32BE(piece, 6);
  return bytes;
}

/** An entry of the store taken apart. */
export interface StoredEntry {
  readonly hash: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export function storedEntry(storeKey: Uint8Array, stored: Uint8Array): StoredEntry {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const hash = bytes.readInt32LE(0);
  if (storeKey[PREFIX_BYTES] !== LONG_KEY) return { hash, key: storeKey.subarray(PREFIX_BYTES), value: bytes.subarray(4) };
  const keyLength = bytes.readUInt32LE(4);
  return { hash, key: bytes.subarray(8, 8 + keyLength), value: bytes.subarray(8 + keyLength) };
}

export function longStored(hash: number, key: Uint8Array, value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(8 + key.length + value.length);
  bytes.writeInt32LE(hash, 0);
  bytes.writeUInt32LE(key.length, 4);
  bytes.set(key, 8);
  bytes.set(value, 8 + key.length);
  return bytes;
}
