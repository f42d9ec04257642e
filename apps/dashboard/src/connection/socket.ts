import {
  type AlertEntry,
  type ClientToServer,
  type CommandAcknowledgement,
  type Handshake,
  type LogLine,
  PROTOCOL_VERSION,
  type ServerToClient,
  type SnapshotMessage,
} from '@weir/protocol';
import { type MirrorResult, StateMirror } from '@weir/protocol/sync';
import { io, type Socket } from 'socket.io-client';
import { AlertGaps } from './alert-gaps.js';
import { appendLog, mergeAlerts, stillTrue } from './bounded.js';
import type { Command } from './commands.js';
import { OnceAFrame } from './once-a-frame.js';
import { reloadPage } from './reload.js';
import { type ConnectionStatus, useDashboard } from './store.js';

/** Longest time without any message before the page says that it is disconnected: figures come several times a second. */
const SILENCE = 2_000;
/** A connection that brings no snapshot is none. */
const FIRST_SNAPSHOT = 5_000;
const FIRST_RETRY = 500;
const LAST_RETRY = 3_000;
/** Longest wait for the answer to a command. */
const ANSWER = 15_000;

let current: Connection | undefined;

export function connect(): void {
  current ??= new Connection();
}

/** Does not wait for the next attempt. */
export function retryNow(): void {
  current?.retry();
}

/** The one place that talks to the server and the one that writes the store. */
class Connection {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #mirror = new StateMirror();
  readonly #gaps = new AlertGaps({
    read: () => useDashboard.getState().alerts,
    write: (alerts) => useDashboard.setState({ alerts }),
  });
  /** Lines and alerts come many times a second when much happens. */
  readonly #arrivals = new OnceAFrame(() => this.#writeArrivals());
  #lines: LogLine[] = [];
  #dropped = 0;
  #alerts: AlertEntry[] = [];
  #lastAlert = 0;
  #heard = 0;
  #retries = 0;
  #commands = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const auth: Handshake = { version: PROTOCOL_VERSION };
    this.#socket = io({ transports: ['websocket', 'polling'], reconnection: false, timeout: 4_000, auth: { ...auth } });
    const socket = this.#socket;
    socket.on('connect', () => {
      clearTimeout(this.#retryTimer);
      this.#hear();
    });
    socket.on('disconnect', () => this.#lose());
    socket.on('connect_error', (error) => {
      if (error.message === 'PROTOCOL_VERSION') reloadPage();
      this.#lose();
    });
    socket.on('snapshot', (message) => this.#onSnapshot(message));
    socket.on('delta', (message) => {
      this.#hear();
      this.#take(this.#mirror.delta(message));
    });
    socket.on('log', ({ lines, dropped }) => {
      this.#hear();
      this.#lines.push(...lines);
      this.#dropped += dropped;
      this.#arrivals.ask();
    });
    socket.on('alerts', ({ alerts, last }) => {
      this.#hear();
      this.#alerts.push(...alerts);
      this.#lastAlert = last;
      this.#arrivals.ask();
    });
    setInterval(() => this.#checkSilence(), 250);
    useDashboard.setState({ send: (command) => this.#send(command) });
  }

  retry(): void {
    // It says `disconnect` if it was connected, which sets the timer.
    this.#socket.disconnect();
    clearTimeout(this.#retryTimer);
    useDashboard.setState({ retryAt: Date.now() });
    this.#socket.connect();
  }

  #writeArrivals(): void {
    const [lines, dropped, alerts, last] = [this.#lines, this.#dropped, this.#alerts, this.#lastAlert];
    this.#lines = [];
    this.#dropped = 0;
    this.#alerts = [];
    // Another server may count from the beginning.
    this.#lastAlert = 0;
    useDashboard.setState((known) => ({
      log: appendLog(known.log, lines),
      logDropped: known.logDropped + dropped,
      alerts: mergeAlerts(known.alerts, alerts),
      lastAlert: Math.max(known.lastAlert, last),
    }));
    if (alerts.length > 0) void this.#gaps.fill();
  }

  #onSnapshot(message: SnapshotMessage): void {
    this.#hear();
    this.#arrivals.now();
    const before = useDashboard.getState();
    const result = this.#mirror.snapshot(message);
    if (result === 'updated') {
      const sameServer = before.state?.server.startedAt === message.state.server.startedAt;
      useDashboard.setState({
        log: sameServer ? appendLog(before.log, message.log) : message.log,
        logDropped: sameServer ? before.logDropped : 0,
        alerts: mergeAlerts(stillTrue(before.alerts, message.alerts, sameServer), message.alerts),
        lastAlert: message.alerts.reduce((last, { seq }) => Math.max(last, seq ?? 0), sameServer ? before.lastAlert : 0),
      });
      this.#retries = 0;
      this.#enter('connected');
      void this.#gaps.fill();
    }
    this.#take(result);
  }

  #take(result: MirrorResult): void {
    if (result === 'resync') this.#socket.emit('resync');
    if (result === 'incompatible') reloadPage();
    const { state } = this.#mirror;
    if (result !== 'updated' || !state) return;
    const before = useDashboard.getState();
    const clockOffset = state.server.now === before.state?.server.now ? before.clockOffset : state.server.now - Date.now();
    useDashboard.setState({ state, clockOffset });
  }

  #hear(): void {
    this.#heard = Date.now();
  }

  #checkSilence(): void {
    const { connection } = useDashboard.getState();
    const awaited = connection === 'connected' ? SILENCE : this.#socket.connected ? FIRST_SNAPSHOT : Number.POSITIVE_INFINITY;
    if (Date.now() - this.#heard <= awaited) return;
    this.#hear();
    this.#lose();
  }

  #lose(): void {
    this.#arrivals.now();
    this.#mirror.disconnected();
    clearTimeout(this.#retryTimer);
    const delay = Math.min(FIRST_RETRY * 2 ** this.#retries++, LAST_RETRY);
    this.#enter('disconnected', Date.now() + delay);
    this.#retryTimer = setTimeout(() => this.retry(), delay);
  }

  #enter(connection: ConnectionStatus, retryAt?: number): void {
    const before = useDashboard.getState();
    useDashboard.setState({ connection, retryAt, since: before.connection === connection ? before.since : Date.now() });
  }

  async #send(command: Command): Promise<CommandAcknowledgement> {
    if (!this.#socket.connected) return { ok: false, code: 'DISCONNECTED', message: 'The page is not connected to the server.' };
    try {
      return await this.#socket.timeout(ANSWER).emitWithAck('command', { id: `${this.#socket.id}-${++this.#commands}`, ...command });
    } catch {
      return { ok: false, code: 'NO_ANSWER', message: 'The server did not answer in time.' };
    }
  }
}
