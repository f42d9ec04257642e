import type { EngineSnapshot } from '@weir/protocol';
import type { FastifyInstance } from 'fastify';
import type { Services } from './services.js';

/** Why the job is not ready to be relied on; undefined once it is. States only: the path is open to probes without a token. */
function notReady(snapshot: EngineSnapshot | undefined): string | undefined {
  if (!snapshot?.jobManager.leading) return 'no JobManager leads';
  const [job] = snapshot.jobs;
  if (!job) return 'no job';
  if (job.state !== 'RUNNING') return `the job is ${job.state}`;
  const waiting = job.vertices
    .flatMap((vertex) => vertex.subtasks)
    .filter((subtask) => subtask.state !== 'RUNNING' && subtask.state !== 'FINISHED');
  if (waiting.length > 0) return `${waiting.length} of its tasks are not running yet`;
  return undefined;
}

export function registerHealth(app: FastifyInstance, services: Services): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reason = notReady(services.engine()?.snapshot());
    return reason === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason, errors: [reason] });
  });
}
