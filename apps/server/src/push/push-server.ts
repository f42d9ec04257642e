import { type EventEmitter, once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertEntry, ClientToServer, DashboardState, Handshake, LogLine, ServerToClient, SnapshotMessage } from '@weir/protocol';
import { PROTOCOL_VERSION } from '@weir/protocol';
import { Server as IoServer } from 'socket.io';
import type { EventLog } from '../event-log/event-log.js';
import type { SecurityOptions } from '../http/security.js';
import type { AlertFeed } from './alert-feed.js';
import { Audience, type PushServerIo, type PushSocket } from './audience.js';
import type { Commands } from './commands.js';
import { COMPRESSION } from './frames.js';
import { Outbox } from './outbox.js';
import { checkEveryRequest } from './push-access.js';
import { StateFeed } from './state-feed.js';

/** For the answer to a goodbye, ms. */
const GOODBYE = 300;
/** Larger than any command. */
const LARGEST_MESSAGE = 64 * 1024;
/** Each costs memory and a share of every frame. */
const MOST_CLIENTS = 1_000;
/** Of one client, not yet answered. */
const MOST_COMMANDS = 16;
/** Lines in a snapshot; a page that looks on has more. */
const SNAPSHOT_LINES = 300;
/** Single events; nobody reads more of them in a second. */
const EVENT_LINES_PER_SECOND = 200;
/** Lines about alerts, and alerts themselves, beside these: pages fetch the committed ones that they were not sent. */
const ALERT_LINES_PER_SECOND = 100;
const ALERTS_PER_SECOND = 200;
/** By how much a line matters; those of other kinds are all sent. */
const RANKS: Partial<Record<LogLine['kind'], number>> = { source: 0, process: 0, sink: 0, alert: 1 };
const UNBOUNDED = 2;
/** ms between two messages of lines or alerts at least, for each client: a thousand get four a second. */
const INTERVAL_PER_CLIENT = 0.25;

/** What Engine.IO's types keep to themselves; there is no WebSocket while a client polls. */
interface EngineIo {
  readonly clients: Readonly<Record<string, { readonly transport: { readonly socket?: EventEmitter & { terminate(): void } } }>>;
}

export interface PushServerOptions {
  readonly security: SecurityOptions;
  /** `clients`: how many are connected. */
  readonly assemble: (clients: number) => DashboardState;
  readonly log: EventLog;
  readonly alerts: AlertFeed;
  readonly commands: Commands;
  /** Before the first client is told anything: what is committed has been read. */
  readonly prepare: () => Promise<void>;
  /** Whether anybody looks. */
  readonly onWatched: (watched: boolean) => void;
  readonly onError: (error: unknown) => void;
}

/** The live line to every page: one state for all, kept by differences; log lines and alerts beside it; commands back. */
export class PushServer {
  readonly #options: PushServerOptions;
  readonly #io: PushServerIo;
  readonly #audience: Audience;
  readonly #feed: StateFeed;
  readonly #lines: Outbox<LogLine>;
  readonly #alerts: Outbox<AlertEntry>;

  /** On the same server and port as everything else. */
  constructor(server: HttpServer, options: PushServerOptions) {
    this.#options = options;
    this.#io = new IoServer<ClientToServer, ServerToClient>(server, {
      serveClient: false,
      maxHttpBufferSize: LARGEST_MESSAGE,
      perMessageDeflate: COMPRESSION,
    });
    this.#io.engine.use(checkEveryRequest(options.security));
    this.#audience = new Audience(this.#io, () => this.#snapshot());
    this.#feed = new StateFeed({
      assemble: () => options.assemble(this.#audience.size),
      send: (message) => this.#audience.broadcast('delta', message),
    });
    this.#lines = new Outbox<LogLine>({
      most: 200,
      perSecond: [EVENT_LINES_PER_SECOND, ALERT_LINES_PER_SECOND],
      rankOf: ({ kind }) => RANKS[kind] ?? UNBOUNDED,
      interval: () => this.#audience.size * INTERVAL_PER_CLIENT,
      send: (lines, dropped) => this.#audience.broadcast('log', { lines, dropped }),
    });
    this.#alerts = new Outbox<AlertEntry>({
      most: 100,
      perSecond: [ALERTS_PER_SECOND],
      // Nobody can fetch that an alert was withdrawn.
      rankOf: ({ status }) => (status === 'withdrawn' ? UNBOUNDED : 0),
      interval: () => this.#audience.size * INTERVAL_PER_CLIENT,
      send: (alerts, dropped) => this.#audience.broadcast('alerts', { alerts, last: options.alerts.last, dropped }),
    });
    options.log.subscribe((line, dropped) => this.#watched && this.#lines.push(line, dropped));
    options.alerts.subscribe((entry) => this.#watched && this.#alerts.push(entry));
    this.#io.use((socket, next) => next(this.#refusal(socket)));
    this.#io.on('connection', (socket) => this.#connected(socket));
  }

  /** After each event of the engine, and all that it may have changed. */
  touch(): void {
    this.#feed.touch();
  }

  /** Resolves once no connection of a page is left, so that the HTTP server can be closed. */
  async close(): Promise<void> {
    const { clients } = this.#io.engine as unknown as EngineIo;
    const sockets = Object.values(clients).flatMap(({ transport }) => transport.socket ?? []);
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
    this.#io.disconnectSockets(true);
    this.#io.engine.close();
    this.#stopWatching();
    this.#audience.close();
    // One that does not answer, or takes nothing any more, must not hold up the end.
    await Promise.race([closed, sleep(GOODBYE)]);
    for (const socket of sockets) socket.terminate();
  }

  get #watched(): boolean {
    return this.#audience.size > 0;
  }

  #refusal(socket: PushSocket): Error | undefined {
    const { version } = socket.handshake.auth as Partial<Handshake>;
    if (version !== undefined && version !== PROTOCOL_VERSION) return new Error('PROTOCOL_VERSION');
    return this.#audience.size >= MOST_CLIENTS ? new Error('TOO_MANY_CLIENTS') : undefined;
  }

  #connected(socket: PushSocket): void {
    socket.on('resync', () => this.#audience.resync(socket));
    this.#acceptCommands(socket);
    let gone = false;
    socket.on('disconnect', () => {
      gone = true;
      this.#audience.remove(socket);
      if (!this.#watched) this.#stopWatching();
    });
    void this.#options
      .prepare()
      .catch(this.#options.onError)
      .then(() => {
        if (gone) return;
        const first = !this.#watched;
        this.#audience.add(socket);
        if (!first) return;
        this.#options.onWatched(true);
        this.#feed.start();
      });
  }

  #stopWatching(): void {
    this.#options.onWatched(false);
    this.#feed.stop();
    this.#lines.clear();
    this.#alerts.clear();
  }

  #acceptCommands(socket: PushSocket): void {
    let running = 0;
    socket.on('command', (command, acknowledge) => {
      // What a client sends may be anything.
      if (typeof acknowledge !== 'function') return;
      if (running >= MOST_COMMANDS)
        return acknowledge({ ok: false, code: 'BUSY', message: 'Too many commands at once: wait for the answers to those before.' });
      running++;
      void this.#options.commands.run(command).then((result) => {
        running--;
        acknowledge(result);
      });
    });
  }

  #snapshot(): SnapshotMessage {
    const { seq, state } = this.#feed.current();
    return {
      version: PROTOCOL_VERSION,
      seq,
      state,
      log: this.#options.log.newest(SNAPSHOT_LINES),
      alerts: this.#options.alerts.newest(),
    };
  }
}
