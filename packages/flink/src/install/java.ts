import { join } from 'node:path';
import { FlinkError } from '../flink-error.js';
import { runProgram } from '../run-program.js';

/** Flink 1.17 runs on 11 and later. */
const OLDEST_JAVA = 11;

export interface Java {
  /** The `java` program. */
  readonly program: string;
  /** As it says itself: "17.0.15". */
  readonly version: string;
}

/** That of JAVA_HOME if it is set, as Flink's own scripts do it, else the first in PATH. */
export async function findJava(): Promise<Java> {
  const home = process.env.JAVA_HOME;
  const program = home ? join(home, 'bin/java') : 'java';
  const said = await runProgram(program, ['-version']);
  if (said.error !== undefined || said.code !== 0)
    throw new FlinkError(
      'JAVA_MISSING',
      `Flink needs Java ${OLDEST_JAVA} or newer, and there is none ${home ? `in JAVA_HOME (${home})` : 'in PATH'}.`,
    );
  const version = javaVersion(said.output);
  if (version === undefined)
    throw new FlinkError('JAVA_MISSING', `Flink needs Java ${OLDEST_JAVA} or newer; what ${program} is cannot be told.`);
  if (majorOf(version) < OLDEST_JAVA)
    throw new FlinkError('JAVA_MISSING', `Flink needs Java ${OLDEST_JAVA} or newer; ${program} is ${version}.`);
  return { program, version };
}

/** Out of what `java -version` prints: `openjdk version "17.0.15" 2025-04-15`. */
export function javaVersion(text: string): string | undefined {
  return /version "([^"]+)"/.exec(text)?.[1];
}

/** 8 for "1.8.0_402", 17 for "17.0.15", 22 for "22-ea". */
export function majorOf(version: string): number {
  const [first, second] = version.split(/[^0-9]+/);
  return first === '1' && second !== undefined ? Number(second) : Number(first);
}
