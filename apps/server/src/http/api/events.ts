import type { FastifyInstance } from 'fastify';
import { TooManyEventsError } from '../../ingest/ingest-service.js';
import { errorBody, RestError } from '../rest-error.js';
import type { Services } from '../services.js';

/** The largest request: some 100,000 events. */
const BODY_LIMIT = 8 * 1024 * 1024;

/** `POST /api/events`. In a scope of its own: here a body is bytes, whatever its type says. */
export function registerEvents(app: FastifyInstance, services: Services): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post('/api/events', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
      if (!['', 'identity'].includes(request.headers['content-encoding'] ?? ''))
        throw new RestError(415, `The body is ${request.headers['content-encoding']}: send it as it is, without content-encoding.`);
      const key = request.headers['idempotency-key'];
      try {
        const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
        return await services.ingest.take(body, Array.isArray(key) ? key.join(', ') : key);
      } catch (error) {
        if (error instanceof TooManyEventsError) reply.header('retry-after', String(error.retryAfter));
        throw error;
      }
    });
    const answerOthers = app.errorHandler;
    scope.setErrorHandler((error: unknown, request, reply) => {
      if ((error as { code?: string }).code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
        // Were the connection closed while it is being sent, most clients would see that instead of the answer: the rest is passed over.
        reply.removeHeader('connection');
        request.raw.resume();
        return reply.code(413).send(errorBody('The body is larger than 8 MiB: send the events in several requests.'));
      }
      return answerOthers(error as Error, request, reply);
    });
  });
}
