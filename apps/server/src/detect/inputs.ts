import { access, constants, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { localPath } from '../cli/paths.js';
import { RunError, UsageError } from '../cli/usage-error.js';

/** `-` among the files. */
const STANDARD_INPUT = '-';

/** What was typed, resolved: absolute paths, standard input standing for where it is spooled. */
export interface Inputs {
  readonly files: readonly string[];
  /** How a file is named in messages: as it was typed. */
  readonly nameOf: (path: string) => string;
}

export function checkTyped(typed: readonly string[]): void {
  if (typed.length === 0) throw new UsageError('detect takes at least one FILE; - is standard input');
  if (typed.filter((file) => file === STANDARD_INPUT).length > 1) throw new UsageError('detect takes standard input (-) once');
}

export function resolveInputs(typed: readonly string[], spoolDirectory: string): Inputs {
  const spooled = join(spoolDirectory, 'stdin');
  const files = typed.map((file) => (file === STANDARD_INPUT ? spooled : localPath(file, 'FILE')));
  const names = new Map(files.map((path, index) => [path, typed[index]]));
  return { files, nameOf: (path) => names.get(path) ?? path };
}

/** Before anything is started: exit 1 if a file cannot be read. */
export async function checkReadable(typed: readonly string[]): Promise<void> {
  for (const file of typed) {
    if (file === STANDARD_INPUT) continue;
    const path = localPath(file, 'FILE');
    try {
      await access(path, constants.R_OK);
      if (!(await stat(path)).isFile()) throw new RunError(`${file} is not a regular file; pipe it in and say - to read it`);
    } catch (error) {
      if (error instanceof RunError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      throw new RunError(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`);
    }
  }
}

/** The output would take the place of what is yet to be read. `output` is absolute. */
export async function checkOutput(typed: readonly string[], output: string): Promise<void> {
  const existing = await stat(output, { bigint: true }).catch(() => undefined);
  if (existing === undefined) return;
  for (const file of typed) {
    if (file === STANDARD_INPUT) continue;
    const { dev, ino } = await stat(localPath(file, 'FILE'), { bigint: true });
    if (dev === existing.dev && ino === existing.ino)
      throw new UsageError(`--output: ${output} is the input ${file}: it would be overwritten; name another file`);
  }
}

/** Standard input to a file, so that it can be read again after a failure. What an unfinished run spooled is used as it is. */
export async function spoolStandardInput(typed: readonly string[], spoolDirectory: string, resumed: boolean): Promise<void> {
  if (!typed.includes(STANDARD_INPUT)) return;
  const path = join(spoolDirectory, 'stdin');
  if (resumed) {
    await access(path, constants.R_OK).catch(() => {
      throw new RunError(`${path}, the standard input of the unfinished run, is gone: take another --data-dir`);
    });
    return;
  }
  await mkdir(spoolDirectory, { recursive: true });
  const { spool } = await import('@weir/connectors');
  await spool(process.stdin, path);
}

export async function totalSize(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((total, size) => total + size, 0);
}
