import type { FastifyInstance } from 'fastify';
import { AlertBook } from '../alerts/alert-book.js';
import { createGateway, type GatewayOptions } from '../http/gateway.js';
import type { JobControl } from '../http/services.js';
import { IngestService, type IngestServiceOptions } from '../ingest/ingest-service.js';
import { FakeEngine } from './fake-engine.js';
import { MemoryAlertLog } from './memory-alert-log.js';

export interface TestGateway {
  readonly app: FastifyInstance;
  readonly engine: FakeEngine;
  readonly log: MemoryAlertLog;
  readonly alerts: AlertBook;
  readonly ingest: IngestService;
}

/** The gateway over an engine in memory, asked by `app.inject` as by this machine. */
export function testGateway(
  options: Partial<GatewayOptions> = {},
  jobs: JobControl = { startAgain: async () => ({ jobid: 'new' }) },
  ingestOptions: Partial<IngestServiceOptions> = {},
): TestGateway {
  const engine = new FakeEngine();
  const log = new MemoryAlertLog();
  const alerts = new AlertBook(log);
  engine.subscribe((event) => alerts.accept(event));
  const ingest = new IngestService({ engine: () => engine, onError: () => {}, ...ingestOptions });
  const services = {
    engine: () => engine,
    alerts,
    jobs,
    ingest,
    configuration: () => [['heartbeat.timeout', '5000']] as const,
    version: '0.1.0',
  };
  // `inject` sends "localhost:80".
  return { app: createGateway(services, { host: '127.0.0.1', port: () => 80, page: '/nowhere', ...options }), engine, log, alerts, ingest };
}
