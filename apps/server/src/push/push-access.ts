import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { errorBody, RestError } from '../http/rest-error.js';
import { checkAccess, type SecurityOptions } from '../http/security.js';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: Error) => void) => void;

/**
 * Asks the same of every request of the live line as of any other: the handshake, each poll, a WebSocket, and the upgrade of a connection that began by polling. The
 * id of an open connection alone opens nothing, so Engine.IO's `allowRequest`, which is asked at the handshake only, would not do. Refused as everywhere else.
 */
export function checkEveryRequest(options: SecurityOptions): Middleware {
  return (request, response, next) => {
    const refusal = refusalOf(request, options);
    if (refusal !== undefined) return refuse(request, response, refusal);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cache-control', 'no-store');
    next();
  };
}

function refusalOf({ url = '', headers }: IncomingMessage, options: SecurityOptions): RestError | undefined {
  try {
    checkAccess({ url, headers }, options);
    return undefined;
  } catch (error) {
    return error instanceof RestError ? error : new RestError(400, 'The request cannot be read.');
  }
}

/** Answers and ends it: Engine.IO does not see it any more. */
function refuse({ headers, socket }: IncomingMessage, response: ServerResponse, { status, message }: RestError): void {
  const body = JSON.stringify(errorBody(message));
  const fields = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  if (headers.upgrade === undefined) {
    response.writeHead(status, fields).end(body);
    return;
  }
  // There is no HTTP response to an upgrade but what is written to its socket.
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
