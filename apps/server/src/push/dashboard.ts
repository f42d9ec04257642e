import type { Server as HttpServer } from 'node:http';
import type { DashboardState, EngineEvent, EngineSnapshot, HttpFigures, JobInfo } from '@weir/protocol';
import type { AlertBook, AlertChange, AlertsTakenBack } from '../alerts/alert-book.js';
import type { EmbeddedEngine } from '../engine-types.js';
import type { EventLog } from '../event-log/event-log.js';
import { HistoryKeeper } from '../history/history-keeper.js';
import { HistoryStore } from '../history/history-store.js';
import { ThroughputHistory } from '../history/throughput-history.js';
import type { SecurityOptions } from '../http/security.js';
import type { JobControl } from '../http/services.js';
import { AlertFeed } from './alert-feed.js';
import { Commands } from './commands.js';
import { KeyBook } from './key-book.js';
import { ProcessFigures } from './process-figures.js';
import { PushServer } from './push-server.js';
import { readRestoredCounts } from './restored-counts.js';
import { shownEngine } from './shown-engine.js';
import { shownSource } from './shown-source.js';

/** How often the engine is asked for figures while somebody looks, and while nobody does, ms. */
const WATCHED_INTERVAL = 250;
const UNWATCHED_INTERVAL = 1_000;

/** The speed of the simulated source. */
export interface SpeedControl {
  /** Of the newest job; undefined where its source has none. */
  current(): number | undefined;
  /** Resolves once the change will hold whatever happens. Throws a `RestError` where there is no speed to be changed. */
  change(speed: number): Promise<void>;
}

export interface DashboardOptions {
  readonly engine: () => EmbeddedEngine | undefined;
  readonly book: AlertBook;
  readonly log: EventLog;
  readonly jobs: JobControl;
  readonly speed: SpeedControl;
  /** Of the ingest log, if the job reads it. */
  readonly ingest: () => HttpFigures | undefined;
  readonly dataDirectory: string;
  readonly version: string;
  readonly webhook: boolean;
  readonly onError: (error: unknown) => void;
}

/** Everything that pages are shown, from the engine's events on one side to the live line on the other. */
export class Dashboard {
  readonly #options: DashboardOptions;
  readonly #startedAt = Date.now();
  readonly #alerts = new AlertFeed();
  readonly #throughput = new ThroughputHistory();
  readonly #process = new ProcessFigures();
  readonly #keys: KeyBook;
  readonly #history: HistoryKeeper;
  #push: PushServer | undefined;
  #watched = false;
  /** What there is before the engine is. */
  readonly #none: EngineSnapshot;
  #shown: { readonly of: EngineSnapshot; readonly engine: EngineSnapshot } | undefined;

  constructor(options: DashboardOptions) {
    this.#options = options;
    const { book, engine, dataDirectory, onError } = options;
    this.#none = {
      engine: 'embedded',
      at: this.#startedAt,
      jobManager: { attempt: 0, leading: false, startedAt: 0 },
      taskManagers: [],
      jobs: [],
    };
    this.#keys = new KeyBook({ snapshot: () => engine()?.snapshot(), readCounts: readRestoredCounts });
    this.#history = new HistoryKeeper({
      open: () => HistoryStore.open(dataDirectory),
      throughput: this.#throughput,
      onWithdrawn: (alerts) => {
        book.restoreWithdrawn(alerts);
        for (const alert of alerts) this.#alerts.accept({ alert, status: 'withdrawn', seq: null, raisedAt: alert.raisedAt });
      },
      onError,
    });
  }

  /** Pages can connect from now on, once `server` listens. */
  attach(server: HttpServer, security: SecurityOptions): void {
    const { book, engine, jobs, log, onError, speed } = this.#options;
    this.#push = new PushServer(server, {
      security,
      assemble: (clients) => this.#assemble(clients),
      log,
      alerts: this.#alerts,
      commands: new Commands({ engine, jobs, setSpeed: (wanted) => speed.change(wanted), onError }),
      prepare: async () => {
        await this.#history.restored();
        await book.catchUp();
      },
      onWatched: (watched) => {
        this.#watched = watched;
        this.applyFiguresInterval();
      },
      onError,
    });
  }

  /** Once the engine is there. */
  applyFiguresInterval(): void {
    this.#options.engine()?.setFiguresInterval(this.#watched ? WATCHED_INTERVAL : UNWATCHED_INTERVAL);
  }

  /** Every event of the engine, in order, after book and log have had it. */
  accept(event: EngineEvent): void {
    this.#keys.accept(event);
    const snapshot = this.#options.engine()?.snapshot();
    if (event.type === 'changed' && snapshot !== undefined) this.#history.accept(snapshot);
    this.#push?.touch();
  }

  acceptAlert(change: AlertChange): void {
    this.#alerts.accept(change);
    this.#history.acceptAlert(change);
  }

  acceptTakenBack(takenBack: AlertsTakenBack): void {
    this.#history.acceptTakenBack(takenBack);
    this.#push?.touch();
  }

  /** Of the newest job. */
  #alertsTakenBack(job: JobInfo | undefined): Record<string, number> {
    const byRecovery: Record<string, number> = {};
    for (const { number } of job?.recoveries ?? []) {
      const alerts = this.#history.takenBack(job?.id ?? '', number);
      if (alerts !== undefined) byRecovery[number] = alerts;
    }
    return byRecovery;
  }

  /** Says goodbye to all pages. */
  async disconnect(): Promise<void> {
    await this.#push?.close();
  }

  async close(): Promise<void> {
    await this.#history.close(Date.now());
  }

  #assemble(clients: number): DashboardState {
    const { book, engine, ingest, speed, version, webhook } = this.#options;
    const snapshot = engine()?.snapshot() ?? this.#none;
    if (this.#shown?.of !== snapshot) this.#shown = { of: snapshot, engine: shownEngine(snapshot) };
    return {
      server: { version, startedAt: this.#startedAt, now: Date.now(), clients, webhook, ...this.#process.read() },
      engine: this.#shown.engine,
      source: shownSource(snapshot, speed.current(), ingest()),
      keys: this.#keys.list(),
      series: this.#throughput.series(),
      pendingAlerts: book.pending,
      alertsTakenBack: this.#alertsTakenBack(snapshot.jobs[0]),
    };
  }
}
