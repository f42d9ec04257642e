import type { CommandResult, Engine } from '@weir/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod/mini';
import { parseBody } from '../body.js';
import { commandError } from '../command-result.js';
import { RestError } from '../rest-error.js';
import { AsyncOperations, type Operation, type OperationKind } from './async-operations.js';
import { findJob, idParameter } from './route.js';

const triggerId = z.optional(z.string().check(z.regex(/^[0-9a-f]{32}$/i)));

/** Flink's request bodies; what it takes beyond these has no meaning here and is let pass. */
export const checkpointTrigger = z.object({ triggerId, checkpointType: z.optional(z.enum(['CONFIGURED', 'FULL', 'INCREMENTAL'])) });
export const savepointTrigger = z.object({
  triggerId,
  'target-directory': z.optional(z.nullable(z.string())),
  'cancel-job': z.optional(z.boolean()),
  formatType: z.optional(z.enum(['CANONICAL', 'NATIVE'])),
});
export const stopRequest = z.object({ triggerId, targetDirectory: z.optional(z.nullable(z.string())), drain: z.optional(z.boolean()) });

type Params = { Params: { jobid: string; triggerid: string }; Querystring: Record<string, string | undefined> };

/** What steers a job by Flink's API: checkpoints, savepoints, stop, cancel. `engine` throws 503 while no JobManager leads. */
export function registerOperations(app: FastifyInstance, engine: () => Engine): void {
  const operations = operationsOf(app);

  const job = (request: FastifyRequest<Params>): string => findJob(engine().snapshot(), idParameter(request.params, 'jobid')).id;

  app.post<Params>('/jobs/:jobid/checkpoints', async (request, reply) => {
    const jobId = job(request);
    const body = parseBody(checkpointTrigger, request.body);
    const id = operations.start('checkpoint', jobId, body.triggerId, () => engine().execute({ type: 'trigger-checkpoint', jobId }));
    return reply.code(202).send({ 'request-id': id });
  });

  app.post<Params>('/jobs/:jobid/savepoints', async (request, reply) => {
    const jobId = job(request);
    const body = parseBody(savepointTrigger, request.body);
    const id = operations.start('savepoint', jobId, body.triggerId, async () => {
      const target = body['target-directory'] ?? undefined;
      const result = await engine().execute({
        type: 'trigger-savepoint',
        jobId,
        ...(target === undefined ? {} : { targetDirectory: target }),
      });
      if (!result.ok || !body['cancel-job']) return result;
      const cancelled = await engine().execute({ type: 'cancel', jobId });
      return cancelled.ok ? result : cancelled;
    });
    return reply.code(202).send({ 'request-id': id });
  });

  app.post<Params>('/jobs/:jobid/stop', async (request, reply) => {
    const jobId = job(request);
    const { triggerId: chosen, drain, targetDirectory } = parseBody(stopRequest, request.body);
    const id = operations.start('savepoint', jobId, chosen, () =>
      engine().execute({ type: 'stop', jobId, drain: drain ?? false, ...(targetDirectory ? { targetDirectory } : {}) }),
    );
    return reply.code(202).send({ 'request-id': id });
  });

  app.patch<Params>('/jobs/:jobid', async (request, reply) => {
    const jobId = job(request);
    const mode = request.query.mode ?? 'cancel';
    if (mode !== 'cancel')
      throw new RestError(400, `The termination mode "${mode}" is not supported: use mode=cancel, or POST /jobs/${jobId}/stop.`);
    const result = await engine().execute({ type: 'cancel', jobId });
    if (!result.ok) throw commandError(result);
    return reply.code(202).send({});
  });

  const find = (request: FastifyRequest<Params>, kind: OperationKind): Operation => {
    const operation = operations.find(kind, idParameter(request.params, 'jobid'), idParameter(request.params, 'triggerid'));
    if (!operation) {
      throw new RestError(404, `There is no ${kind} operation with triggerId=${request.params.triggerid} for job ${request.params.jobid}.`);
    }
    return operation;
  };

  app.get<Params>('/jobs/:jobid/checkpoints/:triggerid', async (request) =>
    progress(find(request, 'checkpoint'), (result) => ({ checkpointId: result.checkpointId })),
  );
  app.get<Params>('/jobs/:jobid/savepoints/:triggerid', async (request) =>
    progress(find(request, 'savepoint'), (result) => ({ location: result.externalPath })),
  );
}

/** One registry for / and /v1: an id given by one is asked after by either. */
const registries = new WeakMap<object, AsyncOperations>();
function operationsOf(app: FastifyInstance): AsyncOperations {
  const key = app.server;
  const known = registries.get(key) ?? new AsyncOperations();
  registries.set(key, known);
  return known;
}

function progress({ result }: Operation, success: (result: Extract<CommandResult, { ok: true }>) => object): object {
  if (result === undefined) return { status: { id: 'IN_PROGRESS' }, operation: null };
  const operation = result.ok
    ? success(result)
    : { 'failure-cause': { class: `weir.${result.code}`, 'stack-trace': result.message, 'serialized-throwable': '' } };
  return { status: { id: 'COMPLETED' }, operation };
}
