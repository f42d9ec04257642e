import { dirname } from 'node:path';
import type { SinkFiles } from './sink-files.js';

/** Errors that say that this file system has no hard links, or no more of them. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/**
 * Gives a file a second name in the same directory, at once and in place of what had it; a copy where there are no hard links. Durable.
 * `interim` is a name that is ours there.
 */
export async function publish(files: SinkFiles, file: string, name: string, interim: string): Promise<void> {
  await files.remove(interim);
  try {
    await files.link(file, interim);
  } catch (error) {
    if (!NO_LINKS.has((error as { code?: string }).code ?? '')) throw error;
    await files.copy(file, interim);
  }
  await files.rename(interim, name);
  // If the name was a link to the same file already, rename did nothing and left the interim one.
  await files.remove(interim);
  await files.syncDirectory(dirname(name));
}
