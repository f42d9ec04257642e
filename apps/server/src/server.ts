import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { defaultJobConfiguration } from '@weir/runtime';
import { defaultEngineOptions } from '@weir/runtime/engine';
import type { FastifyInstance } from 'fastify';
import type { AlertLog } from './alerts/alert.js';
import { AlertBook } from './alerts/alert-book.js';
import { openAlertLog } from './alerts/open-alert-log.js';
import { RunError, UsageError } from './cli/usage-error.js';
import { type DataDirectory, openDataDirectory } from './data-directory/data-directory.js';
import type { EmbeddedEngine, EmbeddedEngineOptions } from './engine-types.js';
import { EventLog } from './event-log/event-log.js';
import { ReplayMarksFile } from './event-log/replay-marks-file.js';
import { flinkConfiguration } from './flink-configuration.js';
import { createGateway } from './http/gateway.js';
import { IngestService } from './ingest/ingest-service.js';
import { Jobs } from './job-control.js';
import { type JobOutcome, whenRunning } from './job-watch.js';
import { Dashboard } from './push/dashboard.js';
import { SourceSpeed } from './push/source-speed.js';
import { type ClusterSettings, clusterPart, engineOptions, type Settings } from './settings.js';
import { checkSourceFiles } from './source-files.js';
import { applyGiven, defaultPlan, type JobPlan, type StartGiven, storedPlan, submission } from './start-plan.js';
import type { Webhook } from './webhook/webhook.js';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly dataDirectory: string;
  readonly given: StartGiven;
  readonly settings: Settings;
  readonly webhookSecret?: string;
  readonly version: string;
  readonly print: (line: string) => void;
  readonly startEngine: (options: EmbeddedEngineOptions) => Promise<EmbeddedEngine>;
  /** Resolves when the user wants it to end, which may be before it is ready. */
  readonly stopped: Promise<unknown>;
}

const ANEW = ' (weir start --fresh begins anew; it moves the old data aside)';
/** A TaskManager's last checkpoint and end together, ms. */
const STOP_TIMEOUT = 8_000;

/** `weir start`: data directory, HTTP, engine, job, in that order; `stop` in the opposite one. */
export class Server {
  readonly #options: ServerOptions;
  readonly #directory: DataDirectory;
  readonly #log: AlertLog;
  readonly #alerts: AlertBook;
  readonly #events: EventLog;
  readonly #ingest: IngestService;
  readonly #jobs: Jobs;
  readonly #dashboard: Dashboard;
  readonly #module = createRequire(import.meta.url).resolve('@weir/detection/job');
  readonly #engineOptions: EmbeddedEngineOptions;
  #gateway: FastifyInstance | undefined;
  #engine: EmbeddedEngine | undefined;
  #webhook: Webhook | undefined;
  #url = '';

  private constructor(options: ServerOptions, directory: DataDirectory, cluster: ClusterSettings) {
    this.#options = options;
    this.#directory = directory;
    this.#engineOptions = engineOptions(
      directory.path,
      directory.checkpoints,
      savepointsBeside(cluster, directory),
      cluster,
      defaultEngineOptions,
    );
    this.#log = openAlertLog(directory.alerts);
    this.#alerts = new AlertBook(this.#log, {
      onError: (error) => this.#complain(error),
      onChange: (change) => this.#dashboard.acceptAlert(change),
      onTakenBack: (takenBack) => this.#dashboard.acceptTakenBack(takenBack),
    });
    this.#events = new EventLog(new ReplayMarksFile(join(directory.path, 'replay-marks.json')), {
      print: options.print,
      printsEvents: () => this.#isSimulated(),
    });
    this.#ingest = new IngestService({ engine: () => this.#engine, onError: (error) => this.#complain(error) });
    this.#jobs = new Jobs({
      engine: () => this.#engine,
      module: this.#module,
      checkpointDirectory: this.#engineOptions.checkpointDirectory,
      alertDirectory: directory.alerts,
      speedDirectory: directory.speed,
      newPlan: () => this.#newPlan(),
      prepare: (plan, first) => this.#ingest.prepare(plan, first ? 'first' : 'after others'),
    });
    this.#dashboard = new Dashboard({
      engine: () => this.#engine,
      book: this.#alerts,
      log: this.#events,
      jobs: this.#jobs,
      ingest: () => this.#ingest.figures(),
      speed: new SourceSpeed(() => this.#engine?.snapshot()),
      dataDirectory: directory.path,
      version: options.version,
      webhook: options.given.webhook !== undefined,
      onError: (error) => this.#complain(error),
    });
  }

  /** Resolves once it is up, whether its job runs or not. Throws `RunError` or `UsageError` with nothing left running. */
  static async start(options: ServerOptions): Promise<Server> {
    const directory = await openDataDirectory(options.dataDirectory);
    let server: Server | undefined;
    try {
      const cluster = { ...directory.readCluster(), ...clusterPart(options.settings) };
      server = new Server(options, directory, cluster);
      if (options.given.fresh) server.#moveAside();
      directory.writeCluster(cluster);
      await server.#listen();
      await server.#startEngine();
      await server.#startJob();
      return server;
    } catch (error) {
      if (server) await server.stop();
      else directory.release();
      if (error instanceof RunError || error instanceof UsageError) throw error;
      throw new RunError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  #isSimulated(): boolean {
    const source = this.#engine?.snapshot().jobs[0]?.parameters.source as { readonly kind?: unknown } | undefined;
    return (source?.kind ?? 'simulated') === 'simulated';
  }

  async stop(): Promise<void> {
    await this.#dashboard.disconnect();
    await this.#gateway?.close();
    await this.#engine?.stop({ lastCheckpoint: true, timeout: STOP_TIMEOUT });
    await this.#webhook?.close();
    await this.#ingest.close();
    await this.#dashboard.close();
    this.#events.close();
    this.#directory.release();
  }

  #moveAside(): void {
    for (const path of this.#directory.moveAside(this.#engineOptions.checkpointDirectory, new Date()))
      this.#options.print(`old data is now in ${path}`);
  }

  async #listen(): Promise<void> {
    const { host, port, token, version } = this.#options;
    let actualPort = port;
    const configuration = () => flinkConfiguration(this.#engineOptions, this.#engine?.snapshot().jobs[0]?.checkpointConfig);
    const services = { engine: () => this.#engine, alerts: this.#alerts, jobs: this.#jobs, ingest: this.#ingest, configuration, version };
    const security = { host, port: () => actualPort, ...(token === undefined ? {} : { token }) };
    const gateway = createGateway(services, { ...security, onError: (error) => this.#complain(error) });
    this.#gateway = gateway;
    this.#dashboard.attach(gateway.server, security);
    try {
      await gateway.listen({ host, port });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new RunError(
        code === 'EADDRINUSE'
          ? `port ${port} of ${host} is taken: choose another with --port`
          : `cannot listen on ${host}:${port}: ${message}`,
      );
    }
    actualPort = (gateway.server.address() as AddressInfo).port;
    this.#url = `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
  }

  async #startEngine(): Promise<void> {
    const engine = await this.#options.startEngine(this.#engineOptions);
    this.#engine = engine;
    const { webhook: url } = this.#options.given;
    if (url !== undefined) this.#webhook = await this.#startWebhook(url, engine);
    this.#dashboard.applyFiguresInterval();
    engine.subscribe((event) => {
      this.#ingest.accept(event);
      this.#alerts.accept(event);
      this.#webhook?.accept(event);
      this.#events.accept(event);
      this.#dashboard.accept(event);
    });
  }

  async #startWebhook(url: string, engine: EmbeddedEngine): Promise<Webhook> {
    const [{ Webhook }, { httpDelivery }, { CursorFile }] = await Promise.all([
      import('./webhook/webhook.js'),
      import('./webhook/delivery.js'),
      import('./webhook/cursor-file.js'),
    ]);
    const secret = this.#options.webhookSecret;
    const deliver = httpDelivery({ url, timeout: 15_000, ...(secret === undefined ? {} : { secret }) });
    const cursor = new CursorFile(join(this.#directory.path, 'webhook.json'), url);
    return Webhook.start({ deliver, log: this.#log, cursor, snapshot: () => engine.snapshot(), report: this.#options.print });
  }

  /** Goes on with the job that was running, or starts one; says how it stands. */
  async #startJob(): Promise<void> {
    const { given, settings, print } = this.#options;
    if (given.source?.kind === 'none') return print(`Weir is ready at ${this.#url}`);
    const engine = this.#engine as EmbeddedEngine;
    const last = engine.storedJobs()[0];
    if (last?.state === 'FAILED' && last.checkpointsDamaged) {
      return print(`Weir is at ${this.#url}, but the job is FAILED: ${last.failure ?? 'its checkpoints are damaged'}${ANEW}`);
    }
    let jobId: string;
    if (last?.state === 'RUNNING') {
      const stored = storedPlan(last, this.#directory.alerts);
      const plan = await this.#ingest.prepare(applyGiven(stored, given, settings), 'resumed');
      await checkSourceFiles(plan);
      await engine.resumeJob(last.jobId, submission(plan, this.#module, this.#directory.speed));
      jobId = last.jobId;
    } else {
      const plan = await this.#ingest.prepare(this.#newPlan(), last === undefined ? 'first' : 'after others');
      await checkSourceFiles(plan);
      jobId = (await engine.submitJob(submission(plan, this.#module, this.#directory.speed))).jobId;
    }
    const outcome = await Promise.race([whenRunning(engine, jobId), this.#options.stopped.then(() => undefined)]);
    if (outcome) print(standing(this.#url, outcome));
  }

  /** The seed's job with what was typed. Options may only go together with what a stored job had, so this is asked for when there is none. */
  #newPlan(): JobPlan {
    const base = defaultPlan(defaultJobConfiguration, { kind: 'alert-log', directory: this.#directory.alerts });
    return applyGiven(base, this.#options.given, this.#options.settings);
  }

  #complain(error: unknown): void {
    this.#options.print(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function standing(url: string, outcome: JobOutcome): string {
  if (outcome.kind !== 'ended') return `Weir is ready at ${url}`;
  return `Weir is at ${url}, but the job is ${outcome.state}: ${outcome.reason}${outcome.damaged ? ANEW : ''}`;
}

/** Unless it has a place of its own, `savepoints` stands beside the checkpoint directory. */
function savepointsBeside(cluster: ClusterSettings, directory: DataDirectory): string {
  return cluster.checkpointDirectory === undefined ? directory.savepoints : join(cluster.checkpointDirectory, '..', 'savepoints');
}
