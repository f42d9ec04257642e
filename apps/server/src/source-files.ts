import { access, constants, stat } from 'node:fs/promises';
import { DETECT_BYTES, detectFormat, readStart } from '@weir/connectors';
import { RunError } from './cli/usage-error.js';
import type { JobPlan } from './start-plan.js';

/** A file that is not there would fail the job again and again: better said at once. A followed one may come later. */
export async function checkSourceFiles({ parameters: { source } }: JobPlan): Promise<void> {
  if (source.kind !== 'files') return;
  for (const file of source.files) {
    await access(file, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
      if (source.follow && error.code === 'ENOENT') return;
      throw new RunError(`${file} cannot be read: ${error.message}`);
    });
    // One that is not there yet may become anything: the source says so then.
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined && !found.isFile())
      throw new RunError(`${file} is ${found.isDirectory() ? 'a directory' : 'no regular file'}: give a file that holds the lines`);
    // One that grows may tell it later.
    if (source.format === undefined && !source.follow && detectFormat(file, await readStart(file, DETECT_BYTES)) === undefined)
      throw new RunError(
        `${file} is of no format that can be told from its name or its first lines; say it by --format ndjson, csv or sshd`,
      );
  }
}
