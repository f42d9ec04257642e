import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FlinkError, type Java, runProgram } from '@weir/flink';

const SOURCES = fileURLToPath(new URL('../../java', import.meta.url));

/** The class to start, on either system. */
export const JOB_CLASS = 'weir.bench.DetectionJob';

export interface JobSources {
  readonly system: 'flink' | 'jet';
  /** What the system is compiled against. */
  readonly classPath: string;
  /** The oldest Java that the system runs on. */
  readonly release: string;
  /** Where the jar is kept. */
  readonly directory: string;
}

/** The detection job's jar, named by what is in its sources: compiled once for each text of them. */
export async function jobJar(java: Java, { system, classPath, release, directory }: JobSources): Promise<string> {
  const sources = ['common', system].flatMap((folder) =>
    readdirSync(join(SOURCES, folder))
      .sort()
      .map((name) => join(SOURCES, folder, name)),
  );
  const hash = createHash('sha256').update(`${classPath} ${release}\n`);
  for (const source of sources) hash.update(`${source.slice(SOURCES.length)}\n`).update(readFileSync(source));
  const jar = join(directory, `${system}-job-${hash.digest('hex').slice(0, 16)}.jar`);
  if (existsSync(jar)) return jar;
  mkdirSync(directory, { recursive: true });
  const work = mkdtempSync(`${jar}.new-`);
  try {
    const classes = join(work, 'classes');
    await tool(java, 'javac', ['--release', release, '-nowarn', '-cp', classPath, '-d', classes, ...sources]);
    await tool(java, 'jar', ['--create', '--file', join(work, 'job.jar'), '-C', classes, '.']);
    renameSync(join(work, 'job.jar'), jar);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return jar;
}

/** Of the same JDK as `java`. */
async function tool(java: Java, name: string, args: readonly string[]): Promise<void> {
  const directory = dirname(java.program);
  const { error, code, output } = await runProgram(directory === '.' ? name : join(directory, name), args);
  if (error !== undefined) throw new FlinkError('JAVA_MISSING', `The job is compiled by ${name}, which this Java has not: install a JDK.`);
  if (code !== 0) throw new Error(`${name} failed:\n${output}`);
}
