import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { IngestLog } from '@weir/connectors';
import { defaultJobConfiguration } from '@weir/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asParameters } from '../detection-parameters.js';
import { applyGiven, defaultPlan } from '../start-plan.js';
import { type TestGateway, testGateway } from '../testing/gateway.js';
import { job, snapshot } from '../testing/snapshot.js';

/** What a client does to a connection, over real ones. */

let directory = '';
let log: IngestLog;
let gateway: TestGateway;
let port = 0;
const sockets: Socket[] = [];

async function open(requestTimeout?: number): Promise<void> {
  const openLog = async (path: string): Promise<IngestLog> => {
    log = await IngestLog.open({ directory: path });
    return log;
  };
  const access = { port: () => port, ...(requestTimeout === undefined ? {} : { requestTimeout }) };
  gateway = testGateway(access, undefined, { openLog });
  const plan = applyGiven(
    defaultPlan(defaultJobConfiguration, { kind: 'alert-log', directory: join(directory, 'alerts') }),
    { source: { kind: 'http' } },
    {},
  );
  const { parameters } = await gateway.ingest.prepare(plan, 'first');
  gateway.engine.show(snapshot({ jobs: [job({ parameters: asParameters(parameters) })] }));
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  port = (gateway.app.server.address() as AddressInfo).port;
}

async function shut(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.app.close();
  await gateway.ingest.close();
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weir-ingest-'));
  await open();
});
afterEach(async () => {
  await shut();
  rmSync(directory, { recursive: true, force: true });
});

const EVENT = '{"userId":"a","eventType":"normal"}\n';

/** A connection that sends what the test says, byte by byte, and keeps what comes back. */
class Client {
  text = '';
  readonly socket = connect(port, '127.0.0.1');
  readonly closed = once(this.socket, 'close');

  constructor() {
    sockets.push(this.socket);
    this.socket.setEncoding('latin1').on('data', (text: string) => {
      this.text += text;
    });
    this.socket.on('error', () => {});
  }

  begin(...headers: string[]): this {
    this.socket.write(['POST /api/events HTTP/1.1', `host: 127.0.0.1:${port}`, ...headers, '', ''].join('\r\n'));
    return this;
  }

  send(bytes: string | Buffer): this {
    this.socket.write(bytes);
    return this;
  }

  async until(wanted: RegExp): Promise<void> {
    while (!wanted.test(this.text)) await once(this.socket, 'data');
  }
}

it('takes a body in chunks, wherever they part', async () => {
  const client = new Client().begin('transfer-encoding: chunked');
  const body = Buffer.from(`${EVENT}{"userId":"사용자","eventType":"normal"}\n`);
  for (const byte of body) client.send('1\r\n').send(Buffer.of(byte)).send('\r\n');
  client.send('0\r\n\r\n');
  await client.until(/"accepted":2/);
  expect(log.next).toBe(2);
});

it('tells a client that asks first to go on', async () => {
  const client = new Client().begin('expect: 100-continue', `content-length: ${EVENT.length}`);
  await client.until(/100 Continue/);
  client.send(EVENT);
  await client.until(/"accepted":1/);
});

it.each([
  ['declared', [`content-length: ${9 * 1024 * 1024}`]],
  ['in chunks', ['transfer-encoding: chunked']],
])('refuses what is too large, %s, before it has all come', async (_, headers) => {
  const client = new Client().begin(...headers);
  if (headers[0]?.startsWith('transfer')) {
    for (let n = 0; n < 9; n++) client.send('100000\r\n').send(Buffer.alloc(0x100000, 10)).send('\r\n');
  }
  await client.until(/413 Payload Too Large[\s\S]*8 MiB/);
  expect(log.next).toBe(0);
});

it.each([
  ['length', () => Buffer.alloc(20 * 1024 * 1024, 10)],
  [
    'chunks',
    () => {
      let left = 20;
      return new ReadableStream({
        pull: (controller) => (left-- > 0 ? controller.enqueue(Buffer.alloc(1024 * 1024, 10)) : controller.close()),
      });
    },
  ],
])('says so to a client that sends all of it before it listens, by %s', async (_, body) => {
  const init = { method: 'POST', duplex: 'half' } as const;
  for (let n = 0; n < 8; n++) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/events`, { ...init, body: body() });
    expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining('8 MiB')]);
  }
});

it('refuses a compressed body with a sentence, and takes nothing of it', async () => {
  const body = gzipSync(EVENT);
  const client = new Client().begin('content-encoding: gzip', `content-length: ${body.length}`).send(body);
  await client.until(/415 Unsupported Media Type[\s\S]*without content-encoding/);
  expect(log.next).toBe(0);
});

it('says of a body that is compressed though no header says so that it is no text', async () => {
  const body = gzipSync(EVENT.repeat(100));
  const client = new Client().begin(`content-length: ${body.length}`).send(body);
  await client.until(/400 Bad Request[\s\S]*line 1: not UTF-8/);
});

it.each([
  ['at its end', 'content-length: 0', ''],
  ['by its length', undefined, ''],
  ['of a last chunk alone', 'transfer-encoding: chunked', '0\r\n\r\n'],
])('answers an empty body, empty %s', async (_, header, body) => {
  const client = new Client().begin(...(header === undefined ? [] : [header])).send(body);
  await client.until(/400 Bad Request[\s\S]*holds no event/);
});

it('takes nothing of a request that ends in the middle, though whole events of it had come', async () => {
  for (const headers of [[`content-length: ${EVENT.length * 3}`], ['transfer-encoding: chunked']]) {
    const client = new Client().begin(...headers, 'idempotency-key: k');
    const sent = headers[0]?.startsWith('transfer') ? `${(EVENT.length * 2).toString(16)}\r\n${EVENT}${EVENT}\r\n` : `${EVENT}${EVENT}`;
    client.send(sent);
    await once(gateway.app.server, 'request');
    client.socket.destroy();
    await client.closed;
  }
  const whole = new Client().begin(`content-length: ${EVENT.length}`, 'idempotency-key: k').send(EVENT);
  await whole.until(/"accepted":1,"first":0/);
  expect(log.next).toBe(1);
});

it('gives up a request that does not come to an end', async () => {
  await shut();
  await open(200);
  const client = new Client().begin('content-length: 1000');
  // Not silent: it sends a byte now and then.
  const dripping = setInterval(() => client.send('x'), 20);
  await client.closed;
  clearInterval(dripping);
  expect(client.text).toMatch(/^HTTP\/1\.1 408 /);
  expect(log.next).toBe(0);
});
