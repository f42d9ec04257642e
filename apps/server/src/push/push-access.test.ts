import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { PushHarness, until } from '../testing/push-harness.js';

let server: PushHarness;
afterEach(async () => {
  await server.stop();
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** As any program may ask, with whatever headers. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '' });
    });
    asked.on('error', reject).end();
  });
}

const POLL = '/socket.io/?EIO=4&transport=polling';
const SOCKET = '/socket.io/?EIO=4&transport=websocket';
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

async function session(headers: Record<string, string> = {}): Promise<string> {
  const { body } = await ask(POLL, headers);
  return (JSON.parse(body.slice(1)) as { sid: string }).sid;
}

describe('the live line', () => {
  it('is there for this machine, by polling and by WebSocket', async () => {
    server = await PushHarness.start();
    expect((await ask(POLL)).status).toBe(200);
    expect((await ask(SOCKET, UPGRADE)).status).toBe(101);
    const own = { origin: server.url };
    expect((await ask(POLL, own)).status).toBe(200);
    expect((await ask(SOCKET, { ...UPGRADE, ...own })).status).toBe(101);
    // No client to be downloaded.
    expect((await ask('/socket.io/socket.io.js')).status).not.toBe(200);
  });

  it.each<Record<string, string>>([{ origin: 'http://evil.example' }, { host: 'evil.example' }, { origin: 'null' }])(
    'is refused with %j, at every step',
    async (foreign) => {
      server = await PushHarness.start();
      const sid = await session();
      // Nor does the id of a connection that is open help.
      for (const path of [POLL, `${POLL}&sid=${sid}`]) expect((await ask(path, foreign)).status).toBe(403);
      for (const path of [SOCKET, `${SOCKET}&sid=${sid}`]) {
        const refused = await ask(path, { ...UPGRADE, ...foreign });
        expect(refused.status).toBe(403);
        expect(JSON.parse(refused.body)).toEqual({ errors: [expect.any(String)] });
      }
    },
  );

  it('needs the token where there is one, at every step', async () => {
    server = await PushHarness.start({ token: 'secret' });
    const bearer = { authorization: 'Bearer secret' };
    const sid = await session(bearer);
    for (const path of [POLL, `${POLL}&sid=${sid}`]) expect((await ask(path)).status).toBe(401);
    for (const path of [SOCKET, `${SOCKET}&sid=${sid}`]) expect((await ask(path, UPGRADE)).status).toBe(401);
    expect((await ask(SOCKET, { ...UPGRADE, ...bearer })).status).toBe(101);
    expect((await ask(`${SOCKET}&sid=${sid}`, { ...UPGRADE, ...bearer })).status).toBe(101);
    expect((await ask(POLL, bearer)).status).toBe(200);
  });

  it('is refused to a page of another version, and says why', async () => {
    server = await PushHarness.start();
    const old = server.connect({ auth: { version: 0 } });
    await until(() => old.refusal);
    expect(old.refusal).toBe('PROTOCOL_VERSION');
    expect(old.snapshots).toBe(0);
  });
});
