import { createHash } from 'node:crypto';
import { type Accepted, IngestLog, KeyReusedError, LONGEST_KEY } from '@weir/connectors';
import type { Engine, EngineEvent, HttpFigures, JobInfo } from '@weir/protocol';
import { RestError } from '../http/rest-error.js';
import { sourceCounter } from '../source-counters.js';
import type { JobPlan } from '../start-plan.js';
import { parseEvents } from './events-body.js';
import { Retention } from './retention.js';

/** Accepted and not yet read by the job, bytes: beyond it, 429. */
const MOST_UNREAD = 64 * 1024 * 1024;
/** What the job says of itself comes once a second. */
const RETRY_AFTER_SECONDS = 1;
const TERMINAL: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'CANCELED']);

/** A 429 with its header. */
export class TooManyEventsError extends RestError {
  readonly retryAfter = RETRY_AFTER_SECONDS;

  constructor(unread: number) {
    super(429, `The job has ${Math.round(unread / 1024 / 1024)} MiB of events yet to read: send these again later.`);
  }
}

export interface IngestServiceOptions {
  readonly engine: () => Engine | undefined;
  readonly onError: (error: unknown) => void;
  readonly mostUnread?: number;
  readonly openLog?: (directory: string) => Promise<IngestLog>;
}

export interface EventsAnswer {
  readonly accepted: number;
  readonly first: number;
  readonly last: number;
}

/** `POST /api/events`: what it takes is in the ingest log before it is answered, and stays there as long as a retained checkpoint may need it. */
export class IngestService {
  readonly #options: IngestServiceOptions;
  #log: IngestLog | undefined;
  #directory = '';
  /** Requests answered with 429. */
  #refused = 0;
  /** How far the job had read the log when it last said so. */
  #read: { readonly jobId: string; readonly position: number } | undefined;
  #retention: Retention | undefined;

  constructor(options: IngestServiceOptions) {
    this.#options = options;
  }

  /** Before a job with that plan is submitted or resumed. A new job begins where the events of those before it end. */
  async prepare(plan: JobPlan, begins: 'first' | 'after others' | 'resumed'): Promise<JobPlan> {
    const { source } = plan.parameters;
    if (source.kind !== 'http') return plan;
    if (this.#directory !== source.directory) await this.close();
    const { openLog = (directory: string) => IngestLog.open({ directory }) } = this.#options;
    this.#log ??= await openLog(source.directory);
    this.#directory = source.directory;
    this.#retention ??= new Retention(this.#log, this.#options.onError);
    if (begins === 'resumed') return plan;
    return { ...plan, parameters: { ...plan.parameters, source: { ...source, from: begins === 'first' ? 0 : this.#log.next } } };
  }

  accept(event: EngineEvent): void {
    if (event.type === 'checkpoint') this.#retention?.accept(event.checkpoint);
  }

  async take(body: Buffer, idempotencyKey: string | undefined): Promise<EventsAnswer> {
    const { log, key, job } = this.#open();
    const idempotency = idempotencyKey === undefined ? undefined : { key: idempotencyKey, hash: hashOf(body) };
    if (idempotency !== undefined) checkKey(idempotency.key);
    try {
      const known = idempotency && (await log.known(idempotency.key, idempotency.hash));
      if (known !== undefined) return answer(known);
      const unread = log.position - this.#readPosition(log, job);
      if (unread > (this.#options.mostUnread ?? MOST_UNREAD)) {
        this.#refused++;
        throw new TooManyEventsError(unread);
      }
      const events = parseEvents(body, key);
      return answer(await log.append({ ...events, ...(idempotency === undefined ? {} : { idempotency }) }));
    } catch (error) {
      if (error instanceof RestError) throw error;
      if (error instanceof KeyReusedError) throw new RestError(422, `Idempotency-Key: ${error.message}.`);
      this.#options.onError(error);
      throw new RestError(503, 'The events could not be written to disk and were not taken: send them again later.');
    }
  }

  /** Of the job's source, if it is this one. */
  figures(): HttpFigures | undefined {
    const log = this.#log;
    const job = this.#options.engine()?.snapshot().jobs[0];
    if (log === undefined || job === undefined || (job.parameters.source as { readonly kind?: unknown }).kind !== 'http') return undefined;
    const next = sourceCounter(job, 'nextEvent');
    const position = sourceCounter(job, 'logPosition');
    return {
      accepted: log.next,
      ...(next === undefined ? {} : { waiting: Math.max(0, log.next - next) }),
      ...(position === undefined ? {} : { waitingBytes: Math.max(0, log.position - position) }),
      bytesOnDisk: log.bytesOnDisk,
      refused: this.#refused,
    };
  }

  #open(): { readonly log: IngestLog; readonly key: 'user' | 'ip'; readonly job: JobInfo } {
    const job = this.#options.engine()?.snapshot().jobs[0];
    const source = job?.parameters.source as { readonly kind?: string; readonly key?: 'user' | 'ip' } | undefined;
    if (job === undefined || source?.kind !== 'http' || this.#log === undefined)
      throw new RestError(409, 'The job does not take events by HTTP: its source is not "http".');
    if (TERMINAL.has(job.state)) throw new RestError(409, `The job is ${job.state}: nothing would read the events.`);
    return { log: this.#log, key: source.key ?? 'user', job };
  }

  /** While the job does not say, as of when it last did; before it ever has, only what comes from now on counts as unread. */
  #readPosition(log: IngestLog, job: JobInfo): number {
    const said = sourceCounter(job, 'logPosition');
    if (said !== undefined) this.#read = { jobId: job.id, position: said };
    else if (this.#read?.jobId !== job.id) this.#read = { jobId: job.id, position: log.position };
    return this.#read?.position ?? 0;
  }

  async close(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    this.#read = undefined;
    await this.#retention?.settled();
    this.#retention = undefined;
    await log?.close();
  }
}

const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 32);

const answer = ({ first, count }: Accepted): EventsAnswer => ({ accepted: count, first, last: first + count - 1 });

function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > LONGEST_KEY) throw new RestError(400, `Idempotency-Key must be of 1 to ${LONGEST_KEY} bytes.`);
}
