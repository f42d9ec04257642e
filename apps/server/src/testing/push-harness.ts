import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlertsMessage, type ClientToServer, type LogMessage, PROTOCOL_VERSION, type ServerToClient } from '@weir/protocol';
import { type MirrorResult, StateMirror } from '@weir/protocol/sync';
import type { FastifyInstance } from 'fastify';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { AlertBook } from '../alerts/alert-book.js';
import { EventLog } from '../event-log/event-log.js';
import { ReplayMarksFile } from '../event-log/replay-marks-file.js';
import { createGateway } from '../http/gateway.js';
import type { JobControl, StartAgainRequest } from '../http/services.js';
import { IngestService } from '../ingest/ingest-service.js';
import { Dashboard, type SpeedControl } from '../push/dashboard.js';
import { FakeEmbeddedEngine } from './fake-embedded-engine.js';
import { MemoryAlertLog } from './memory-alert-log.js';

export interface HarnessOptions {
  readonly token?: string;
  readonly directory?: string;
  readonly jobs?: JobControl;
  readonly speed?: SpeedControl;
}

export interface ClientOptions extends Partial<ManagerOptions & SocketOptions> {
  /** Whether it takes compressed messages, as browsers do. */
  readonly compression?: boolean;
}

/** The server's pages' side over an engine in memory, on a real port. */
export class PushHarness {
  readonly engine = new FakeEmbeddedEngine();
  readonly log = new MemoryAlertLog();
  readonly started: StartAgainRequest[] = [];
  readonly errors: unknown[] = [];
  readonly directory: string;
  url = '';
  readonly #clients: PageClient[] = [];
  readonly #app: FastifyInstance;
  readonly #dashboard: Dashboard;
  readonly #temporary: boolean;

  private constructor(options: HarnessOptions) {
    this.#temporary = options.directory === undefined;
    this.directory = options.directory ?? mkdtempSync(join(tmpdir(), 'weir-push-'));
    const book = new AlertBook(this.log, {
      onError: (error) => this.errors.push(error),
      onChange: (change) => this.#dashboard.acceptAlert(change),
      onTakenBack: (takenBack) => this.#dashboard.acceptTakenBack(takenBack),
    });
    const events = new EventLog(new ReplayMarksFile(join(this.directory, 'replay-marks.json')), {
      print: () => undefined,
      printsEvents: () => true,
    });
    const jobs = options.jobs ?? {
      startAgain: async (request) => {
        this.started.push(request);
        return { jobid: 'new' };
      },
    };
    this.#dashboard = new Dashboard({
      engine: () => this.engine,
      book,
      log: events,
      jobs,
      ingest: () => undefined,
      speed: options.speed ?? { current: () => undefined, change: async () => {} },
      dataDirectory: this.directory,
      version: '0',
      webhook: false,
      onError: (error) => this.errors.push(error),
    });
    let port = 0;
    const security = { host: '127.0.0.1', port: () => port, ...(options.token === undefined ? {} : { token: options.token }) };
    const services = {
      engine: () => this.engine,
      alerts: book,
      jobs,
      ingest: new IngestService({ engine: () => this.engine, onError: (error) => this.errors.push(error) }),
      configuration: () => [],
      version: '0',
    };
    this.#app = createGateway(services, { ...security, page: '/nowhere' });
    this.#dashboard.attach(this.#app.server, security);
    this.#app.server.on('listening', () => {
      port = (this.#app.server.address() as AddressInfo).port;
    });
    this.engine.subscribe((event) => {
      book.accept(event);
      events.accept(event);
      this.#dashboard.accept(event);
    });
  }

  static async start(options: HarnessOptions = {}): Promise<PushHarness> {
    const harness = new PushHarness(options);
    harness.url = await harness.#app.listen({ host: '127.0.0.1', port: 0 });
    return harness;
  }

  connect(options: ClientOptions = {}): PageClient {
    const client = new PageClient(this.url, options);
    this.#clients.push(client);
    return client;
  }

  /** `keep`: its directory, for the next one. */
  async stop({ keep = false } = {}): Promise<void> {
    for (const { socket } of this.#clients) socket.disconnect();
    await this.#dashboard.disconnect();
    await this.#app.close();
    await this.#dashboard.close();
    if (this.#temporary && !keep) rmSync(this.directory, { recursive: true });
  }
}

/** What a page does with what it is sent. */
export class PageClient {
  readonly socket: Socket<ServerToClient, ClientToServer>;
  readonly mirror = new StateMirror();
  readonly results: MirrorResult[] = [];
  readonly logs: LogMessage[] = [];
  readonly alerts: AlertsMessage[] = [];
  /** Snapshots so far, and the last as it came. */
  snapshots = 0;
  snapshotLog: LogMessage['lines'] = [];
  snapshotAlerts: AlertsMessage['alerts'] = [];
  refusal: string | undefined;
  /** Whether the next delta gets lost on the way. */
  loseNext = false;

  constructor(url: string, { compression = true, ...options }: ClientOptions) {
    this.socket = io(url, {
      transports: ['websocket'],
      auth: { version: PROTOCOL_VERSION },
      forceNew: true,
      reconnection: false,
      // Its types know nothing of `false`, which the WebSocket below takes.
      perMessageDeflate: (compression ? { threshold: 0 } : false) as { threshold: number },
      ...options,
    });
    this.socket.on('snapshot', (message) => {
      this.snapshots++;
      this.snapshotLog = message.log;
      this.snapshotAlerts = message.alerts;
      this.results.push(this.mirror.snapshot(message));
    });
    this.socket.on('delta', (message) => {
      if (this.loseNext) {
        this.loseNext = false;
        return;
      }
      const result = this.mirror.delta(message);
      this.results.push(result);
      if (result === 'resync') this.socket.emit('resync');
    });
    this.socket.on('log', (message) => this.logs.push(message));
    this.socket.on('alerts', (message) => this.alerts.push(message));
    this.socket.on('connect_error', (error) => {
      this.refusal = error.message;
    });
  }
}

/** Resolves once it holds; the test's own timeout ends it. */
export async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
