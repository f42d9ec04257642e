import type { Engine, HttpFigures } from '@weir/protocol';
import type { AlertBook } from '../alerts/alert-book.js';
import type { EventsAnswer } from '../ingest/ingest-service.js';

/** What the gateway is built on. The server's main thread owns all of it. */
export interface Services {
  /** Undefined while it is being started: to clients that is a cluster without a leader. */
  readonly engine: () => Engine | undefined;
  readonly alerts: AlertBook;
  readonly jobs: JobControl;
  readonly ingest: Ingest;
  /** Settings of the cluster by Flink's names. */
  readonly configuration: () => readonly (readonly [key: string, value: string])[];
  readonly version: string;
}

export interface Ingest {
  /** Resolves once the events are durable. Throws a `RestError` if none of them was taken. */
  take(body: Buffer, idempotencyKey: string | undefined): Promise<EventsAnswer>;
  /** Undefined unless the job reads the ingest log. */
  figures(): HttpFigures | undefined;
}

export interface StartAgainRequest {
  /** A savepoint or a checkpoint, as a path or file: URL. */
  readonly savepointPath?: string;
  readonly fresh?: boolean;
  /** Options of `weir start` by their names (`threshold`, `event-interval`, …) or Flink's, with their new values. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface JobControl {
  /** Starts the job again under a new id. Throws a `RestError`: 409 while one runs, 400 for what cannot be used. */
  startAgain(request: StartAgainRequest): Promise<{ readonly jobid: string }>;
}
