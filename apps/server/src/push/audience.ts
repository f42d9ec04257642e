import type { ClientToServer, ServerToClient, SnapshotMessage } from '@weir/protocol';
import type { Server, Socket } from 'socket.io';
import { backlogOf, canWriteFrame, Frame, writeFrame } from './frames.js';

export type PushServerIo = Server<ClientToServer, ServerToClient>;
export type PushSocket = Socket<ClientToServer, ServerToClient>;

/** A client with more than this waiting lags: it gets nothing more until all of it is gone. */
const MOST_PACKETS = 32;
const MOST_BYTES = 1024 * 1024;
/** What may still wait when it counts as drained, in bytes. */
const DRAINED = 16 * 1024;
/** Two snapshots for one client that asks at least so far apart, ms. */
const SNAPSHOT_EVERY = 250;

interface Client {
  readonly socket: PushSocket;
  state: 'waiting' | 'live' | 'lagging';
  lastSnapshot: number;
}

/** Who is connected and how far each is. A client that does not keep up is left out, and gets a fresh snapshot once it has drained: never a longer queue. */
export class Audience {
  readonly #io: PushServerIo;
  readonly #snapshot: () => SnapshotMessage;
  readonly #clients = new Map<string, Client>();
  #scheduled: NodeJS.Immediate | undefined;

  constructor(io: PushServerIo, snapshot: () => SnapshotMessage) {
    this.#io = io;
    this.#snapshot = snapshot;
  }

  get size(): number {
    return this.#clients.size;
  }

  add(socket: PushSocket): void {
    this.#clients.set(socket.id, { socket, state: 'waiting', lastSnapshot: Number.NEGATIVE_INFINITY });
    this.#scheduleSnapshots();
  }

  remove(socket: PushSocket): void {
    this.#clients.delete(socket.id);
  }

  /** The client has seen a gap. Until its snapshot it gets no deltas, which it could not use. */
  resync(socket: PushSocket): void {
    const client = this.#clients.get(socket.id);
    if (client?.state !== 'live') return;
    client.state = 'waiting';
    this.#scheduleSnapshots();
  }

  /** To all that keep up, encoded once. */
  broadcast<E extends 'delta' | 'log' | 'alerts'>(event: E, ...message: Parameters<ServerToClient[E]>): void {
    this.#sift();
    this.#send(
      [...this.#clients.values()].filter(({ state }) => state === 'live'),
      event,
      ...message,
    );
  }

  close(): void {
    clearImmediate(this.#scheduled);
    this.#clients.clear();
  }

  /** Leaves out who lags, and takes back who has caught up. */
  #sift(): void {
    let ready = false;
    for (const client of this.#clients.values()) {
      if (client.state === 'live' && lags(client.socket)) client.state = 'lagging';
      else if (client.state === 'lagging' && isDrained(client.socket)) client.state = 'waiting';
      ready ||= client.state === 'waiting';
    }
    if (ready) this.#scheduleSnapshots();
  }

  /** Encoded once, whatever the clients: a WebSocket with nothing waiting takes a frame, others what Socket.IO makes of it. */
  #send<E extends keyof ServerToClient>(clients: readonly Client[], event: E, ...message: Parameters<ServerToClient[E]>): void {
    const frame = new Frame(event, message);
    const others: string[] = [];
    for (const { socket } of clients) {
      if (canWriteFrame(socket)) writeFrame(socket, frame);
      else others.push(socket.id);
    }
    if (others.length > 0) this.#io.to(others).emit(event, ...message);
  }

  #scheduleSnapshots(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.#sendSnapshots();
    });
  }

  /** One for all that wait: a server that comes back has all its pages connect at once. */
  #sendSnapshots(): void {
    const now = performance.now();
    const ready = [...this.#clients.values()].filter(
      ({ state, lastSnapshot }) => state === 'waiting' && now - lastSnapshot >= SNAPSHOT_EVERY,
    );
    if (ready.length === 0) return;
    this.#send(ready, 'snapshot', this.#snapshot());
    for (const client of ready) {
      client.state = 'live';
      client.lastSnapshot = now;
    }
  }
}

function lags(socket: PushSocket): boolean {
  const { packets, bytes } = backlogOf(socket);
  return packets > MOST_PACKETS || bytes > MOST_BYTES;
}

function isDrained(socket: PushSocket): boolean {
  const { packets, bytes } = backlogOf(socket);
  return packets === 0 && bytes <= DRAINED;
}
