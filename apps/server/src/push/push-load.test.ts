import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { type PageClient, PushHarness, until } from '../testing/push-harness.js';
import { checkpoint, job, START, snapshot } from '../testing/snapshot.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let server: PushHarness;
afterEach(async () => {
  await server.stop();
});

/** Each differs from the one before in some 100 kB. */
function large(n: number) {
  const failureMessage = `${n} `.repeat(2_000);
  const history = Array.from({ length: 15 }, (_, i) => checkpoint(i + 1, { status: 'FAILED', failureMessage }));
  return snapshot({ at: START + n, jobs: [job({ checkpoints: { ...job().checkpoints, history } })] });
}

interface NodeTransport {
  readonly ws: { readonly _socket: { pause(): void; resume(): void } };
}

/** The TCP connection below a client: what a browser that takes nothing more looks like from here. */
function connectionOf(client: PageClient): { pause(): void; resume(): void } {
  return (client.socket.io.engine.transport as unknown as NodeTransport).ws._socket;
}

/** Bytes outside the heap that are in use. */
function held(): number {
  collectGarbage();
  const { external, arrayBuffers } = process.memoryUsage();
  return external + arrayBuffers;
}

it('a page that takes nothing has no queue that grows, holds up nobody, and catches up', async () => {
  server = await PushHarness.start();
  const quick = server.connect();
  // Compressed, what is sent here would fill no buffer.
  const slow = server.connect({ compression: false });
  await until(() => quick.snapshots === 1 && slow.snapshots === 1);
  connectionOf(slow).pause();
  const round = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) {
      const before = quick.mirror.seq;
      server.engine.show(large(n));
      await until(() => quick.mirror.seq > before);
    }
  };
  // More than any buffer on the way holds.
  await round(0, 100);
  const before = held();
  await round(100, 400);
  // 300 × 100 kB were sent to the other one. What zlib has taken is given back some turns after the collection.
  await until(() => held() - before < 20e6);
  expect(quick.snapshots).toBe(1);

  connectionOf(slow).resume();
  await until(() => slow.snapshots > 1 && slow.mirror.seq === quick.mirror.seq);
  expect(slow.mirror.state).toEqual(quick.mirror.state);
  expect(slow.results.every((result) => result === 'updated')).toBe(true);
  const seq = slow.mirror.seq;
  server.engine.show(large(1_000));
  await until(() => slow.mirror.seq > seq && slow.mirror.state?.engine.at === START + 1_000);
});

it('200 pages are each up to date, and for none of them anything waits', async () => {
  server = await PushHarness.start();
  const clients = Array.from({ length: 200 }, (_, n) => server.connect({ compression: n % 2 === 0 }));
  await until(() => clients.every(({ snapshots }) => snapshots === 1));
  for (let n = 0; n < 40; n++) {
    server.engine.show(large(n));
    await sleep(10);
  }
  const last = START + 39;
  await until(() => clients.every(({ mirror }) => mirror.state?.engine.at === last && mirror.state.server.clients === 200));
  for (const { snapshots, results } of clients) {
    expect(snapshots).toBe(1);
    expect(results.every((result) => result === 'updated')).toBe(true);
  }
}, 60_000);

it('goes down at once though a page takes nothing any more', async () => {
  server = await PushHarness.start();
  const client = server.connect({ compression: false });
  await until(() => client.snapshots === 1);
  connectionOf(client).pause();
  for (let n = 0; n < 100; n++) {
    server.engine.show(large(n));
    await sleep(2);
  }
  // The test's own time limit is far below what a connection is given to close by itself.
}, 10_000);
