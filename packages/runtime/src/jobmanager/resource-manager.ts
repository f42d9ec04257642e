import type { TaskManagerInfo, TaskManagerMetrics, TaskManagerStatus } from '@weir/protocol';
import type { Cancellable, Clock } from '../common/clock.js';
import type { ToTaskManager } from '../rpc/taskmanager-messages.js';

export interface TaskManagerConnection {
  readonly id: string;
  readonly attempt: number;
  readonly doorbell: SharedArrayBuffer;
  send(message: ToTaskManager): void;
}

export interface ResourceManagerOptions {
  readonly taskManagers: number;
  readonly slotsPerTaskManager: number;
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
  readonly clock: Clock;
  readonly startTaskManager: (id: string, attempt: number) => void;
  readonly terminateTaskManager: (id: string, attempt: number) => void;
  /** A registered TaskManager is gone; `at` is when its thread ended where that is known, else now. */
  readonly onLost: (id: string, reason: string, at: number) => void;
  /** Why one ended whose loss was noticed before that was known. */
  readonly onReason: (id: string, reason: string) => void;
  readonly onRegistered: (id: string, attempt: number) => void;
  readonly onChange: () => void;
}

/** A thread that has a line but has not registered after this time never will (it may have hung already): on a busy machine one takes a second or two. */
const REGISTRATION_TIMEOUT_MS = 15_000;
/** Before a further try after two that ended before they had registered: what hinders them will seldom be gone at once. */
const START_RETRY_MS = 1_000;

interface Place {
  readonly id: string;
  readonly firstSlot: number;
  attempt: number;
  connection: TaskManagerConnection | undefined;
  registered: boolean;
  /** From the JobManager's wish to have it ended to the word that it has. */
  ending: boolean;
  status: TaskManagerStatus;
  usedSlots: number;
  /** Threads one after the other that ended before they had registered. */
  failedStarts: number;
  /** Since when it has kept silent, while somebody listened. */
  silentSince: number;
  lastHeartbeat: number;
  startedAt: number;
  osThreadId: number | undefined;
  metrics: TaskManagerMetrics | undefined;
}

/**
 * The TaskManagers of the cluster: which places there are, who stands in each, who has been heard of, which slots are taken.
 *
 * A place whose thread has ended gets a new one; a new attempt starts only after the word that the old thread has ended, so two never write at once.
 */
export class ResourceManager {
  readonly #options: ResourceManagerOptions;
  readonly #places: readonly Place[];
  #heartbeat: Cancellable | undefined;
  #lastBeat: number | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: ResourceManagerOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.taskManagers }, (_, index) => ({
      id: `taskmanager-${index + 1}`,
      firstSlot: index * options.slotsPerTaskManager + 1,
      attempt: 0,
      connection: undefined,
      registered: false,
      ending: false,
      status: 'healthy' as TaskManagerStatus,
      usedSlots: 0,
      failedStarts: 0,
      silentSince: 0,
      lastHeartbeat: 0,
      startedAt: 0,
      osThreadId: undefined,
      metrics: undefined,
    }));
  }

  /** After the main thread has connected those that are there already: starts the rest, and listens for heartbeats. */
  start(): void {
    for (const place of this.#places) {
      if (place.connection === undefined) this.#options.startTaskManager(place.id, place.attempt + 1);
    }
    this.#beat();
  }

  stop(): void {
    this.#heartbeat?.cancel();
  }

  connected(connection: TaskManagerConnection): void {
    const place = this.#place(connection.id);
    if (place === undefined || connection.attempt < place.attempt) return;
    place.connection = connection;
    place.attempt = connection.attempt;
    place.silentSince = this.#options.clock.now();
    place.ending = false;
  }

  registered(id: string, attempt: number, startedAt: number, osThreadId: number | undefined): void {
    const place = this.#current(id, attempt);
    if (place === undefined) return;
    place.registered = true;
    place.failedStarts = 0;
    place.startedAt = startedAt;
    place.osThreadId = osThreadId;
    place.lastHeartbeat = this.#options.clock.now();
    place.silentSince = place.lastHeartbeat;
    this.#options.onRegistered(id, attempt);
    this.#options.onChange();
    if (this.isComplete) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  heartbeat(id: string, attempt: number, metrics: TaskManagerMetrics): void {
    const place = this.#current(id, attempt);
    if (place === undefined) return;
    place.lastHeartbeat = this.#options.clock.now();
    place.silentSince = place.lastHeartbeat;
    place.metrics = metrics;
  }

  /** Its line was closed: the first sign of a thread that has ended. */
  disconnected(id: string, attempt: number): void {
    const place = this.#current(id, attempt);
    if (place !== undefined) this.#lose(place, 'the connection to it was lost', this.#options.clock.now());
  }

  /** The main thread's word that the thread has ended; only now may the next take its place. */
  ended(id: string, attempt: number, at: number, reason: string): void {
    const place = this.#place(id);
    if (place === undefined || attempt !== place.attempt) return;
    const { clock, onReason, startTaskManager } = this.#options;
    if (place.registered) this.#lose(place, reason, at);
    else onReason(id, reason);
    if (place.failedStarts++ < 2) startTaskManager(id, attempt + 1);
    else clock.schedule(START_RETRY_MS, () => startTaskManager(id, attempt + 1));
  }

  #lose(place: Place, reason: string, at: number): void {
    place.connection = undefined;
    place.metrics = undefined;
    if (!place.registered) return;
    place.registered = false;
    place.usedSlots = 0;
    place.status = 'failed';
    this.#options.onLost(place.id, reason, at);
    this.#options.onChange();
  }

  #beat(): void {
    const { clock, heartbeatInterval, heartbeatTimeout } = this.#options;
    const now = clock.now();
    // A process that was stopped, or a JobManager that was busy, has not listened: what it did not hear in that time says nothing.
    const late = Math.max(0, now - (this.#lastBeat ?? now) - 2 * heartbeatInterval);
    this.#lastBeat = now;
    for (const place of this.#places) {
      if (place.ending) continue;
      place.silentSince += late;
      const silence = now - place.silentSince;
      if (place.registered && silence > heartbeatTimeout) {
        this.#end(place);
        this.#lose(place, `no heartbeat for ${heartbeatTimeout} ms`, now);
      } else if (place.registered) {
        place.connection?.send({ type: 'heartbeat-request' });
      } else if (place.connection !== undefined && silence > REGISTRATION_TIMEOUT_MS) {
        this.#end(place);
      }
    }
    this.#heartbeat = clock.schedule(heartbeatInterval, () => this.#beat());
  }

  /** One that can be reached but does not do what it is told. */
  terminate(id: string, reason: string): void {
    const place = this.#place(id);
    if (place?.registered !== true || place.ending) return;
    this.#end(place);
    this.#lose(place, reason, this.#options.clock.now());
  }

  #end(place: Place): void {
    place.ending = true;
    this.#options.terminateTaskManager(place.id, place.attempt);
  }

  get isComplete(): boolean {
    return this.#places.every((place) => place.registered);
  }

  /** Resolves as soon as every place has a registered TaskManager. */
  whenComplete(): Promise<void> {
    return this.isComplete ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  connection(id: string): TaskManagerConnection | undefined {
    const place = this.#place(id);
    return place?.registered === true ? place.connection : undefined;
  }

  get registeredIds(): readonly string[] {
    return this.#places.filter((place) => place.registered).map((place) => place.id);
  }

  /** For the slot pool: places in order, with the number of their first slot. */
  get places(): readonly { readonly id: string; readonly firstSlot: number; readonly slots: number }[] {
    return this.#places.map(({ id, firstSlot }) => ({ id, firstSlot, slots: this.#options.slotsPerTaskManager }));
  }

  setUsedSlots(used: ReadonlyMap<string, number>): void {
    for (const place of this.#places) place.usedSlots = used.get(place.id) ?? 0;
  }

  /** What the job's recovery or checkpoint says of those that are there; one that is not stays failed until it has come back. */
  setStatus(status: TaskManagerStatus, of: (id: string) => boolean): void {
    for (const place of this.#places) if (place.registered && of(place.id)) place.status = status;
  }

  /** No recovery is under way that would say it: one that has come back is restarted, the others are as they were. */
  settle(): void {
    this.setStatus('restarted', (id) => this.#place(id)?.status === 'failed');
    this.setStatus('healthy', (id) => this.#place(id)?.status === 'recovering');
  }

  infos(): TaskManagerInfo[] {
    const { slotsPerTaskManager } = this.#options;
    return this.#places.map((place) => ({
      id: place.id,
      attempt: place.attempt,
      status: place.status,
      registered: place.registered,
      slots: slotsPerTaskManager,
      freeSlots: place.registered ? slotsPerTaskManager - place.usedSlots : 0,
      firstSlot: place.firstSlot,
      lastHeartbeat: Math.round(place.lastHeartbeat),
      startedAt: Math.round(place.startedAt),
      ...(place.osThreadId === undefined ? {} : { osThreadId: place.osThreadId }),
      ...(place.metrics === undefined ? {} : { metrics: place.metrics }),
    }));
  }

  #place(id: string): Place | undefined {
    return this.#places.find((place) => place.id === id);
  }

  #current(id: string, attempt: number): Place | undefined {
    const place = this.#place(id);
    return place?.attempt === attempt ? place : undefined;
  }
}
