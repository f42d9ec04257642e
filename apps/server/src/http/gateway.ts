import type { Engine } from '@weir/protocol';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerApi } from './api/register.js';
import { registerFlinkRest } from './flink-rest/register.js';
import { registerHealth } from './health.js';
import { registerOpenApi } from './openapi.js';
import { registerPage } from './page.js';
import { registerPrometheus } from './prometheus.js';
import { errorBody, LEADER_ELECTION, RestError } from './rest-error.js';
import { checkAccess, type SecurityOptions } from './security.js';
import type { Services } from './services.js';
import { registerStaticPage } from './static-page.js';

/** Larger than any command; events have a limit of their own. */
const BODY_LIMIT = 1024 * 1024;
/** A request that has not come whole by then is given up with 408, ms: else clients that send a byte now and then hold as much memory as they like. */
const REQUEST_TIMEOUT = 120_000;

export interface GatewayOptions extends SecurityOptions {
  /** Where the built dashboard is, unless in its own place. */
  readonly page?: string;
  /** How long a request may take to come, ms. */
  readonly requestTimeout?: number;
  /** Where an error that nobody foresaw is told: never to the client. */
  readonly onError?: (error: unknown) => void;
}

/** The HTTP server, not yet listening. */
export function createGateway(services: Services, options: GatewayOptions): FastifyInstance {
  // Connections that a browser keeps open must not hold up the end.
  const { requestTimeout = REQUEST_TIMEOUT } = options;
  const http = { headersTimeout: requestTimeout / 2, connectionsCheckingInterval: requestTimeout / 4 };
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true, logger: false, requestTimeout, http });
  acceptJson(app);
  answerErrors(app, options);

  app.addHook('onRequest', async (request, reply) => {
    const { setCookie } = checkAccess({ url: request.url, headers: request.headers }, options);
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer').header('cache-control', 'no-store');
    if (setCookie === undefined) return;
    reply.header('set-cookie', setCookie);
    // Out of the address bar, the history and what is copied from there.
    if (request.method === 'GET' && request.url.startsWith('/?')) await reply.redirect('/', 303);
  });

  const leading = (): Engine => {
    const engine = services.engine();
    if (!engine?.snapshot().jobManager.leading) throw new RestError(503, LEADER_ELECTION);
    return engine;
  };
  const environment = {
    version: services.version,
    address: () => `http://${options.host}:${options.port()}`,
    configuration: services.configuration,
  };
  registerFlinkRest(app, leading, environment);
  app.register(async (v1) => registerFlinkRest(v1, leading, environment), { prefix: '/v1' });
  registerApi(app, services);
  registerHealth(app, services);
  registerPrometheus(app, services);
  registerOpenApi(app, services);
  if (!registerStaticPage(app, options.page)) registerPage(app, services);
  return app;
}

/** Flink's clients and curl alike: whatever the content type says, a body is JSON, and none at all is fine. */
function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(body as string));
    } catch (error) {
      done(new RestError(400, `The body is not JSON: ${(error as Error).message}`));
    }
  });
}

function answerErrors(app: FastifyInstance, options: GatewayOptions): void {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(errorBody(`Unable to load requested file ${request.url.split('?', 1)[0]}.`)),
  );
  app.setErrorHandler((error: unknown, _request, reply) => {
    if (error instanceof RestError) return reply.code(error.status).send(errorBody(error.message));
    const { statusCode, message } = error as { statusCode?: number; message?: string };
    // Fastify's own refusals (too large, malformed URL) say what is wrong and nothing of us.
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
      return reply.code(statusCode).send(errorBody(message ?? 'Bad request.'));
    options.onError?.(error);
    return reply.code(500).send(errorBody('Internal server error.'));
  });
}
