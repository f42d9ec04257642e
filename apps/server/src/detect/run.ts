import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultJobConfiguration } from '@weir/runtime';
import { defaultEngineOptions } from '@weir/runtime/engine';
import type { detectOptions } from '../cli/options/detect-options.js';
import type { Given } from '../cli/parser.js';
import { RunError } from '../cli/usage-error.js';
import { type DataDirectory, openDataDirectory } from '../data-directory/data-directory.js';
import type { EmbeddedEngine, EmbeddedEngineOptions, JobSubmission } from '../engine-types.js';
import { whenEnded } from '../job-watch.js';
import { clusterPart, engineOptions, type Settings } from '../settings.js';
import { AlertPrinter } from './alert-printer.js';
import { CheckpointTroubles } from './checkpoint-troubles.js';
import { checkSameRun, detectSubmission } from './detect-plan.js';
import { FailEvery } from './fail-every.js';
import { type Inputs, resolveInputs, spoolStandardInput, totalSize } from './inputs.js';
import { MalformedLines } from './malformed-lines.js';
import { Progress } from './progress.js';
import { summarize } from './summary.js';

export interface DetectOptions {
  readonly typed: readonly string[];
  readonly given: Given<typeof detectOptions>;
  readonly settings: Settings;
  /** Absolute; alerts go to standard output without it. */
  readonly outputPath?: string;
  readonly dataDirectory?: string;
  readonly stopped: Promise<NodeJS.Signals>;
  readonly terminal: NodeJS.WriteStream;
  readonly startEngine: (options: EmbeddedEngineOptions) => Promise<EmbeddedEngine>;
}

const STOP_TIMEOUT = 8_000;

/** Runs the job to the end of its input; resolves to the exit code. */
export async function runDetect(options: DetectOptions): Promise<number> {
  const started = performance.now();
  const temporary = options.dataDirectory === undefined ? await mkdtemp(join(tmpdir(), 'weir-detect-')) : undefined;
  try {
    const directory = await openDataDirectory(options.dataDirectory ?? (temporary as string));
    try {
      return await runIn(directory, options, started);
    } finally {
      directory.release();
    }
  } catch (error) {
    throw error instanceof RunError ? error : new RunError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

async function runIn(directory: DataDirectory, options: DetectOptions, started: number): Promise<number> {
  const { given, settings } = options;
  const inputs = resolveInputs(options.typed, directory.spool);
  const outputPath = options.outputPath ?? join(directory.path, 'alerts.ndjson');
  const request = { ...given, files: inputs.files, outputPath, workDirectory: directory.work, settings };
  const submission = detectSubmission(request, defaultJobConfiguration, createRequire(import.meta.url).resolve('@weir/detection/job'));
  const cluster = { ...directory.readCluster(), ...clusterPart(settings) };
  directory.writeCluster(cluster);
  const engine = await options.startEngine(
    engineOptions(directory.path, directory.checkpoints, directory.savepoints, cluster, defaultEngineOptions),
  );
  try {
    // Standard input may take for ever.
    const begun = await Promise.race([startJob(engine, submission, directory, options), options.stopped.then((signal) => ({ signal }))]);
    if (typeof begun === 'object') {
      // Else whoever feeds it would keep this process.
      process.stdin.destroy();
      return exitCode(begun.signal);
    }
    const jobId = begun;
    const printer = options.outputPath === undefined ? new AlertPrinter(directory.work, process.stdout) : undefined;
    return await follow(engine, jobId, inputs, printer, options, started);
  } finally {
    // After the end there is nothing to be checkpointed; after a signal there is, and the engine knows which.
    await engine.stop({ lastCheckpoint: true, timeout: STOP_TIMEOUT });
  }
}

/** Goes on with an unfinished run in this data directory, else begins one. */
async function startJob(
  engine: EmbeddedEngine,
  submission: JobSubmission,
  directory: DataDirectory,
  { typed }: DetectOptions,
): Promise<string> {
  const last = engine.storedJobs()[0];
  if (last?.state === 'RUNNING') {
    checkSameRun(last, submission, directory.path);
    await spoolStandardInput(typed, directory.spool, true);
    await engine.resumeJob(last.jobId, submission);
    return last.jobId;
  }
  await spoolStandardInput(typed, directory.spool, false);
  return (await engine.submitJob(submission)).jobId;
}

async function follow(
  engine: EmbeddedEngine,
  jobId: string,
  inputs: Inputs,
  printer: AlertPrinter | undefined,
  { given, stopped, terminal }: DetectOptions,
  started: number,
): Promise<number> {
  const say = (line: string): void => void terminal.write(terminal.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
  const malformed = new MalformedLines(say, inputs.nameOf);
  const troubles = new CheckpointTroubles(say);
  const unsubscribe = engine.subscribe((event) => {
    malformed.accept(event);
    troubles.accept(event);
    if (event.type === 'committed') printer?.look();
  });
  const failures = given.failEvery === undefined ? undefined : new FailEvery({ engine, jobId, delay: given.failEvery });
  const progress = terminal.isTTY ? new Progress(terminal, engine, jobId, await totalSize(inputs.files)) : undefined;
  const outcome = await Promise.race([whenEnded(engine, jobId), stopped]);
  failures?.stop();
  progress?.stop();
  unsubscribe();
  if (typeof outcome === 'string') return exitCode(outcome);
  await printer?.finish();
  if (outcome.kind === 'ended') {
    const advice = given.dataDir === undefined ? 'run it again' : 'give another --data-dir';
    throw new RunError(`the job is ${outcome.state}: ${outcome.reason}${outcome.damaged ? ` (to begin anew, ${advice})` : ''}`);
  }
  const job = engine.snapshot().jobs.find((each) => each.id === jobId);
  if (!job) throw new Error('the finished job is not in the snapshot');
  const summary = await summarize(job, performance.now() - started);
  malformed.finish(summary.malformed);
  if (given.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return 0;
}

/** As a shell says it of a process that a signal ended. */
function exitCode(signal: NodeJS.Signals): number {
  return signal === 'SIGINT' ? 130 : 143;
}
