import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { SinkFileError } from './sink-file-error.js';
import type { SinkFiles } from './sink-files.js';

/**
 * A small file that says up to where something is committed. It is replaced as a whole and durable before `writeMark` resolves, so
 * that it holds the old value or the new one, whatever is cut off when; a checksum shows any other damage.
 */
export async function writeMark(files: SinkFiles, path: string, value: object): Promise<void> {
  const text = JSON.stringify(value);
  const partial = `${path}.partial`;
  const file = await files.append(partial, 0);
  try {
    await file.write(Buffer.from(`${checksum(text)} ${text}\n`));
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(partial, path);
  await files.syncDirectory(dirname(path));
}

/** Undefined where there is none. `isValue` checks the form of what was read. */
export async function readMark<T>(files: SinkFiles, path: string, isValue: (value: unknown) => value is T): Promise<T | undefined> {
  if ((await files.size(path)) === undefined) return undefined;
  return parseMark(path, await files.readFile(path), isValue);
}

export function parseMark<T>(path: string, bytes: Uint8Array, isValue: (value: unknown) => value is T): T {
  const match = /^([0-9a-f]{8}) (.*)\n$/s.exec(Buffer.from(bytes).toString());
  const value: unknown = match !== null && checksum(match[2]) === match[1] ? JSON.parse(match[2]) : undefined;
  if (!isValue(value)) throw new SinkFileError(path, 'is damaged, so it cannot be told what had been committed');
  return value;
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');
