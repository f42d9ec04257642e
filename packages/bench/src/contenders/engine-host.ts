import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineEvent, JobInfo } from '@weir/protocol';
import { defaultJobConfiguration, type JobConfiguration, type Parameters } from '@weir/runtime';
import { defaultEngineOptions, type EmbeddedEngine, startEmbeddedEngine } from '@weir/runtime/engine';
import { readCheckpoint } from '@weir/runtime/storage';
import type { CheckpointFigures, FirstAlert, Work, Workload } from '../contender.js';
import { type BenchJobParameters, PROCESS_UID, SINK_UID } from '../jobs/bench-job.js';
import { FIRST_ALERT_TOPIC } from '../jobs/counting-sink.js';
import { LATENCIES } from '../jobs/latency-recorder.js';
import { PAUSES } from '../jobs/pause-recorder.js';
import type { EngineHostAnswer, EngineHostMethod, EngineHostMethods, EngineHostRequest } from './engine-host-protocol.js';
import { checkpointFigures, workOf } from './weir-figures.js';
import type { WeirSetup } from './weir-setup.js';

/** Entry of a process of its own that holds the embedded engine, as `weir start` holds it, without the server. */

const BENCH_JOB = fileURLToPath(new URL('../jobs/bench-job.js', import.meta.url));
/** How old a figure may be, ms. */
const FIGURES_INTERVAL = 50;

let engine: EmbeddedEngine;
let jobId = '';
let directory = '';
const firstAlerts: FirstAlert[] = [];

type Methods = {
  [M in EngineHostMethod]: (...parameters: globalThis.Parameters<EngineHostMethods[M]>) => Promise<ReturnType<EngineHostMethods[M]>>;
};

const methods: Methods = {
  async start(workload, setup, place) {
    directory = place;
    engine = await startEmbeddedEngine({
      ...defaultEngineOptions,
      taskManagers: setup.taskManagers,
      slotsPerTaskManager: setup.slots,
      dataDirectory: join(directory, 'data'),
      checkpointDirectory: join(directory, 'checkpoints'),
      savepointDirectory: join(directory, 'savepoints'),
    });
    engine.setFiguresInterval(FIGURES_INTERVAL);
    engine.subscribe(onEvent);
    const parameters = jobParameters(workload, setup) as unknown as Parameters;
    ({ jobId } = await engine.submitJob({ module: BENCH_JOB, parameters, configuration: configurationOf(workload, setup) }));
    await until((job) => isRunning(job));
    return { runningAt: Date.now() };
  },
  async processed() {
    const vertex = job().vertices.find(({ operators }) => operators.some(({ uid }) => uid === PROCESS_UID));
    return vertex?.subtasks.reduce((sum, { metrics }) => sum + metrics.numRecordsIn, 0) ?? 0;
  },
  checkpoints: async (): Promise<readonly CheckpointFigures[]> => job().checkpoints.history.map(checkpointFigures),
  async failTaskManager() {
    const failedAt = Date.now();
    const result = await engine.execute({ type: 'fail-taskmanager', id: engine.snapshot().taskManagers[0].id, mode: 'crash' });
    if (!result.ok) throw new Error(result.message);
    return failedAt;
  },
  firstAlerts: async () => firstAlerts,
  latencies: () => left(LATENCIES),
  pauses: async () => (await left(PAUSES)).map(Number),
  async finished() {
    return work(await until(({ state }) => state === 'FINISHED'));
  },
  async stop() {
    if (job().state === 'RUNNING') {
      const result = await engine.execute({ type: 'stop', jobId, drain: false });
      if (!result.ok) throw new Error(`the job could not be stopped: ${result.message}`);
    }
    return work(await until(({ state }) => state === 'FINISHED'));
  },
  async end() {
    await engine?.stop({ lastCheckpoint: false });
    process.disconnect?.();
  },
};

/** What subtasks wrote at their end. */
async function left(topic: string): Promise<readonly string[]> {
  const place = join(directory, topic);
  return Promise.all((await readdir(place)).map((name) => readFile(join(place, name), 'utf8')));
}

function jobParameters(workload: Workload, { layout, parallelism }: WeirSetup): BenchJobParameters {
  const { keys, skew, rate, abnormalRate, seed, count, threshold, sink, latencyFrom = 0, recordPausesFor = 0 } = workload;
  const source = { keys, skew, rate, abnormalRate, seed, ...(count === undefined ? {} : { count }) };
  return { source, threshold, parallelism, layout, sink, latencyFrom, recordPausesFor, directory };
}

function configurationOf({ checkpointInterval, unaligned }: Workload, { parallelism }: WeirSetup): JobConfiguration {
  const checkpointing = { ...defaultJobConfiguration.checkpointing, interval: checkpointInterval, unaligned };
  return { ...defaultJobConfiguration, parallelism, checkpointing };
}

/** Of a job that has ended: what its last checkpoint says, and what its sinks have committed. */
async function work(ended: JobInfo): Promise<Work> {
  const last = ended.checkpoints.history.find(({ status }) => status === 'COMPLETED');
  if (last?.externalPath === undefined) throw new Error('the job has no last checkpoint');
  return workOf(await readCheckpoint(last.externalPath), ended.committed[SINK_UID] ?? 0);
}

function onEvent(event: EngineEvent): void {
  if (event.type === 'published' && event.topic === FIRST_ALERT_TOPIC) firstAlerts.push(event.payload as FirstAlert);
}

function job(): JobInfo {
  const found = engine.snapshot().jobs.find(({ id }) => id === jobId);
  if (found === undefined) throw new Error('the engine does not know the job');
  return found;
}

const isRunning = ({ state, vertices }: JobInfo): boolean =>
  state === 'RUNNING' && vertices.every(({ subtasks }) => subtasks.every((subtask) => subtask.state === 'RUNNING'));

/** Resolves at the first snapshot that satisfies the condition; rejects if the job has failed. */
function until(condition: (job: JobInfo) => boolean): Promise<JobInfo> {
  return new Promise((resolve, reject) => {
    const look = (): boolean => {
      const found = engine.snapshot().jobs.find(({ id }) => id === jobId);
      if (found === undefined) return false;
      if (condition(found)) resolve(found);
      else if (found.state === 'FAILED') reject(new Error(`the job FAILED: ${found.failure}`));
      else return false;
      return true;
    };
    if (look()) return;
    const stop = engine.subscribe(() => {
      if (look()) stop();
    });
  });
}

process.on('message', ({ id, method, parameters }: EngineHostRequest) => {
  (methods[method] as (...given: readonly unknown[]) => Promise<unknown>)(...parameters).then(
    (result) => answer({ id, ok: true, result }),
    (error: unknown) => answer({ id, ok: false, message: error instanceof Error ? error.message : String(error) }),
  );
});
/** The bench has ended, whatever ended it. */
process.on('disconnect', () => process.exit());

function answer(message: EngineHostAnswer): void {
  if (process.connected) process.send?.(message);
}
