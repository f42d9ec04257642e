import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** What a gzip file says of the file that it was made of; undefined for any other. Its size is known but for multiples of 4 GiB. */
export async function gzipContent(path: string, headLength: number): Promise<{ readonly size: number; readonly head: Buffer } | undefined> {
  try {
    const size = await uncompressedSize(path);
    return { size, head: await firstBytes(path, headLength) };
  } catch {
    return undefined;
  }
}

async function uncompressedSize(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const trailer = Buffer.alloc(4);
    await file.read(trailer, 0, 4, Math.max(0, (await file.stat()).size - 4));
    return trailer.readUInt32LE();
  } finally {
    await file.close();
  }
}

async function firstBytes(path: string, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  const file = createReadStream(path);
  const unzipped = file.pipe(createGunzip());
  file.on('error', (error) => unzipped.destroy(error));
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of unzipped as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size >= length) break;
    }
  } finally {
    file.destroy();
  }
  return Buffer.concat(parts).subarray(0, length);
}
