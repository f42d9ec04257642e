import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Where the dashboard's build puts it. */
const BUILT = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));
/** `index-DzK3a9Qx.js`: its name changes with its content, so it can be kept for good. */
const NAMED_BY_CONTENT = /-[\w-]{8}\.\w+$/;

/** The page needs itself, its live line, pictures it draws and styles that its charts set; nothing of anybody else's, and nobody may frame it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the built dashboard: the page at `/` alone, what it loads under `/assets/`. False if it has not been built. */
export function registerStaticPage(app: FastifyInstance, directory = BUILT): boolean {
  const page = join(directory, 'index.html');
  if (!existsSync(page)) return false;
  app.get('/', async (_request, reply) => {
    // Read anew each time: it may be built again while the server runs.
    const html = await readFile(page);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('x-frame-options', 'DENY')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
      .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
      .header('cache-control', 'no-cache')
      .send(html);
  });
  app.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/assets/',
    index: false,
    decorateReply: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cross-origin-resource-policy', 'same-origin');
      reply.header('cache-control', NAMED_BY_CONTENT.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return true;
}
