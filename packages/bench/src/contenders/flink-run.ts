import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { CheckpointSummary, JobDetails, LocalCluster } from '@weir/flink';
import type { CheckpointFigures, FirstAlert, Run, Work, Workload } from '../contender.js';
import type { FlinkSetup } from './flink-setups.js';
import { programArguments } from './job-arguments.js';
import { JOB_CLASS } from './job-jar.js';
import { jobLatencies } from './job-latencies.js';
import { JobProgress } from './job-progress.js';

const POLL_MS = 20;

/** One job on a cluster of its own. */
export class FlinkRun implements Run {
  readonly startedAt: number;
  runningAt = Number.NaN;
  readonly #cluster: LocalCluster;
  readonly #workload: Workload;
  readonly #progressFile: string;
  readonly #progress: JobProgress;
  readonly #endedCheckpoints = new Map<number, CheckpointFigures>();
  #jobId = '';
  #disposed = false;

  /** Takes the cluster over. */
  constructor(cluster: LocalCluster, workload: Workload, startedAt: number) {
    this.#cluster = cluster;
    this.#workload = workload;
    this.startedAt = startedAt;
    this.#progressFile = join(cluster.directory, 'progress');
    this.#progress = new JobProgress(this.#progressFile, workload.parallelism);
  }

  /** Comes back once every task is RUNNING. */
  async submit(jar: string, setup: FlinkSetup): Promise<void> {
    const { rest } = this.#cluster;
    const id = await rest.uploadJar(jar);
    this.#jobId = await rest.runJar(id, {
      entryClass: JOB_CLASS,
      programArguments: programArguments(this.#workload, {
        bufferTimeout: setup.bufferTimeout,
        handWritten: setup.handWritten,
        progress: this.#progressFile,
        checkpoints: pathToFileURL(join(this.#cluster.directory, 'checkpoints')).href,
      }),
    });
    const { parallelism } = this.#workload;
    await this.#jobIs(
      ({ state, vertices }) =>
        state === 'RUNNING' && vertices.every(({ tasks }) => (tasks.RUNNING ?? 0) + (tasks.FINISHED ?? 0) === parallelism),
    );
    this.runningAt = Date.now();
  }

  async processed(): Promise<number> {
    return this.#progress.processed();
  }

  async checkpoints(): Promise<readonly CheckpointFigures[]> {
    const { history } = await this.#cluster.rest.checkpoints(this.#jobId);
    return Promise.all(history.map((checkpoint) => this.#figuresOf(checkpoint)));
  }

  processes(): readonly number[] {
    return this.#cluster.processIds();
  }

  /** One that has a subtask of the process function, whose loss every sink notices. */
  async failTaskManager(): Promise<number> {
    const { rest } = this.#cluster;
    const { vertices } = await rest.job(this.#jobId);
    const [{ 'taskmanager-id': id }] = await rest.subtasks(this.#jobId, vertices[vertices.length - 1].id);
    const at = Date.now();
    await this.#cluster.killTaskManager(id);
    return at;
  }

  async firstAlerts(): Promise<readonly FirstAlert[]> {
    return this.#progress.firstAlerts();
  }

  async latencies(): Promise<readonly string[]> {
    return jobLatencies(this.#progressFile, this.#workload.parallelism);
  }

  async finished(): Promise<Work> {
    await this.#jobIs(({ state }) => state === 'FINISHED');
    return this.#progress.work();
  }

  stop(): Promise<Work> {
    this.#progress.stopSources();
    return this.finished();
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#progress.close();
    await this.#cluster.stop();
  }

  /** A checkpoint that has ended is asked after once: it stays as it is, and a measurement may look every few ms. */
  async #figuresOf(checkpoint: CheckpointSummary): Promise<CheckpointFigures> {
    const known = this.#endedCheckpoints.get(checkpoint.id);
    if (known !== undefined) return known;
    const hasEnded = checkpoint.status !== 'IN_PROGRESS';
    const figures = {
      id: checkpoint.id,
      status: checkpoint.status,
      triggeredAt: checkpoint.trigger_timestamp,
      duration: checkpoint.end_to_end_duration,
      size: checkpoint.checkpointed_size,
      syncDuration: hasEnded ? await this.#longestSync(checkpoint.id) : 0,
      persistedData: checkpoint.persisted_data,
    };
    if (hasEnded) this.#endedCheckpoints.set(checkpoint.id, figures);
    return figures;
  }

  async #longestSync(checkpoint: number): Promise<number> {
    const { rest } = this.#cluster;
    const details = await rest.checkpoint(this.#jobId, checkpoint);
    const ofTasks = await Promise.all(
      Object.keys(details.tasks).map(async (vertex) => (await rest.checkpointOfVertex(this.#jobId, checkpoint, vertex)).summary),
    );
    return Math.max(0, ...ofTasks.map((summary) => summary?.checkpoint_duration.sync.max ?? 0));
  }

  async #jobIs(wanted: (job: JobDetails) => boolean): Promise<void> {
    for (;;) {
      const job = await this.#cluster.rest.job(this.#jobId);
      if (wanted(job)) return;
      if (['FAILED', 'CANCELED', 'FINISHED'].includes(job.state)) {
        const exceptions = await this.#cluster.rest.exceptions(this.#jobId);
        throw new Error(`Flink's job is ${job.state}: ${exceptions['root-exception'] ?? 'it does not say why'}`);
      }
      await sleep(POLL_MS);
    }
  }
}
