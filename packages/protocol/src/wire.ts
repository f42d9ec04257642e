import type { EngineSnapshot } from './engine.js';

/**
 * What crosses between server and page over Socket.IO (default path and namespace).
 *
 * On connect the server sends one `snapshot`; after it come `delta`s, numbered without a hole from the snapshot's number on. A client that sees a hole
 * emits `resync` and gets a new snapshot. Log lines and alerts come in messages of their own, as they happen; alerts are never lost: each is stored under its
 * number and fetched by `GET /api/alerts?after=SEQ`. History: 1, the first.
 */
export const PROTOCOL_VERSION = 2;

/** What a client says as Socket.IO's `auth` when it connects; a server of another version refuses with `PROTOCOL_VERSION` as the error's message. */
export interface Handshake {
  readonly version: number;
}

export interface ServerToClient {
  snapshot: (message: SnapshotMessage) => void;
  /** Figures at most 4 a second; changes of state at once. */
  delta: (message: DeltaMessage) => void;
  log: (message: LogMessage) => void;
  alerts: (message: AlertsMessage) => void;
}

export interface ClientToServer {
  resync: () => void;
  command: (command: CommandMessage, acknowledge: (result: CommandAcknowledgement) => void) => void;
}

export interface SnapshotMessage {
  readonly version: number;
  readonly seq: number;
  readonly state: DashboardState;
  /** The newest log lines and alerts, oldest first, so that a page is never empty. */
  readonly log: readonly LogLine[];
  readonly alerts: readonly AlertEntry[];
}

export interface DeltaMessage {
  readonly seq: number;
  readonly changes: readonly Change[];
}

/**
 * Sets the value at `path` in the state; without `value` it is removed. With `splice` it is the list at `path` that changes: from place `at` on `removed` elements
 * are taken out and those of `value` put in. Changes of one message are made in order (`apply` of `@weir/protocol/sync`).
 */
export interface Change {
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
  readonly splice?: readonly [at: number, removed: number];
}

export interface DashboardState {
  readonly server: ServerState;
  /**
   * The newest job in full, but for the details (`tasks`) of older checkpoints: `/jobs/:id/checkpoints/details/:n` has those. Of older jobs, ten at most, no
   * vertices, history or recoveries: REST has them.
   */
  readonly engine: EngineSnapshot;
  /** Of the job that is shown: the newest. */
  readonly source: SourceState;
  /** What is known of single keys: all of them where they are few (the seed job's users), else the most active. */
  readonly keys: readonly KeyState[];
  /** Figures of the last hour, one sample a second for the last minutes, older ones thinned to one in five; kept over a restart of the server. */
  readonly series: Series;
  /** Alerts of the job that a failure has not taken back and no checkpoint covers yet. */
  readonly pendingAlerts: number;
  /**
   * Of the shown job, by the number of the recovery: alerts that were pending when it restored a checkpoint that does not cover them, so that the replay has to make
   * them again. Kept over restarts; of a recovery that begins with the process nobody knows.
   */
  readonly alertsTakenBack: Readonly<Record<string, number>>;
}

export interface ServerState {
  readonly version: string;
  readonly startedAt: number;
  readonly now: number;
  readonly clients: number;
  /** Bytes of the process: resident, and the share of one core in the last interval, 0 … 1 per core. */
  readonly residentMemory: number;
  readonly cpuLoad: number;
  readonly webhook: boolean;
}

/** How the source was set, and what is counted of it. */
export type SourceState = NoSource | SimulatedSource | LoadSource | FileSource | HttpSource;

export interface NoSource {
  readonly kind: 'none';
}

export interface SimulatedSource {
  readonly kind: 'simulated';
  /** Between two events of a user at speed 1, ms. */
  readonly intervalMs: number;
  /** 0 … 1. */
  readonly abnormalRate: number;
  readonly seed?: number;
  /** ×1 … ×1000. */
  readonly speed?: number;
}

export interface LoadSource {
  readonly kind: 'load';
  readonly keys: number;
  /** Events a second over all subtasks; 0 for as many as are taken. */
  readonly rate: number;
  readonly abnormalRate: number;
  readonly seed?: number;
}

export type KeyField = 'user' | 'ip';

export interface FileSource {
  readonly kind: 'files';
  readonly files: readonly string[];
  /** Absent where the file's name or first lines tell it. */
  readonly format?: 'ndjson' | 'csv' | 'sshd';
  readonly key: KeyField;
  /** One file that grows and is rotated; else files that end. */
  readonly follow: boolean;
  readonly figures: FileFigures;
}

/** Over the life of the job, as its source says: each is absent while it does not. */
export interface FileFigures {
  readonly bytes?: number;
  readonly lines?: number;
  readonly malformed?: number;
  /** Lines about something else. */
  readonly skipped?: number;
  /** Could not be read any more: cut, deleted, compressed. Only of a followed file. */
  readonly bytesMissing?: number;
  /** To the end of the followed file, rotated ones before it included. */
  readonly pendingBytes?: number;
  /** From the last event read to the last change of the file, ms; 0 at its end. Absent where events have no time. */
  readonly pendingTime?: number;
  /** Files that have had the name and may still grow, the live one included; 0 while there is none. */
  readonly openFiles?: number;
}

export interface HttpSource {
  readonly kind: 'http';
  readonly key: KeyField;
  readonly figures: HttpFigures;
}

/** Of the ingest log; each is absent while it is not known. */
export interface HttpFigures {
  /** Events over the life of the data directory. */
  readonly accepted?: number;
  /** Accepted, and not read by the job yet. */
  readonly waiting?: number;
  readonly waitingBytes?: number;
  readonly bytesOnDisk?: number;
  /** Requests answered with 429 since the server started. */
  readonly refused?: number;
  /** Events without the field that the job counts by. */
  readonly malformed?: number;
  /** A replay would have needed them, and they were deleted already. */
  readonly bytesMissing?: number;
  readonly eventsMissing?: number;
}

export interface KeyState {
  readonly key: string;
  readonly keyGroup: number;
  /** Of the keyed vertex. */
  readonly subtask: number;
  readonly abnormalCount: number;
  /**
   * False while the engine's count is not known: from a failure until the restored checkpoint has been read, where the source is too fast for each event to be
   * published, or where lines were left out. `abnormalCount` is the last one known then, and must not be shown as what the engine has.
   */
  readonly countKnown: boolean;
  /** Events of it since the server started or the job was restored. */
  readonly events: number;
  readonly alerts: number;
  readonly lastEventAt: number;
}

/** Columns of equal length, oldest first. */
export interface Series {
  readonly at: readonly number[];
  /**
   * Records a second out of each subtask of the sources and into each of the others, by `vertexId:subtask`; of a job of many tasks only the sum of each vertex, by
   * `vertexId`. Null where there was no such task.
   */
  readonly throughput: Readonly<Record<string, readonly (number | null)[]>>;
}

export type LogKind = 'source' | 'process' | 'sink' | 'alert' | 'checkpoint' | 'recovery' | 'cluster' | 'job';

export interface LogLine {
  /** 1, 2, … since the server started. */
  readonly number: number;
  readonly at: number;
  readonly kind: LogKind;
  readonly text: string;
  readonly subtask?: number;
  readonly taskManagerId?: string;
  readonly userId?: string;
  readonly abnormal?: boolean;
  /** A replay made it again. */
  readonly replayed: boolean;
  readonly level: 'info' | 'warning' | 'error';
}

export interface LogMessage {
  readonly lines: readonly LogLine[];
  /** Lines before these that were left out for this client. */
  readonly dropped: number;
}

export interface AlertEntry {
  readonly id: string;
  /** Given at the commit. */
  readonly seq: number | null;
  readonly userId: string;
  readonly count: number;
  readonly timestamp: number | null;
  readonly message: string;
  readonly status: 'pending' | 'committed' | 'withdrawn';
  readonly raisedAt: number;
}

export interface AlertsMessage {
  readonly alerts: readonly AlertEntry[];
  /** The newest committed number. */
  readonly last: number;
  readonly dropped: number;
}

export type CommandMessage = { readonly id: string } & (
  | { readonly type: 'fail-taskmanager'; readonly taskManagerId: string; readonly mode: 'crash' | 'hang' }
  | { readonly type: 'fail-jobmanager' }
  | { readonly type: 'trigger-checkpoint' }
  | { readonly type: 'trigger-savepoint' }
  | { readonly type: 'cancel' }
  | { readonly type: 'stop'; readonly drain: boolean }
  | { readonly type: 'start'; readonly from: 'latest' | 'empty' | { readonly path: string } }
  | { readonly type: 'set-speed'; readonly speed: number }
);

export type CommandAcknowledgement = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

/** Answer of `GET /api/jobs/:jobid/checkpoints/:id/contents`: the keyed state in a checkpoint that is still there. */
export interface CheckpointContents {
  readonly checkpointId: number;
  readonly operators: readonly {
    readonly uid: string;
    readonly name: string;
    /** Bytes of it. */
    readonly size: number;
    /** How many keys there are; absent where the state is too large to be read for a page. */
    readonly keys?: number;
    /** The first of them by name: `{"user1": {"abnormalCount": 2}}`. */
    readonly state: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }[];
}
