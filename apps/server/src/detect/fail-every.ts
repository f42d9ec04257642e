import type { Engine, JobInfo } from '@weir/protocol';
import { allTasksRun } from '../job-watch.js';

export interface FailEveryOptions {
  readonly engine: Engine;
  readonly jobId: string;
  /** After the job was last RUNNING, ms. */
  readonly delay: number;
  readonly random?: () => number;
  readonly now?: () => number;
}

/**
 * Ends a random TaskManager again and again. The next failure waits until a checkpoint newer than the last restore has completed, so that
 * the job gets further each time and ends. Those without a task of the job are spared: their end would change nothing.
 */
export class FailEvery {
  readonly #options: FailEveryOptions;
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** A failure is on its way until the job has been seen to restart. */
  #restartsBefore = -1;

  constructor(options: FailEveryOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#now = options.now ?? Date.now;
    this.#unsubscribe = options.engine.subscribe(() => this.#look());
    this.#look();
  }

  stop(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }

  #job(): JobInfo | undefined {
    return this.#options.engine.snapshot().jobs.find((job) => job.id === this.#options.jobId);
  }

  #look(): void {
    const job = this.#job();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!job || !allTasksRun(job) || job.numRestarts <= this.#restartsBefore || !hasProgressed(job)) return;
    const wait = job.timestamps.RUNNING + this.#options.delay - this.#now();
    if (wait > 0) this.#timer = setTimeout(() => this.#look(), wait);
    else this.#fail(job);
  }

  #fail(job: JobInfo): void {
    const hosts = [
      ...new Set(
        job.vertices.flatMap((vertex) =>
          vertex.subtasks.filter((subtask) => subtask.state === 'RUNNING').map((subtask) => subtask.taskManagerId),
        ),
      ),
    ];
    const id = hosts[Math.floor(this.#random() * hosts.length)];
    if (id === undefined) return;
    this.#restartsBefore = job.numRestarts;
    this.#options.engine.execute({ type: 'fail-taskmanager', id, mode: 'crash' }).then(
      (result) => {
        // It may have ended by itself meanwhile: the next look finds another.
        if (!result.ok) this.#restartsBefore = -1;
      },
      () => {
        this.#restartsBefore = -1;
      },
    );
  }
}

/** A completed checkpoint is newer than what the job was last restored from (or there was no failure yet). */
function hasProgressed({ numRestarts, checkpoints: { latestCompleted, latestRestored } }: JobInfo): boolean {
  return numRestarts === 0 || (latestCompleted !== undefined && latestCompleted.id > (latestRestored?.id ?? 0));
}
