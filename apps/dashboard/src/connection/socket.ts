import type { ClientToServer, CommandAcknowledgement, ServerToClient, SnapshotMessage } from '@weir/protocol';
import { io, type Socket } from 'socket.io-client';
import { appendLog, mergeAlerts } from './bounded.js';
import type { Command } from './commands.js';
import { applyChanges } from './mirror.js';
import { type ConnectionStatus, useDashboard } from './store.js';

/** Longest time without any message before the page says that it is disconnected: the server sends figures more often than once a second. */
const SILENCE = 2_000;
const FIRST_RETRY = 500;
const LAST_RETRY = 3_000;
const ANSWER = 15_000;

export function connect(): () => void {
  const socket: Socket<ServerToClient, ClientToServer> = io({
    transports: ['websocket', 'polling'],
    reconnection: false,
    timeout: 4_000,
  });
  const connection = new Connection(socket);
  return () => connection.close();
}

class Connection {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  #seq = -1;
  #heard = 0;
  #retries = 0;
  #commands = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #watch: ReturnType<typeof setInterval>;

  constructor(socket: Socket<ServerToClient, ClientToServer>) {
    this.#socket = socket;
    socket.on('connect', () => this.#hear());
    socket.on('disconnect', () => this.#lose());
    socket.on('connect_error', () => this.#lose());
    socket.on('snapshot', (message) => this.#onSnapshot(message));
    socket.on('delta', ({ seq, changes }) => {
      this.#hear();
      const { state } = useDashboard.getState();
      if (this.#seq < 0 || !state) return;
      if (seq !== this.#seq + 1) return this.#resync();
      this.#seq = seq;
      const next = applyChanges(state, changes);
      useDashboard.setState({
        state: next,
        clockOffset: next.server.now === state.server.now ? useDashboard.getState().clockOffset : next.server.now - Date.now(),
      });
    });
    socket.on('log', ({ lines, dropped }) => {
      this.#hear();
      useDashboard.setState(({ log, logDropped }) => ({ log: appendLog(log, lines), logDropped: logDropped + dropped }));
    });
    socket.on('alerts', ({ alerts, last }) => {
      this.#hear();
      useDashboard.setState((known) => ({ alerts: mergeAlerts(known.alerts, alerts), lastAlert: Math.max(known.lastAlert, last) }));
    });
    this.#watch = setInterval(() => this.#checkSilence(), 250);
    useDashboard.setState({ send: (command) => this.#send(command) });
  }

  close(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#retryTimer);
    this.#socket.disconnect();
  }

  #onSnapshot({ seq, state, log, alerts }: SnapshotMessage): void {
    this.#hear();
    this.#seq = seq;
    this.#retries = 0;
    const known = useDashboard.getState();
    const sameServer = known.state?.server.startedAt === state.server.startedAt;
    useDashboard.setState({
      state,
      clockOffset: state.server.now - Date.now(),
      log: sameServer ? appendLog(known.log, log) : log,
      logDropped: sameServer ? known.logDropped : 0,
      alerts: mergeAlerts(known.alerts, alerts),
      lastAlert: alerts.reduce((last, alert) => Math.max(last, alert.seq ?? 0), 0),
    });
    this.#enter('connected');
  }

  #resync(): void {
    this.#seq = -1;
    this.#socket.emit('resync');
  }

  #hear(): void {
    this.#heard = Date.now();
  }

  #checkSilence(): void {
    if (useDashboard.getState().connection === 'connected' && Date.now() - this.#heard > SILENCE) this.#lose();
  }

  #lose(): void {
    this.#seq = -1;
    clearTimeout(this.#retryTimer);
    const delay = Math.min(FIRST_RETRY * 2 ** this.#retries++, LAST_RETRY);
    this.#enter('disconnected', Date.now() + delay);
    this.#retryTimer = setTimeout(() => {
      this.#socket.disconnect();
      this.#socket.connect();
    }, delay);
  }

  #enter(connection: ConnectionStatus, retryAt?: number): void {
    const known = useDashboard.getState();
    useDashboard.setState({ connection, retryAt, since: known.connection === connection ? known.since : Date.now() });
  }

  async #send(command: Command): Promise<CommandAcknowledgement> {
    const id = `${this.#socket.id ?? ''}-${++this.#commands}`;
    try {
      if (!this.#socket.connected) throw new Error('The page is not connected to the server.');
      return await this.#socket.timeout(ANSWER).emitWithAck('command', { id, ...command });
    } catch (error) {
      return { ok: false, code: 'DISCONNECTED', message: error instanceof Error ? error.message : String(error) };
    }
  }
}
