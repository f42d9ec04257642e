import { resolve } from 'node:path';
import { localPath as pathOf } from '@weir/runtime';
import { UsageError } from './usage-error.js';

/** Where the command was typed: npm runs scripts in the package's directory and says the caller's in INIT_CWD. */
function typedDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.INIT_CWD || process.cwd();
}

/** A path or a `file:` URL, as an absolute path. `what` names the option in the error. */
export function localPath(given: string, what: string, base = typedDirectory()): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(given)?.[1].toLowerCase();
  if (scheme === 'file') {
    try {
      return resolve(base, pathOf(given));
    } catch {
      throw new UsageError(`${what}: "${given}" is no file on this machine; write it file:///path`);
    }
  }
  if (scheme !== undefined && given.startsWith(`${scheme}://`))
    throw new UsageError(`${what}: ${scheme}:// is not built yet; it takes a path or a file:/// URL`);
  return resolve(base, given);
}
