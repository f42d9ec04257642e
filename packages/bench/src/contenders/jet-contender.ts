import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { findJava, type Java } from '@weir/flink';
import type { CheckpointFigures, Contender, FirstAlert, Run, Work, Workload } from '../contender.js';
import { type TemporaryDirectory, temporaryDirectory } from '../temporary.js';
import { JET_VERSION, jetLibrary } from './jet-library.js';
import { programArguments } from './job-arguments.js';
import { JOB_CLASS, jobJar } from './job-jar.js';
import { jobLatencies } from './job-latencies.js';
import { JobProgress } from './job-progress.js';

/** What Hazelcast's manual says that Java 17 needs. */
const FLAGS = [
  '--add-modules',
  'java.se',
  '--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
  '--add-opens=java.management/sun.management=ALL-UNNAMED',
  '--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED',
  '-Dhazelcast.logging.type=none',
];

/** Hazelcast Jet, embedded in one JVM: records pass between its threads as objects, nothing is serialized. */
export async function jetContender(say: (line: string) => void): Promise<Contender> {
  const java = await findJava();
  const library = await jetLibrary(say);
  const jar = await jobJar(java, { system: 'jet', classPath: library, release: '17', directory: dirname(library) });
  return new JetContender(java, [jar, library].join(delimiter));
}

class JetContender implements Contender {
  readonly name = 'jet';
  readonly system = 'jet';
  readonly setup = 'default';
  readonly settings: Readonly<Record<string, string>>;
  readonly lacks = ['checkpoint figures', 'recovery'] as const;
  readonly warmUp = 15;
  readonly #java: Java;
  readonly #classPath: string;

  constructor(java: Java, classPath: string) {
    this.#java = java;
    this.#classPath = classPath;
    this.settings = {
      runtime: `Hazelcast Jet ${JET_VERSION}, Java ${java.version}, G1 and a heap of a quarter of the memory as Java has them`,
      cluster: 'one member, embedded, a cooperative thread a core',
      snapshots: 'exactly once, into memory of the member itself',
      'events counted': 'where they leave the source; at most 9 × 1,024 wait between it and the process function',
    };
  }

  refuses({ stateBackend, profileDirectory, sink }: Workload): string | undefined {
    if (stateBackend !== 'hashmap') return 'the job for Jet keeps its state in memory only';
    if (sink === 'slow') return 'a sink that waits would hold up a thread that others work on';
    return profileDirectory === undefined ? undefined : 'no CPU profile is taken of Jet';
  }

  async start(workload: Workload): Promise<Run> {
    const run = new JetRun(workload, await temporaryDirectory());
    try {
      await run.start(this.#java.program, [...FLAGS, '-cp', this.#classPath, JOB_CLASS]);
      return run;
    } catch (error) {
      await run.dispose();
      throw error;
    }
  }
}

class JetRun implements Run {
  readonly startedAt = Date.now();
  runningAt = Number.NaN;
  readonly #workload: Workload;
  readonly #directory: TemporaryDirectory;
  readonly #progressFile: string;
  readonly #progress: JobProgress;
  #child: ChildProcess | undefined;
  #disposed = false;
  #finished: Promise<void> = Promise.resolve();

  constructor(workload: Workload, directory: TemporaryDirectory) {
    this.#workload = workload;
    this.#directory = directory;
    this.#progressFile = join(directory.path, 'progress');
    this.#progress = new JobProgress(this.#progressFile, workload.parallelism);
  }

  async start(program: string, args: readonly string[]): Promise<void> {
    const more = programArguments(this.#workload, { progress: this.#progressFile });
    // The program ends with its standard input, so with us, whatever ends us.
    const child = spawn(program, [...args, ...more], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdin.on('error', () => {});
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const said = new Set<string>();
    const lines = createInterface({ input: child.stdout }).on('line', (line) => said.add(line));
    const until = async (word: string): Promise<void> => {
      const ended = once(lines, 'close').then(() => 'ended' as const);
      while (!said.has(word)) {
        if ((await Promise.race([once(lines, 'line'), ended])) === 'ended' && !said.has(word))
          throw new Error(`Jet has ended:\n${Buffer.concat(errors).toString().slice(-4_000)}`);
      }
    };
    await once(child, 'spawn');
    await until('RUNNING');
    this.runningAt = Date.now();
    this.#finished = until('FINISHED');
    this.#finished.catch(() => {});
  }

  async processed(): Promise<number> {
    return this.#progress.processed();
  }

  async checkpoints(): Promise<readonly CheckpointFigures[]> {
    return [];
  }

  processes(): readonly number[] {
    return this.#child?.pid === undefined ? [] : [this.#child.pid];
  }

  failTaskManager(): Promise<number> {
    return Promise.reject(new Error("Jet's only member is the whole of it"));
  }

  async firstAlerts(): Promise<readonly FirstAlert[]> {
    return this.#progress.firstAlerts();
  }

  async latencies(): Promise<readonly string[]> {
    return jobLatencies(this.#progressFile, this.#workload.parallelism);
  }

  async finished(): Promise<Work> {
    await this.#finished;
    return this.#progress.work();
  }

  stop(): Promise<Work> {
    this.#progress.stopSources();
    return this.finished();
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const child = this.#child;
    if (child !== undefined && child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    this.#progress.close();
    await this.#directory.remove();
  }
}
