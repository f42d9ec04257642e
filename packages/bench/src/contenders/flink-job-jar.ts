import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FLINK_VERSION, FlinkError, type FlinkInstallation, type Java, runProgram } from '@weir/flink';

const SOURCES = fileURLToPath(new URL('../../java', import.meta.url));
/** The oldest Java that Flink runs on. */
const RELEASE = '11';

export const JOB_CLASS = 'weir.bench.DetectionJob';

/** The job's jar, beside Flink and named by what is in the sources: compiled once for each text of them. */
export async function flinkJobJar(java: Java, flink: FlinkInstallation): Promise<string> {
  const sources = readdirSync(SOURCES)
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => join(SOURCES, name));
  const hash = createHash('sha256').update(`${FLINK_VERSION} ${RELEASE}\n`);
  for (const source of sources) hash.update(`${source.slice(SOURCES.length)}\n`).update(readFileSync(source));
  const jar = join(dirname(flink.home), `flink-job-${hash.digest('hex').slice(0, 16)}.jar`);
  if (!existsSync(jar)) await compile(java, flink, sources, jar);
  return jar;
}

async function compile(java: Java, flink: FlinkInstallation, sources: readonly string[], jar: string): Promise<void> {
  mkdirSync(dirname(jar), { recursive: true });
  const work = mkdtempSync(`${jar}.new-`);
  try {
    const classes = join(work, 'classes');
    await tool(java, 'javac', ['--release', RELEASE, '-nowarn', '-cp', flink.classPath, '-d', classes, ...sources]);
    await tool(java, 'jar', ['--create', '--file', join(work, 'job.jar'), '-C', classes, '.']);
    renameSync(join(work, 'job.jar'), jar);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Of the same JDK as `java`. */
async function tool(java: Java, name: string, args: readonly string[]): Promise<void> {
  const program = join(dirname(java.program), name);
  const { error, code, output } = await runProgram(dirname(java.program) === '.' ? name : program, args);
  if (error !== undefined)
    throw new FlinkError('JAVA_MISSING', `The job for Flink is compiled by ${name}, which this Java has not: install a JDK.`);
  if (code !== 0) throw new Error(`${name} failed:\n${output}`);
}
