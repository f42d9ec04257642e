import { engineSettings } from './cli/engine-settings.js';
import { startOptions } from './cli/options/start-options.js';
import { parseArguments } from './cli/parser.js';
import { UsageError } from './cli/usage-error.js';
import type { EmbeddedEngine, StoredJob } from './engine-types.js';
import { RestError } from './http/rest-error.js';
import type { JobControl, StartAgainRequest } from './http/services.js';
import { latestCheckpoint } from './latest-checkpoint.js';
import { applyGiven, type JobPlan, storedPlan, submission } from './start-plan.js';

const TERMINAL: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'CANCELED']);
/** They belong to the process, not to a job: only a new start of it changes them. */
const OF_THE_PROCESS = ['host', 'port', 'dataDir', 'checkpointDir', 'taskmanagers', 'slots', 'webhook', 'fresh', 'engine'] as const;
const CLUSTER_SETTINGS = [
  'checkpointDirectory',
  'savepointDirectory',
  'taskManagers',
  'slotsPerTaskManager',
  'heartbeatInterval',
  'heartbeatTimeout',
] as const;

export interface JobControlOptions {
  readonly engine: () => EmbeddedEngine | undefined;
  readonly module: string;
  readonly checkpointDirectory: string;
  readonly alertDirectory: string;
  readonly speedDirectory: string;
  /** What a job runs with when the data directory knows none. */
  readonly newPlan: () => JobPlan;
  /** Called with what is about to be submitted; `first`: there was no job before it. */
  readonly prepare: (plan: JobPlan, first: boolean) => Promise<JobPlan>;
}

/** `POST /api/jobs`. */
export class Jobs implements JobControl {
  readonly #options: JobControlOptions;
  #starting = false;

  constructor(options: JobControlOptions) {
    this.#options = options;
  }

  async startAgain(request: StartAgainRequest): Promise<{ readonly jobid: string }> {
    const engine = this.#options.engine();
    if (engine === undefined) throw new RestError(503, 'The engine is still being started.');
    const running = engine.snapshot().jobs.find((job) => !TERMINAL.has(job.state));
    if (running) throw new RestError(409, `Job ${running.id} is ${running.state}: cancel or stop it first.`);
    if (this.#starting) throw new RestError(409, 'A job is being started.');
    this.#starting = true;
    try {
      const previous = engine.storedJobs()[0];
      const plan = await this.#options.prepare(this.#plan(previous, request), previous === undefined);
      const restoreFrom = await this.#restoreFrom(engine, previous, request);
      const { jobId } = await engine.submitJob({
        ...submission(plan, this.#options.module, this.#options.speedDirectory),
        ...(restoreFrom === undefined ? {} : { restoreFrom }),
      });
      return { jobid: jobId };
    } catch (error) {
      throw refusal(error);
    } finally {
      this.#starting = false;
    }
  }

  #plan(previous: StoredJob | undefined, { parameters }: StartAgainRequest): JobPlan {
    const base = previous ? storedPlan(previous, this.#options.alertDirectory) : this.#options.newPlan();
    const { given, properties } = parseArguments(startOptions, asArguments(parameters ?? {}), true);
    for (const option of OF_THE_PROCESS)
      if (given[option] !== undefined) throw new UsageError(`${option} cannot be changed while the server runs`);
    const settings = engineSettings(given, properties);
    for (const setting of CLUSTER_SETTINGS)
      if (settings[setting] !== undefined) throw new UsageError(`${setting} cannot be changed while the server runs`);
    return applyGiven(base, given, settings);
  }

  async #restoreFrom(engine: EmbeddedEngine, previous: StoredJob | undefined, request: StartAgainRequest): Promise<string | undefined> {
    if (request.fresh) return undefined;
    if (request.savepointPath !== undefined) {
      const { resolveCheckpointPath } = await import('@weir/runtime/storage');
      return resolveCheckpointPath(request.savepointPath);
    }
    // Nothing has run here yet: there is nothing to go on from.
    if (previous === undefined) return undefined;
    const latest = await latestCheckpoint(engine.snapshot(), previous.jobId, this.#options.checkpointDirectory);
    if (latest === undefined)
      throw new RestError(409, `Job ${previous.jobId} has no checkpoint to start from: send {"fresh": true} to start with empty state.`);
    return latest;
  }
}

/** `{"threshold": 5, "event-interval": "1s", "execution.checkpointing.interval": "5s"}` as it would be typed. */
function asArguments(parameters: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(parameters).flatMap(([key, value]) => {
    if (value === null || typeof value === 'object') throw new UsageError(`${key}: must be a text, a number or a boolean`);
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return key.includes('.') ? ['-D', `${key}=${value}`] : [`--${name}=${value}`];
  });
}

/** What the engine refuses on purpose carries a code and a sentence for the user; anything else is a fault of ours. */
function refusal(error: unknown): unknown {
  if (error instanceof RestError) return error;
  if (error instanceof UsageError) return new RestError(400, `parameters: ${error.message}`);
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' && typeof message === 'string' ? new RestError(400, message) : error;
}
