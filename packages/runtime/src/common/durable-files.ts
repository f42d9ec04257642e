import { dirname } from 'node:path';
import type { FileSystem, WritableFile } from './file-system.js';

/** Numbers of 0 ≤ n < 1, as Math.random gives them. Passed in, so that a simulator can draw them from its seed. */
export type RandomSource = () => number;

/** Hex digits that no other writer has drawn: 16 of them are 64 bits. */
export function randomHex(random: RandomSource, digits: number): string {
  let hex = '';
  while (hex.length < digits)
    hex += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return hex.slice(0, digits);
}

/** A name that can only mean a file within its directory: no separator, no `..`, no hidden file, nothing a shell or Windows minds. */
export function isPlainName(name: string): boolean {
  return name.length <= 200 && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && !name.endsWith('.');
}

/** Makes a directory such that it is still there after the machine lost power: each new name is synced in its parent. */
export async function ensureDirectory(fs: FileSystem, path: string): Promise<void> {
  const made: string[] = [];
  for (let at = path; (await fs.stat(at)) === undefined; at = dirname(at)) {
    made.push(at);
    if (dirname(at) === at) break;
  }
  if (made.length === 0) return;
  await fs.mkdir(path);
  for (const directory of made.reverse()) await fs.syncDirectory(dirname(directory));
}

/**
 * Creates `path`, lets `fill` write it, syncs and closes it. Whatever fails, the file is removed again.
 * Its name is not durable before its directory is synced.
 */
export async function writeWholeFile<T>(fs: FileSystem, path: string, fill: (file: WritableFile) => Promise<T>): Promise<T> {
  try {
    const file = await fs.create(path);
    let result: T;
    try {
      result = await fill(file);
      await file.sync();
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
    await file.close();
    return result;
  } catch (error) {
    await fs.remove(path).catch(() => {});
    throw error;
  }
}

/** Renames a finished file into its place; if that fails it is removed. */
export async function publish(fs: FileSystem, from: string, to: string): Promise<void> {
  try {
    await fs.rename(from, to);
  } catch (error) {
    await fs.remove(from).catch(() => {});
    throw error;
  }
}

/** Puts `bytes` in place of what is at `directory/name`, durably: after a crash there is the old content or the new one, whole. */
export async function replaceFile(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeWholeFile(fs, temporary, (file) => file.write(bytes));
  await publish(fs, temporary, path);
  await fs.syncDirectory(dirname(path));
}

/** Whether an error of the file system says that there is nothing at that path. */
export function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
