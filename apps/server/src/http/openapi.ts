import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { alertsQuery, failRequest, startAgainRequest } from './api/register.js';
import { checkpointTrigger, savepointTrigger, stopRequest } from './flink-rest/operations.js';
import { restRoutes } from './flink-rest/register.js';
import type { Services } from './services.js';

const WRITES: readonly (readonly [method: 'post' | 'patch', path: string, summary: string, body?: z.ZodMiniType])[] = [
  ['post', '/jobs/{jobid}/checkpoints', 'Triggers a checkpoint', checkpointTrigger],
  ['post', '/jobs/{jobid}/savepoints', 'Triggers a savepoint', savepointTrigger],
  ['post', '/jobs/{jobid}/stop', 'Stops the job with a savepoint', stopRequest],
  ['patch', '/jobs/{jobid}', 'Cancels the job (?mode=cancel)'],
  ['post', '/api/taskmanagers/{id}/fail', 'Crashes or hangs a TaskManager', failRequest],
  ['post', '/api/jobmanager/fail', "Ends the JobManager's thread"],
  ['post', '/api/jobs', 'Starts the job again under a new id', startAgainRequest],
];

function operation(path: string, summary: string, body?: z.ZodMiniType): object {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  return {
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: z.toJSONSchema(body, { io: 'input' }) } } } }),
    responses: { '2XX': { description: 'done' }, default: { description: '{"errors": [...]}' } },
  };
}

const events = {
  type: 'array',
  items: {
    type: 'object',
    required: ['userId', 'eventType'],
    properties: {
      userId: { type: 'string' },
      eventType: { enum: ['normal', 'abnormal'] },
      timestamp: { type: ['integer', 'string', 'null'], description: 'ms since the epoch or ISO 8601' },
      ip: { type: ['string', 'null'] },
    },
  },
};

/** The API's description, from the very schemas and routes that serve it. */
function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  const add = (method: string, path: string, described: object): void => {
    paths[path] = { ...paths[path], [method]: described };
  };
  for (const { path } of restRoutes) {
    const templated = path.replace(/:(\w+)/g, '{$1}');
    add('get', templated, operation(templated, "Apache Flink's REST API, as of 1.17"));
  }
  add('get', '/api/alerts', {
    ...operation('/api/alerts', 'Committed alerts in order of seq'),
    parameters: Object.keys(alertsQuery.shape).map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
  });
  const contents = '/api/jobs/{jobid}/checkpoints/{id}/contents';
  add(
    'get',
    contents,
    operation(contents, 'The keyed state in a completed checkpoint, key by key; 204 once newer ones have taken its place'),
  );
  const ledger = '/api/jobs/{jobid}/ledger';
  add('get', ledger, operation(ledger, 'Records made, processed, in flight, lost and doubled, as the newest completed checkpoint says'));
  add('post', '/api/events', {
    ...operation('/api/events', 'Takes events, an ndjson line each or a JSON array: answered once they are durable'),
    parameters: [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } }],
    requestBody: {
      required: true,
      content: { 'application/x-ndjson': { schema: { type: 'string' } }, 'application/json': { schema: events } },
    },
  });
  for (const path of ['/healthz', '/readyz', '/metrics']) add('get', path, operation(path, path.slice(1)));
  for (const [method, path, summary, body] of WRITES) add(method, path, operation(path, summary, body));
  return { openapi: '3.1.0', info: { title: 'Weir', version }, paths };
}

export function registerOpenApi(app: FastifyInstance, services: Services): void {
  app.get('/openapi.json', async () => openApi(services.version));
}
