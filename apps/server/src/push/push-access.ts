import type { IncomingMessage, ServerResponse } from 'node:http';
import { RestError } from '../http/rest-error.js';
import { checkAccess, type SecurityOptions } from '../http/security.js';

/** Why a request must not be served; undefined if it may. */
function refusal({ url = '', headers }: IncomingMessage, options: SecurityOptions): string | undefined {
  try {
    checkAccess({ url, headers }, options);
    return undefined;
  } catch (error) {
    if (error instanceof RestError) return error.message;
    // A URL that is none.
    return 'The request cannot be read.';
  }
}

type AllowRequest = (request: IncomingMessage, decide: (reason: string | null | undefined, allowed: boolean) => void) => void;
type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: Error) => void) => void;

/** Socket.IO asks it at the handshake, polling or WebSocket; a refusal is answered 403 with its reason. */
export function allowRequest(options: SecurityOptions): AllowRequest {
  return (request, decide) => {
    const reason = refusal(request, options);
    decide(reason, reason === undefined);
  };
}

/** Every request of a connection, so that its id alone opens nothing: later polls, and the upgrade of a connection that began by polling. */
export function checkEveryRequest(options: SecurityOptions): Middleware {
  return (request, response, next) => {
    if (new URL(request.url ?? '', 'http://unused').searchParams.has('sid') && refusal(request, options) !== undefined)
      return next(new Error('refused'));
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cache-control', 'no-store');
    next();
  };
}
