import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineEvent, JobInfo } from '@weir/protocol';
import { defaultJobConfiguration, type JobConfiguration } from '@weir/runtime';
import { defaultEngineOptions, type EmbeddedEngine, type EmbeddedEngineOptions, startEmbeddedEngine } from '@weir/runtime/engine';
import { readCheckpoint } from '@weir/runtime/storage';
import { expect } from 'vitest';
import type { CountingParameters } from './fixtures/counting-job.js';
import { type Expected, expectedOf } from './fixtures/oracle.js';

const countingJob = fileURLToPath(new URL('./fixtures/counting-job.ts', import.meta.url));

/** A cluster of its own for a test, with everything it writes in one directory. */
export class TestCluster {
  readonly directory: string;
  readonly engine: EmbeddedEngine;
  readonly events: EngineEvent[] = [];

  private constructor(directory: string, engine: EmbeddedEngine) {
    this.directory = directory;
    this.engine = engine;
    engine.subscribe((event) => {
      if (event.type !== 'changed') this.events.push(event);
    });
  }

  static async start(options: Partial<EmbeddedEngineOptions> = {}, directory?: string): Promise<TestCluster> {
    const root = directory ?? (await mkdtemp(join(tmpdir(), 'weir-test-')));
    const engine = await startEmbeddedEngine({
      ...defaultEngineOptions,
      // Short, so that a hang is found soon: but far above what a busy machine delays a healthy thread by.
      heartbeatInterval: 250,
      heartbeatTimeout: 2_500,
      dataDirectory: join(root, 'data'),
      checkpointDirectory: join(root, 'checkpoints'),
      savepointDirectory: join(root, 'savepoints'),
      ...options,
    });
    return new TestCluster(root, engine);
  }

  get output(): string {
    return join(this.directory, 'out');
  }

  async submit(parameters: Partial<CountingParameters>, configuration: JobConfiguration, restoreFrom?: string): Promise<string> {
    const submission = this.submission(parameters, configuration, restoreFrom);
    return (await this.engine.submitJob(submission)).jobId;
  }

  submission(parameters: Partial<CountingParameters>, configuration: JobConfiguration, restoreFrom?: string) {
    return {
      module: countingJob,
      parameters: { ...countingParameters, directory: this.output, ...parameters },
      configuration,
      ...(restoreFrom === undefined ? {} : { restoreFrom }),
    };
  }

  job(jobId: string): JobInfo {
    const job = this.engine.snapshot().jobs.find((candidate) => candidate.id === jobId);
    if (job === undefined) throw new Error(`no job ${jobId} in the snapshot`);
    return job;
  }

  /** Resolves at the first snapshot that satisfies `condition`. */
  until(jobId: string, condition: (job: JobInfo) => boolean): Promise<JobInfo> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        const job = this.engine.snapshot().jobs.find((candidate) => candidate.id === jobId);
        if (job === undefined) return false;
        if (condition(job)) {
          resolve(job);
          return true;
        }
        if (job.state === 'FAILED') {
          reject(new Error(`the job FAILED: ${job.failure}`));
          return true;
        }
        return false;
      };
      if (look()) return;
      const stop = this.engine.subscribe(() => {
        if (look()) stop();
      });
    });
  }

  finished(jobId: string): Promise<JobInfo> {
    return this.until(jobId, (job) => job.state === 'FINISHED');
  }

  /** Tells the subtask's user code to throw at the next opportunity. */
  async throwIn(subtask: number): Promise<void> {
    await writeFile(join(this.output, `throw-${subtask}`), '');
  }

  async alerts(): Promise<{ key: string; count: number; sequence: number }[]> {
    const text = await readFile(join(this.output, 'alerts.ndjson'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { key: string; count: number; sequence: number });
  }

  /** Keyed state in the latest completed checkpoint. */
  async state(job: JobInfo): Promise<Map<string, number>> {
    const path = job.checkpoints.latestCompleted?.externalPath ?? '';
    const reader = await readCheckpoint(path);
    const state = new Map<string, number>();
    for await (const { key, value } of reader.keyedEntries('counting')) state.set(String(key), value as number);
    return state;
  }

  async stop(): Promise<void> {
    await this.engine.stop({ lastCheckpoint: false });
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export const countingParameters: Omit<CountingParameters, 'directory'> = {
  events: 100_000,
  keys: 1_000,
  seed: 7,
  parallelism: 3,
  sources: 3,
  rate: 0,
  padding: 0,
  slowSinkMs: 0,
  rebalance: false,
};

export function configuration(
  checkpointing: Partial<JobConfiguration['checkpointing']>,
  more: Partial<JobConfiguration> = {},
): JobConfiguration {
  return { ...defaultJobConfiguration, ...more, checkpointing: { ...defaultJobConfiguration.checkpointing, ...checkpointing } };
}

/** Committed output and final state against the oracle: every alert once, in order per key; every key's count. */
export async function expectExactlyOnce(cluster: TestCluster, job: JobInfo, parameters: CountingParameters): Promise<Expected> {
  const expected = expectedOf(parameters.seed, parameters.events, parameters.keys, parameters.sources);
  const alerts = await cluster.alerts();
  const byKey = new Map<string, { count: number; sequence: number }[]>();
  for (const { key, count, sequence } of alerts) {
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [{ count, sequence }]);
    else list.push({ count, sequence });
  }
  const wrong = [...new Set([...byKey.keys(), ...expected.alertsByKey.keys()])].filter(
    (key) => JSON.stringify(byKey.get(key)) !== JSON.stringify(expected.alertsByKey.get(key)),
  );
  expect(wrong.slice(0, 3).map((key) => ({ key, got: byKey.get(key), want: expected.alertsByKey.get(key) }))).toEqual([]);
  expect(alerts.length).toBe(expected.alerts);
  expect(job.committed.alerts ?? 0).toBe(expected.alerts);
  const state = await cluster.state(job);
  const off = [...new Set([...state.keys(), ...expected.state.keys()])].filter((key) => state.get(key) !== expected.state.get(key));
  expect(off.slice(0, 3).map((key) => ({ key, got: state.get(key), want: expected.state.get(key) }))).toEqual([]);
  return expected;
}
