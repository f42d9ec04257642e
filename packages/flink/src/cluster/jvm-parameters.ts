import { delimiter, join } from 'node:path';
import { FlinkError } from '../flink-error.js';
import type { FlinkInstallation } from '../install/flink-installation.js';
import type { Java } from '../install/java.js';
import { runProgram } from '../run-program.js';

/** What Flink's scripts would pass to a JVM of it. */
export interface JvmParameters {
  /** Heap, direct memory, metaspace. */
  readonly flags: readonly string[];
  /** `-D key=value …` for the program: how the memory was divided. */
  readonly dynamicProperties: readonly string[];
}

const RESULT = 'BASH_JAVA_UTILS_EXEC_RESULT:';

/** Asks Flink's own calculation, which its scripts ask too. */
export async function memoryParameters(
  of: 'JM' | 'TM',
  java: Java,
  flink: FlinkInstallation,
  configurationDirectory: string,
): Promise<JvmParameters> {
  const utilities = join(flink.home, 'bin/bash-java-utils.jar');
  const { output, standardOutput } = await runProgram(java.program, [
    '-cp',
    [utilities, flink.classPath].join(delimiter),
    'org.apache.flink.runtime.util.bash.BashJavaUtils',
    `GET_${of}_RESOURCE_PARAMS`,
    '--configDir',
    configurationDirectory,
  ]);
  const [flags, properties] = standardOutput
    .split('\n')
    .filter((line) => line.startsWith(RESULT))
    .map((line) => line.slice(RESULT.length).trim().split(/\s+/));
  if (flags === undefined || properties === undefined)
    throw new FlinkError('CLUSTER_FAILED', `Flink could not divide the memory it was given:\n${output.trim()}`);
  return { flags, dynamicProperties: properties };
}

const opened = (what: string) => `--add-opens=java.base/${what}=ALL-UNNAMED`;
const exported = (what: string) => `--add-exports=${what}=ALL-UNNAMED`;

/** What Flink's default configuration opens of Java to itself (`env.java.opts.all`), and the collector that its scripts choose. */
export const STANDARD_FLAGS: readonly string[] = [
  '-XX:+UseG1GC',
  exported('java.base/sun.net.util'),
  exported('java.rmi/sun.rmi.registry'),
  exported('java.security.jgss/sun.security.krb5'),
  ...['api', 'file', 'parser', 'tree', 'util'].map((part) => exported(`jdk.compiler/com.sun.tools.javac.${part}`)),
  ...['java.lang', 'java.net', 'java.io', 'java.nio', 'sun.nio.ch', 'java.lang.reflect', 'java.text', 'java.time'].map(opened),
  ...['java.util', 'java.util.concurrent', 'java.util.concurrent.atomic', 'java.util.concurrent.locks'].map(opened),
];
