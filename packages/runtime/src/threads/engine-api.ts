import type { Engine, JobStatus } from '@weir/protocol';
import type { JobConfiguration } from '../api/configuration.js';
import type { Parameters } from '../api/job.js';

/** Settings of one embedded cluster. Paths are absolute. */
export interface EmbeddedEngineOptions {
  /** Holds `jobs/` (what was submitted, how it stands, its history) and `bundles/`. The caller has the lock on it. */
  readonly dataDirectory: string;
  readonly checkpointDirectory: string;
  readonly savepointDirectory: string;
  readonly taskManagers: number;
  readonly slotsPerTaskManager: number;
  /** ms */
  readonly heartbeatInterval: number;
  /** ms */
  readonly heartbeatTimeout: number;
  /** Old-generation heap limit of each TaskManager's thread, MB. Beyond it that TaskManager alone ends. */
  readonly taskManagerHeapMb: number;
}

export const defaultEngineOptions = {
  taskManagers: 3,
  slotsPerTaskManager: 3,
  heartbeatInterval: 1_000,
  heartbeatTimeout: 5_000,
  taskManagerHeapMb: 1_024,
} as const;

export interface JobSubmission {
  /** Path of the job's module (built JavaScript, default export `defineJob(…)`); it is bundled at submission. */
  readonly module: string;
  readonly parameters: Parameters;
  readonly configuration: JobConfiguration;
  /** Directory of a checkpoint or savepoint to start from. */
  readonly restoreFrom?: string;
}

/** A job as the data directory remembers it. */
export interface StoredJob {
  readonly jobId: string;
  readonly lineage: string;
  readonly name: string;
  readonly submittedAt: number;
  readonly parameters: Parameters;
  readonly configuration: JobConfiguration;
  /** RUNNING for one that is to be resumed; else the terminal state it ended in. */
  readonly state: Extract<JobStatus, 'RUNNING' | 'FINISHED' | 'FAILED' | 'CANCELED'>;
  readonly endTime: number;
  readonly failure?: string;
  /** True for FAILED because no checkpoint can be restored without losing or doubling anything: stays so until `--fresh`. */
  readonly checkpointsDamaged?: boolean;
}

/**
 * JobManager and TaskManagers as worker threads of this process, started and supervised from the main thread.
 *
 * `EmbeddedEngine.start(options)` resolves once a JobManager leads and all TaskManagers have registered; no job runs yet.
 */
export interface EmbeddedEngine extends Engine {
  /** Jobs in the data directory, newest first; those that ended before this process started are also in `snapshot()`. */
  storedJobs(): readonly StoredJob[];
  /** Rejects with an error whose message is for the user if the job cannot be built or does not fit the cluster. */
  submitJob(submission: JobSubmission): Promise<{ readonly jobId: string }>;
  /** Goes on with a stored RUNNING job from its latest checkpoint, with what `submission` says in place of what was stored. */
  resumeJob(jobId: string, submission: JobSubmission): Promise<void>;
  /** How often figures come while nothing else changes, ms (1,000 unless told; changes of state always come at once). Holds for later JobManagers too. */
  setFiguresInterval(interval: number): void;
  /** Takes a last checkpoint of each running job (which stays to be resumed), then ends all threads. Resolves within `timeout` ms. */
  stop(options?: { readonly lastCheckpoint?: boolean; readonly timeout?: number }): Promise<void>;
}
