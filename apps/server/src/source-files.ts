import { access, constants } from 'node:fs/promises';
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
  }
}
