import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { FlinkError } from '../flink-error.js';

export const FLINK_VERSION = '1.17.2';

/** Flink's own files: `lib`, `opt`, `plugins` and `bin/bash-java-utils.jar`, as a distribution has them. */
export interface FlinkInstallation {
  readonly home: string;
  /** What a job is compiled against and a process of Flink's runs with. */
  readonly classPath: string;
}

/** Shared by all clones; the installation appears in it whole or not at all. */
export function flinkHome(): string {
  return join(cacheDirectory(), `flink-${FLINK_VERSION}`);
}

/** For what is fetched or made once and used by all clones. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'weir');
}

/** Undefined if it is not installed. */
export function lookForFlink(): FlinkInstallation | undefined {
  const home = flinkHome();
  const lib = join(home, 'lib');
  if (!existsSync(lib)) return undefined;
  const jars = readdirSync(lib).filter((name) => name.endsWith('.jar'));
  return {
    home,
    classPath: jars
      .sort()
      .map((jar) => join(lib, jar))
      .join(delimiter),
  };
}

export function findFlink(): FlinkInstallation {
  const found = lookForFlink();
  if (found === undefined)
    throw new FlinkError(
      'NOT_INSTALLED',
      `Apache Flink ${FLINK_VERSION} is not installed (no ${flinkHome()}): run npm run flink:install first.`,
    );
  return found;
}
