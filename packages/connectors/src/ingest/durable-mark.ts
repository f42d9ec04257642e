import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/**
 * Up to where the log is durable: what is behind it may yet be taken back, so no reader looks there. Written in place after each sync, which also
 * wakes the readers in other threads; itself not synced, as opening the log finds out anew.
 */
export interface DurableMark {
  readonly position: number;
  /** Number of the next event. */
  readonly next: number;
}

const SIZE = 20;

export const markPath = (directory: string): string => join(directory, 'durable.mark');

export async function writeDurableMark(file: FileHandle, { position, next }: DurableMark): Promise<void> {
  const bytes = Buffer.alloc(SIZE);
  bytes.writeBigUInt64LE(BigInt(position), 0);
  bytes.writeBigUInt64LE(BigInt(next), 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, SIZE - 4)), SIZE - 4);
  await file.write(bytes, 0, SIZE, 0);
}

/** Undefined if there is none, or if it is just being written. */
export async function readDurableMark(directory: string): Promise<DurableMark | undefined> {
  const file = await open(markPath(directory), 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return await readMarkOf(file);
  } finally {
    await file.close();
  }
}

async function readMarkOf(file: FileHandle): Promise<DurableMark | undefined> {
  const bytes = Buffer.alloc(SIZE);
  const { bytesRead } = await file.read(bytes, 0, SIZE, 0);
  if (bytesRead < SIZE || crc32(bytes.subarray(0, SIZE - 4)) !== bytes.readUInt32LE(SIZE - 4)) return undefined;
  return { position: Number(bytes.readBigUInt64LE(0)), next: Number(bytes.readBigUInt64LE(8)) };
}
