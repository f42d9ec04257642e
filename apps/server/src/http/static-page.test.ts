import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerStaticPage } from './static-page.js';

let directory: string;
let app: FastifyInstance;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-page-'));
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Weir</title>');
  writeFileSync(join(directory, 'secret.txt'), 'secret');
  writeFileSync(join(directory, 'assets', 'index-DzK3a_Qx.js'), 'export {}');
  writeFileSync(join(directory, 'assets', 'favicon.svg'), '<svg/>');
  writeFileSync(join(directory, 'assets', '.hidden'), 'hidden');
  app = Fastify();
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ errors: ['none'] }));
});
afterEach(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});

describe('the built page', () => {
  it('is at / alone, with a policy that lets in nothing foreign', async () => {
    expect(registerStaticPage(app, directory)).toBe(true);
    const page = await app.inject('/');
    expect([page.statusCode, page.headers['content-type'], page.body]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<!doctype html><title>Weir</title>',
    ]);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(page.headers['cache-control']).toBe('no-cache');
    expect((await app.inject('/index.html')).statusCode).toBe(404);
  });

  it('has its assets, kept for good only where the name says what is in them', async () => {
    registerStaticPage(app, directory);
    const script = await app.inject('/assets/index-DzK3a_Qx.js');
    expect([script.statusCode, script.headers['content-type'], script.headers['cache-control']]).toEqual([
      200,
      'application/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    const icon = await app.inject('/assets/favicon.svg');
    expect([icon.statusCode, icon.headers['content-type'], icon.headers['cache-control']]).toEqual([200, 'image/svg+xml', 'no-cache']);
  });

  it.each([
    '/assets/',
    '/assets/none.js',
    '/assets/.hidden',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%2fsecret.txt',
  ])('has nothing at %s', async (url) => {
    registerStaticPage(app, directory);
    const answer = await app.inject(url);
    expect([403, 404]).toContain(answer.statusCode);
    expect(answer.body).not.toContain('secret"');
    expect(answer.json()).toHaveProperty(answer.statusCode === 404 ? 'errors' : 'error');
  });

  it('is left to others where it has not been built', () => {
    expect(registerStaticPage(app, join(directory, 'nowhere'))).toBe(false);
  });
});
