import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { CheckpointInfo, CommandResult, EngineCommand, EngineEvent, EngineSnapshot, JobInfo } from '@weir/protocol';
import { FileSystemCheckpointStorage } from '../checkpoint/file-system-checkpoint-storage.js';
import { SystemClock } from '../common/clock.js';
import { WeirError } from '../common/errors.js';
import { localPath } from '../common/external-path.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import type { JobRecord } from '../jobmanager/job-record.js';
import { FileJobStore, type JobListing } from '../jobmanager/job-store.js';
import { Doorbell } from '../network/doorbell.js';
import { bundleJob } from './bundle-job.js';
import type { EmbeddedEngine, EmbeddedEngineOptions, JobSubmission, StoredJob } from './engine-api.js';
import { FailedStarts } from './failed-starts.js';
import { loadJob } from './load-job.js';
import { storedJobs } from './stored-jobs.js';
import type {
  JobManagerThreadData,
  JobManagerToSupervisor,
  SupervisorToJobManager,
  SupervisorToTaskManager,
  TaskManagerThreadData,
  TaskManagerToSupervisor,
} from './supervisor-messages.js';

const HISTORY_LIMIT = 100;
const RECOVERY_RETRY = 1_000;
/** ms, until told otherwise. */
const FIGURES_INTERVAL = 1_000;

interface TaskManagerThread {
  readonly id: string;
  readonly attempt: number;
  readonly worker: Worker;
  readonly doorbell: Doorbell;
  endReason: string;
}

interface Waiting {
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the threads; resolves once a JobManager leads and every TaskManager has registered. Rejects with an `EngineStartError` if they never will. */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  // Next to nothing of the records of a stream survives, so helpers have nothing to share out, and each young collection waits for them: TaskManagers are the parallelism.
  setFlagsFromString('--no-parallel-scavenge');
  await mkdir(join(options.dataDirectory, 'jobs'), { recursive: true });
  await mkdir(options.checkpointDirectory, { recursive: true });
  // Of a process that was killed: state on disk is made anew from checkpoints.
  await rm(stateDirectory(options), { recursive: true, force: true });
  const store = new FileJobStore(new NodeFileSystem(), options.dataDirectory);
  const cluster = new EmbeddedCluster(options, await store.list());
  await cluster.start();
  return cluster;
}

function stateDirectory({ dataDirectory }: EmbeddedEngineOptions, ...below: readonly string[]): string {
  return join(dataDirectory, 'state', ...below);
}

/** The main thread's side: starts threads, notices their ends, carries commands in and events out. Schedules nothing. */
class EmbeddedCluster implements EmbeddedEngine {
  readonly #options: EmbeddedEngineOptions;
  readonly #clock = new SystemClock();
  readonly #stored: readonly JobListing[];
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #taskManagers = new Map<string, TaskManagerThread>();
  readonly #attempts = new Map<string, number>();
  /** Those that have not ended. */
  readonly #records = new Map<string, JobRecord>();
  /** All that were submitted or resumed here, in that order. */
  readonly #submitted = new Map<string, JobRecord>();
  readonly #histories = new Map<string, Map<number, CheckpointInfo>>();
  /** Why jobs could not be taken over so far. */
  readonly #suspended = new Map<string, string>();
  readonly #waiting = new Map<number, Waiting>();
  #jobManager: Worker | undefined;
  #jobManagerAttempt = 0;
  #jobManagerFailedAt = 0;
  #leading = false;
  #snapshot: EngineSnapshot;
  #figuresInterval = FIGURES_INTERVAL;
  #requests = 0;
  #stopping = false;

  constructor(options: EmbeddedEngineOptions, stored: readonly JobListing[]) {
    this.#options = options;
    this.#stored = stored;
    this.#snapshot = {
      engine: 'embedded',
      at: this.#clock.now(),
      jobManager: { attempt: 0, leading: false, startedAt: 0 },
      taskManagers: [],
      jobs: [],
    };
  }

  async start(): Promise<void> {
    const failedStarts = new FailedStarts();
    const ready = new Promise<void>((resolve, reject) => {
      const stop = this.subscribe((event) => {
        const failure = failedStarts.accept(event);
        if (failure !== undefined) {
          stop();
          reject(failure);
          return;
        }
        if (!this.#leading || this.#snapshot.taskManagers.length === 0) return;
        if (!this.#snapshot.taskManagers.every((taskManager) => taskManager.registered)) return;
        stop();
        resolve();
      });
    });
    this.#startJobManager();
    try {
      await ready;
    } catch (error) {
      await this.stop({ lastCheckpoint: false });
      throw error;
    }
  }

  // Engine

  snapshot(): EngineSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async execute(command: EngineCommand): Promise<CommandResult> {
    if (command.type === 'fail-taskmanager') return this.#failTaskManager(command.id, command.mode);
    if (!this.#leading) return { ok: false, code: 'NO_LEADER', message: 'No JobManager leads at the moment; try again in a second.' };
    if (command.type === 'fail-jobmanager') {
      void this.#jobManager?.terminate();
      return { ok: true };
    }
    return this.#ask((request) => ({ type: 'command', request, command })).catch((error: unknown) => {
      if (!(error instanceof WeirError) || error.code !== 'NO_LEADER') throw error;
      return { ok: false, code: 'NO_LEADER', message: `${error.message}; whether it was still done is not known.` };
    });
  }

  #failTaskManager(id: string, mode: 'crash' | 'hang'): CommandResult {
    const thread = this.#taskManagers.get(id);
    if (thread === undefined) {
      return this.#attempts.has(id)
        ? { ok: false, code: 'CONFLICT', message: `${id} is down already; its successor is being started.` }
        : { ok: false, code: 'NOT_FOUND', message: `There is no TaskManager ${id}.` };
    }
    if (mode === 'hang') {
      thread.worker.postMessage({ type: 'hang' } satisfies SupervisorToTaskManager);
    } else {
      thread.endReason = 'it was made to crash';
      void thread.worker.terminate();
    }
    return { ok: true };
  }

  // Jobs

  storedJobs(): readonly StoredJob[] {
    return storedJobs(this.#stored, [...this.#submitted.values()], this.#snapshot.jobs);
  }

  async submitJob(submission: JobSubmission): Promise<{ readonly jobId: string }> {
    const jobId = randomBytes(16).toString('hex');
    const restore = submission.restoreFrom === undefined ? undefined : await this.#readRestorePoint(submission.restoreFrom);
    const record: JobRecord = {
      ...(await this.#bundle(submission)),
      jobId,
      lineage: restore?.lineage ?? jobId,
      submittedAt: Math.round(this.#clock.now()),
      nextCheckpointIdFloor: restore?.nextCheckpointIdFloor ?? 1,
      ...(restore === undefined ? {} : { restoreFrom: restore.directory }),
    };
    await this.#run(record, (request) => ({ type: 'submit', request, record }));
    return { jobId };
  }

  async resumeJob(jobId: string, submission: JobSubmission): Promise<void> {
    const listing = this.#stored.find((candidate) => candidate.jobId === jobId);
    if (listing === undefined || listing.damage !== undefined || listing.result !== undefined) {
      throw new WeirError(
        'NOT_RESUMABLE',
        listing?.damage?.message ?? `there is no job ${jobId} to be resumed in ${this.#options.dataDirectory}.`,
      );
    }
    const record: JobRecord = { ...listing.job, ...(await this.#bundle(submission)) };
    const cause = 'the process ended';
    await this.#run(record, (request) => ({ type: 'recover', request, record, cause, failedAt: this.#clock.now() }));
  }

  async #run(record: JobRecord, message: (request: number) => SupervisorToJobManager): Promise<void> {
    try {
      const result = await this.#ask(message);
      if (!result.ok) throw new WeirError(result.code, result.message);
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== 'NO_LEADER' || this.#stopping || !(await this.#isResumable(record.jobId)))
        throw error;
      // The JobManager was lost, but not before the job was on disk: it is there to stay, so the next JobManager takes it over.
      this.#records.set(record.jobId, record);
      if (this.#leading) void this.#recover(record);
    }
    this.#records.set(record.jobId, record);
    this.#submitted.set(record.jobId, record);
  }

  /** On disk, and has not ended. */
  async #isResumable(jobId: string): Promise<boolean> {
    const stored = await new FileJobStore(new NodeFileSystem(), this.#options.dataDirectory).load(jobId);
    return stored !== undefined && stored.result === undefined;
  }

  async #bundle(
    submission: JobSubmission,
  ): Promise<Pick<JobRecord, 'name' | 'module' | 'bundleFile' | 'bundleHash' | 'parameters' | 'configuration'>> {
    const bundle = await bundleJob(submission.module, join(this.#options.dataDirectory, 'bundles'));
    const definition = await loadJob(bundle.file);
    const { module, parameters, configuration } = submission;
    return { name: definition.name, module, bundleFile: bundle.file, bundleHash: bundle.hash, parameters, configuration };
  }

  async #readRestorePoint(path: string): Promise<{ lineage: string; directory: string; nextCheckpointIdFloor: number }> {
    const directory = localPath(path).replace(/\/_metadata$/, '');
    const { checkpointDirectory, savepointDirectory } = this.#options;
    const storage = new FileSystemCheckpointStorage(new NodeFileSystem(), checkpointDirectory, savepointDirectory, Math.random);
    const metadata = await storage.readMetadata(directory);
    return { lineage: metadata.lineage, directory, nextCheckpointIdFloor: metadata.checkpointId + 1 };
  }

  setFiguresInterval(interval: number): void {
    if (interval === this.#figuresInterval) return;
    this.#figuresInterval = interval;
    this.#jobManager?.postMessage({ type: 'figures-interval', interval } satisfies SupervisorToJobManager);
  }

  async stop(options: { readonly lastCheckpoint?: boolean; readonly timeout?: number } = {}): Promise<void> {
    this.#stopping = true;
    if (options.lastCheckpoint !== false && this.#leading) {
      const last = this.#ask((request) => ({ type: 'quiesce', request })).catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, options.timeout ?? 8_000);
      });
      await Promise.race([last, late]);
      clearTimeout(timer);
    }
    // The JobManager first, so that it does not take the end of the others for failures.
    await this.#jobManager?.terminate();
    await Promise.all([...this.#taskManagers.values()].map((thread) => thread.worker.terminate()));
    this.#leading = false;
    await rm(stateDirectory(this.#options), { recursive: true, force: true }).catch(() => {});
  }

  // JobManager

  #startJobManager(): void {
    const attempt = ++this.#jobManagerAttempt;
    const workerData: JobManagerThreadData = { options: this.#options, attempt, figuresInterval: this.#figuresInterval };
    const worker = new Worker(new URL('./jobmanager-thread.js', import.meta.url), { workerData, name: 'jobmanager' });
    this.#jobManager = worker;
    let reason = 'its thread ended';
    worker.on('message', (message: JobManagerToSupervisor) => {
      if (this.#jobManager === worker) this.#onJobManagerMessage(message);
    });
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', () => this.#onJobManagerExit(worker, reason));
    for (const thread of this.#taskManagers.values()) this.#connect(thread);
  }

  #onJobManagerExit(worker: Worker, reason: string): void {
    if (this.#jobManager !== worker) return;
    this.#jobManager = undefined;
    const had = this.#leading;
    this.#leading = false;
    for (const { reject } of this.#waiting.values()) reject(new WeirError('NO_LEADER', `the JobManager ended: ${reason}`));
    this.#waiting.clear();
    if (this.#stopping) return;
    this.#jobManagerFailedAt = this.#clock.now();
    this.#snapshot = { ...this.#snapshot, at: this.#clock.now(), jobManager: { ...this.#snapshot.jobManager, leading: false } };
    this.#emit({ type: 'jobmanager', at: this.#clock.now(), attempt: this.#jobManagerAttempt, leading: false, reason });
    // One that cannot even begin must not be started in a tight loop.
    setTimeout(() => this.#stopping || this.#startJobManager(), had ? 0 : 1_000);
  }

  #onJobManagerMessage(message: JobManagerToSupervisor): void {
    switch (message.type) {
      case 'leading':
        this.#onLeading();
        return;
      case 'start-taskmanager':
        this.#startTaskManager(message.id, message.attempt);
        return;
      case 'terminate-taskmanager': {
        const thread = this.#taskManagers.get(message.id);
        if (thread?.attempt !== message.attempt) return;
        thread.endReason = 'the JobManager heard nothing of it for too long';
        void thread.worker.terminate();
        return;
      }
      case 'snapshot':
        this.#takeSnapshot(message.snapshot);
        return;
      case 'event':
        this.#takeEvent(message.event);
        return;
      case 'result':
        this.#waiting.get(message.request)?.resolve(message.result);
        this.#waiting.delete(message.request);
        return;
      case 'rejected': {
        const { code, message: text } = message.error;
        this.#waiting.get(message.request)?.reject(new WeirError(code ?? 'FAILED', text));
        this.#waiting.delete(message.request);
      }
    }
  }

  #onLeading(): void {
    this.#leading = true;
    this.#emit({ type: 'jobmanager', at: this.#clock.now(), attempt: this.#jobManagerAttempt, leading: true });
    for (const record of this.#records.values()) void this.#recover(record);
  }

  /** Again and again while this JobManager leads: what is in the way (a full disk) may go, and a job must not be lost for it. */
  async #recover(record: JobRecord): Promise<void> {
    const jobManager = this.#jobManager;
    const failedAt = this.#jobManagerFailedAt;
    const cause = 'the JobManager ended';
    while (this.#jobManager === jobManager && !this.#stopping && this.#records.has(record.jobId)) {
      try {
        await this.#ask((request) => ({ type: 'recover', request, record, cause, failedAt }));
        return;
      } catch (error) {
        const { code, message } = error as WeirError;
        if (code === 'NO_LEADER' || code === 'NOT_RESUMABLE' || code === 'DUPLICATE_JOB') return;
        this.#suspended.set(record.jobId, message);
        await new Promise((resolve) => setTimeout(resolve, RECOVERY_RETRY));
      }
    }
  }

  #takeSnapshot(snapshot: EngineSnapshot): void {
    const jobs = snapshot.jobs.map((job) => this.#withHistory(job));
    const suspended = this.#snapshot.jobs.filter((job) => this.#records.has(job.id) && !snapshot.jobs.some(({ id }) => id === job.id));
    for (const job of suspended) jobs.push(this.#suspend(job));
    this.#snapshot = { ...snapshot, jobManager: { ...snapshot.jobManager, leading: this.#leading }, jobs };
    for (const job of jobs) if (['FINISHED', 'FAILED', 'CANCELED'].includes(job.state)) this.#records.delete(job.id);
    this.#emit({ type: 'changed', at: snapshot.at });
  }

  /** A job that the JobManager has not taken over yet from the one before. */
  #suspend(job: JobInfo): JobInfo {
    const failure = this.#suspended.get(job.id);
    return { ...job, state: 'SUSPENDED', ...(failure === undefined ? {} : { failure }) };
  }

  #withHistory(job: JobInfo): JobInfo {
    let history = this.#histories.get(job.id);
    if (history === undefined) {
      history = new Map();
      this.#histories.set(job.id, history);
    }
    for (const checkpoint of job.checkpoints.history) history.set(checkpoint.id, checkpoint);
    const newestFirst = [...history.values()].sort((a, b) => b.id - a.id);
    return { ...job, checkpoints: { ...job.checkpoints, history: newestFirst } };
  }

  #takeEvent(event: EngineEvent): void {
    if (event.type === 'checkpoint') {
      const history = this.#histories.get(event.jobId) ?? new Map<number, CheckpointInfo>();
      this.#histories.set(event.jobId, history);
      history.set(event.checkpoint.id, event.checkpoint);
      while (history.size > HISTORY_LIMIT) history.delete(Math.min(...history.keys()));
      this.#snapshot = {
        ...this.#snapshot,
        jobs: this.#snapshot.jobs.map((job) =>
          job.id === event.jobId ? this.#withHistory({ ...job, checkpoints: { ...job.checkpoints, history: [] } }) : job,
        ),
      };
    }
    this.#emit(event);
  }

  #ask(message: (request: number) => SupervisorToJobManager): Promise<CommandResult> {
    const jobManager = this.#jobManager;
    if (jobManager === undefined)
      return Promise.reject(new WeirError('NO_LEADER', 'no JobManager leads at the moment; try again in a second.'));
    const request = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      jobManager.postMessage(message(request));
    });
  }

  // TaskManagers

  #startTaskManager(id: string, wanted: number): void {
    if (this.#taskManagers.has(id) || this.#stopping) return;
    const attempt = Math.max(wanted, (this.#attempts.get(id) ?? 0) + 1);
    this.#attempts.set(id, attempt);
    const doorbell = new Doorbell();
    const workerData: TaskManagerThreadData = {
      id,
      attempt,
      slots: this.#options.slotsPerTaskManager,
      doorbell: doorbell.memory,
      stateDirectory: stateDirectory(this.#options, `${id}-${attempt}`),
    };
    const worker = new Worker(new URL('./taskmanager-thread.js', import.meta.url), {
      workerData,
      name: id,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.taskManagerHeapMb },
    });
    const thread: TaskManagerThread = { id, attempt, worker, doorbell, endReason: 'its thread ended' };
    this.#taskManagers.set(id, thread);
    worker.on('message', (message: TaskManagerToSupervisor) => {
      for (const { at, jobId, topic, vertexId, subtask, dropped, payload } of message.messages) {
        this.#emit({ type: 'published', at, jobId, topic, taskManagerId: id, vertexId, subtask, dropped, payload });
      }
    });
    worker.on('error', (error: Error & { code?: string }) => {
      thread.endReason =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `it ran out of memory (limit ${this.#options.taskManagerHeapMb} MB)` : error.message;
    });
    worker.on('exit', () => this.#onTaskManagerExit(thread));
    this.#emit({ type: 'taskmanager', at: this.#clock.now(), id, attempt, change: 'started' });
    this.#connect(thread);
  }

  /** Lays a line between a TaskManager and the JobManager. */
  #connect(thread: TaskManagerThread): void {
    const { port1, port2 } = new MessageChannel();
    const { id, attempt, doorbell } = thread;
    this.#jobManager?.postMessage(
      { type: 'taskmanager-connected', id, attempt, port: port1, doorbell: doorbell.memory } satisfies SupervisorToJobManager,
      [port1],
    );
    thread.worker.postMessage({ type: 'connect', port: port2 } satisfies SupervisorToTaskManager, [port2]);
  }

  #onTaskManagerExit(thread: TaskManagerThread): void {
    const { id, attempt, endReason } = thread;
    this.#taskManagers.delete(id);
    if (this.#stopping) return;
    void rm(stateDirectory(this.#options, `${id}-${attempt}`), { recursive: true, force: true }).catch(() => {});
    const at = this.#clock.now();
    this.#emit({ type: 'taskmanager', at, id, attempt, change: 'ended', reason: endReason });
    this.#jobManager?.postMessage({ type: 'taskmanager-ended', id, attempt, at, reason: endReason } satisfies SupervisorToJobManager);
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
