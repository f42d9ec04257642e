import { inflateRawSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { type PageClient, PushHarness, until } from '../testing/push-harness.js';
import { job, START, snapshot } from '../testing/snapshot.js';
import { Frame } from './frames.js';

let server: PushHarness | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** What a frame says, as RFC 6455 and RFC 7692 have it; throws if it is not one whole, final, unmasked frame of text. */
function textOf(frame: Buffer): string {
  const compressed = frame[0] === 0xc1;
  if (!compressed && frame[0] !== 0x81) throw new Error('not one frame of text');
  const short = frame[1] as number;
  const [start, length] = short < 126 ? [2, short] : short === 126 ? [4, frame.readUInt16BE(2)] : [10, Number(frame.readBigUInt64BE(2))];
  // The shortest form is the only allowed one.
  if ((start === 4 && length < 126) || (start === 10 && length < 65_536)) throw new Error('longer than it need be');
  if (frame.length !== start + length) throw new Error('not of its length');
  const payload = frame.subarray(start);
  return (compressed ? inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff, 3, 0])])) : payload).toString();
}

it.each([0, 10, 111, 112, 113, 65_520, 65_521, 65_522, 200_000])('frames a text of %d letters, whatever its length takes', (length) => {
  const message = { text: 'x'.repeat(length), korean: '감지' };
  const frame = new Frame('log', [message]);
  const text = `42${JSON.stringify(['log', message])}`;
  expect(textOf(frame.plain)).toBe(text);
  expect(textOf(frame.compressed)).toBe(text);
  expect(frame.compressed.length).toBeLessThanOrEqual(frame.plain.length);
});

it('a page that polls is told the same as one with a WebSocket, with and without compression, one that goes over from the one to the other too', async () => {
  server = await PushHarness.start();
  const clients: PageClient[] = [
    server.connect(),
    server.connect({ compression: false }),
    server.connect({ transports: ['polling'] }),
    server.connect({ transports: ['polling', 'websocket'] }),
  ];
  await until(() => clients.every(({ snapshots }) => snapshots === 1));
  for (let n = 1; n <= 60; n++) {
    server.engine.show(snapshot({ at: START + n, jobs: [job({ name: `job ${n}`, parameters: { text: 'x'.repeat(n * 100) } })] }));
    const [{ mirror }] = clients as [PageClient];
    await until(() => mirror.state?.engine.jobs[0]?.name === `job ${n}`);
  }
  await until(() => clients.every(({ mirror }) => mirror.state?.engine.jobs[0]?.name === 'job 60'));
  for (const { results, snapshots } of clients) {
    expect(snapshots).toBe(1);
    expect(results.every((result) => result === 'updated')).toBe(true);
  }
  expect(clients[3]?.socket.io.engine.transport.name).toBe('websocket');
}, 20_000);
