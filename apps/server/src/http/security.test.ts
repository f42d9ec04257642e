import { describe, expect, it } from 'vitest';
import { testGateway } from '../testing/gateway.js';
import { isLoopback } from './security.js';

const TOKEN = 'correct horse battery staple';

describe('without a token', () => {
  const { app } = testGateway({ port: () => 8088 });
  const status = async (headers: Record<string, string>, method: 'GET' | 'POST' = 'GET', url = '/overview'): Promise<number> =>
    (await app.inject({ method, url, headers })).statusCode;

  it.each(['127.0.0.1:8088', 'localhost:8088', 'LOCALHOST:8088', '[::1]:8088'])('serves Host %s', async (host) => {
    expect(await status({ host })).toBe(200);
  });

  it.each(['evil.example:8088', 'evil.example', '127.0.0.1:9999', '127.0.0.1', 'localhost.evil.example:8088', '10.0.0.1:8088', ''])(
    'refuses Host "%s"',
    async (host) => {
      expect(await status({ host })).toBe(403);
    },
  );

  it('serves its own page and refuses any other, for reading and writing', async () => {
    const host = '127.0.0.1:8088';
    const url = '/api/jobmanager/fail';
    expect(await status({ host, origin: 'http://127.0.0.1:8088' }, 'POST', url)).toBe(202);
    expect(await status({ host }, 'POST', url)).toBe(202);
    for (const origin of [
      'http://evil.example',
      'null',
      'http://127.0.0.1:8089',
      'http://localhost:8088',
      'http://127.0.0.1:8088.evil.example',
    ]) {
      expect(await status({ host, origin }, 'POST', url)).toBe(403);
      expect(await status({ host, origin })).toBe(403);
    }
  });
});

describe('with a token', () => {
  const { app } = testGateway({ host: '0.0.0.0', token: TOKEN });
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers: { host: 'weir.example', ...headers } });

  it('asks for it', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${TOKEN}` }, { cookie: 'weir_token=wrong' }]) {
      const response = await get('/overview', headers as Record<string, string>);
      expect(response.statusCode).toBe(401);
      expect(response.json().errors).toHaveLength(1);
      expect(response.body).not.toContain(TOKEN);
    }
  });

  it('takes it as a header, whatever name the server was asked by', async () => {
    expect((await get('/overview', { authorization: `Bearer ${TOKEN}` })).statusCode).toBe(200);
  });

  it('takes it once in the address and keeps it in a cookie that scripts cannot read', async () => {
    const first = await get(`/?token=${encodeURIComponent(TOKEN)}`);
    expect(first.statusCode).toBe(303);
    expect(first.headers.location).toBe('/');
    const cookie = String(first.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    expect((await get('/overview', { cookie: cookie.split(';')[0] })).statusCode).toBe(200);
    expect((await get(`/overview?token=${encodeURIComponent(TOKEN)}`)).statusCode).toBe(200);
    expect((await get('/?token=wrong')).statusCode).toBe(401);
  });

  it('refuses another page even with the token', async () => {
    expect((await get('/overview', { authorization: `Bearer ${TOKEN}`, origin: 'http://evil.example' })).statusCode).toBe(403);
  });

  it('lets probes pass', async () => {
    expect((await get('/healthz')).statusCode).toBe(200);
    expect((await get('/readyz')).statusCode).toBe(200);
    expect((await get('/metrics')).statusCode).toBe(401);
  });
});

it('knows loopback addresses', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.9.10', '::1', '[::1]']) expect(isLoopback(host)).toBe(true);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example'])
    expect(isLoopback(host)).toBe(false);
});
