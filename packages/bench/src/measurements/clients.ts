import { Pages } from '../clients/pages.js';
import { defaultWorkload, type Run } from '../contender.js';
import { cpuTime, mainThreadTime } from '../processes.js';
import { type Measurement, sleep, VoidRound } from './measurement.js';

const CLIENTS = 1_000;

export const clients: Measurement = {
  name: 'clients',
  title: 'Pages connected',
  quick: false,
  method:
    `weir start with 1,000 keys, its source as fast as it is taken; first nobody connected, then one page, then ${CLIENTS}, then nobody again, all in one run. The clients are one process on the same machine that reads everything and looks at the number of each delta: ` +
    'a hole in the numbers, a second snapshot or a client that got fewer deltas than others makes the round void. CPU time of the server is that of its main thread, which does all that is done for pages; of a client and delta: that with ' +
    `${CLIENTS} clients less that with one, log lines and alerts included.`,
  async round(bench, figures) {
    const seconds = bench.quick ? 3 : 8;
    const { result } = await bench.run(bench.weirCommand, defaultWorkload, async (run) => {
      await sleep(bench.weirCommand.warmUp * 1000);
      const before = await watch(run, 0, seconds);
      const one = await watch(run, 1, seconds);
      const many = await watch(run, CLIENTS, seconds);
      const after = await watch(run, 0, seconds);
      return { none: (before.rate + after.rate) / 2, one, many };
    });
    const { none, one, many } = result;
    figures.value('events/s, nobody connected', none, 'events/s');
    figures.value('events/s, 1 page', one.rate, 'events/s');
    figures.value(`events/s, ${CLIENTS} pages`, many.rate, 'events/s');
    figures.value(`${CLIENTS} pages / nobody`, many.rate / none, '×', { atLeast: 0.93 });
    figures.value('deltas/s of each client', many.deltas, '');
    figures.value('messages/s of each client, lines and alerts included', many.messages, '');
    figures.value('kB/s of each client', many.bytes / 1000, '');
    figures.value('server CPU of a client and delta', ((many.server - one.server) * 1000) / (many.deltas * CLIENTS), 'µs', { atMost: 15 });
    figures.value('CPU of the clients themselves, of one core', many.clients / 10, '%');
  },
};

interface Watched {
  /** Events a second. */
  readonly rate: number;
  /** CPU of the server's main thread and of the clients, ms a second. */
  readonly server: number;
  readonly clients: number;
  /** Of one client, a second. */
  readonly deltas: number;
  readonly messages: number;
  readonly bytes: number;
}

async function watch(run: Run, count: number, seconds: number): Promise<Watched> {
  const pages = count === 0 ? undefined : await Pages.connect(run.url as string, count);
  try {
    // What connecting has left behind is over.
    await sleep(1_000);
    const begin = await reading(run, pages);
    await sleep(seconds * 1000);
    const end = await reading(run, pages);
    const elapsed = (end.at - begin.at) / 1000;
    const each = (of: 'deltas' | 'logs' | 'alerts' | 'bytes') =>
      end.report === undefined || begin.report === undefined ? 0 : (end.report[of] - begin.report[of]) / elapsed / count;
    if (end.report !== undefined) {
      const { holes, snapshots, lowest, highest } = end.report;
      if (holes > 0 || snapshots > count) throw new VoidRound(`${holes} holes in the numbers of deltas, ${snapshots} snapshots`);
      // One may be on its way.
      if (highest - lowest > 1) throw new VoidRound(`some clients have delta ${highest}, others only ${lowest}`);
    }
    return {
      rate: (end.events - begin.events) / elapsed,
      server: (end.server - begin.server) / elapsed,
      clients: (end.clients - begin.clients) / elapsed,
      deltas: each('deltas'),
      messages: each('deltas') + each('logs') + each('alerts'),
      bytes: each('bytes'),
    };
  } finally {
    await pages?.close();
  }
}

async function reading(run: Run, pages: Pages | undefined) {
  const report = await pages?.report();
  const events = await run.processed();
  const [server] = run.processes();
  return { at: performance.now(), events, report, server: mainThreadTime(server), clients: pages === undefined ? 0 : cpuTime([pages.pid]) };
}
