import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { parseBody, parseQuery } from '../body.js';
import { commandError } from '../command-result.js';
import { LEADER_ELECTION, RestError } from '../rest-error.js';
import type { Services } from '../services.js';
import { CheckpointContentsReader } from './checkpoint-contents.js';
import { registerEvents } from './events.js';

/** Digits as a number within bounds, with a message that says so. */
function count(least: number, most: number, otherwise: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.pipe(
    z._default(z.string().check(z.regex(/^\d{1,15}$/, message)), String(otherwise)),
    z.pipe(z.transform(Number), z.number().check(z.minimum(least, message), z.maximum(most, message))),
  );
}

export const alertsQuery = z.object({
  after: count(0, Number.MAX_SAFE_INTEGER, 0),
  limit: count(1, 100_000, 1_000),
  pending: z._default(z.enum(['true', 'false']), 'false'),
});
export const failRequest = z.object({ mode: z._default(z.enum(['crash', 'hang']), 'crash') });
export const startAgainRequest = z.strictObject({
  savepointPath: z.optional(z.string().check(z.minLength(1))),
  fresh: z.optional(z.boolean()),
  parameters: z.optional(z.record(z.string(), z.unknown())),
});

/** Weir's own API, beside Flink's. */
export function registerApi(app: FastifyInstance, services: Services): void {
  const engine = () => {
    const running = services.engine();
    if (!running) throw new RestError(503, LEADER_ELECTION);
    return running;
  };

  const job = (jobId: string) =>
    engine()
      .snapshot()
      .jobs.find(({ id }) => id === jobId);

  app.get('/api/alerts', async (request) => {
    const { after, limit, pending } = parseQuery(alertsQuery, request.query);
    return services.alerts.list({ after, limit, pending: pending === 'true' });
  });

  const contents = new CheckpointContentsReader();
  app.get<{ Params: { jobid: string; id: string } }>('/api/jobs/:jobid/checkpoints/:id/contents', async ({ params }, reply) => {
    const find = () => job(params.jobid)?.checkpoints.history.find(({ id }) => String(id) === params.id);
    const checkpoint = find();
    if (checkpoint?.externalPath === undefined)
      throw new RestError(404, `There is no completed checkpoint ${params.id} of job ${params.jobid} on disk.`);
    // A newer one has taken its place, which may happen while it is read: no fault of who asks.
    if (checkpoint.discarded) return reply.code(204).send();
    return contents.read(params.jobid, checkpoint).catch((error) => {
      if (error.code === 'NOT_FOUND' || error.code === 'ENOENT' || find()?.discarded !== false) return reply.code(204).send();
      throw error;
    });
  });

  app.get<{ Params: { jobid: string } }>('/api/jobs/:jobid/ledger', async ({ params }) => {
    const found = job(params.jobid);
    if (found === undefined) throw new RestError(404, `There is no job ${params.jobid}.`);
    if (found.ledger === undefined) throw new RestError(404, `No completed checkpoint of job ${params.jobid} tells it yet.`);
    return found.ledger;
  });

  app.post<{ Params: { id: string } }>('/api/taskmanagers/:id/fail', async (request, reply) => {
    const { mode } = parseBody(failRequest, request.body);
    const { id } = request.params;
    if (
      !engine()
        .snapshot()
        .taskManagers.some((taskManager) => taskManager.id === id)
    )
      throw new RestError(404, `There is no TaskManager ${id}.`);
    const result = await engine().execute({ type: 'fail-taskmanager', id, mode });
    if (!result.ok) throw commandError(result);
    return reply.code(202).send({ id, mode });
  });

  app.post('/api/jobmanager/fail', async (_request, reply) => {
    const result = await engine().execute({ type: 'fail-jobmanager' });
    if (!result.ok) throw commandError(result);
    return reply.code(202).send({});
  });

  app.post('/api/jobs', async (request) => {
    const { savepointPath, fresh, parameters } = parseBody(startAgainRequest, request.body);
    if (fresh && savepointPath !== undefined)
      throw new RestError(400, '"fresh" and "savepointPath" exclude each other: one starts empty, the other from that state.');
    return services.jobs.startAgain({
      ...(savepointPath === undefined ? {} : { savepointPath }),
      ...(fresh === undefined ? {} : { fresh }),
      ...(parameters === undefined ? {} : { parameters }),
    });
  });

  registerEvents(app, services);
}
