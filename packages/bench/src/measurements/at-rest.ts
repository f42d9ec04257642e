import { join } from 'node:path';
import { defaultWorkload } from '../contender.js';
import { WeirProcess } from '../contenders/weir-process.js';
import { cpuTime } from '../processes.js';
import { comparable, type Measurement, sleep, targetFor } from './measurement.js';

/** s */
const SETTLES = 5;

export const atRest: Measurement = {
  name: 'rest',
  title: 'CPU at rest',
  method:
    `The job of weir start as it comes: three sources, an event of each every 5 s, checkpoints every 10 s, nobody looking at the page. CPU time of all processes over 30 s, from ${SETTLES} s after the start, as a share of one core. ` +
    'Peers: the same job at 0.6 events/s.',
  async round(bench, figures) {
    const seconds = bench.quick ? 3 : 30;
    const weir = await WeirProcess.start(['--data-dir', join(bench.directory, `rest-${bench.number}`)]);
    let ours: number;
    try {
      ours = await share(() => [weir.pid], seconds, bench.quick ? 1 : SETTLES);
    } finally {
      await weir.end();
    }
    figures.value('weir start', ours * 100, '%');
    const workload = { ...defaultWorkload, keys: 3, rate: 0.6 };
    for (const peer of comparable(bench, workload).slice(1)) {
      const { result } = await bench.run(peer, workload, (run) => share(() => run.processes(), seconds, SETTLES));
      figures.value(peer.name, result * 100, '%');
      figures.value(`weir start / ${peer.name}`, ours / result, '×', targetFor(peer, { atMost: 0.2 }));
    }
  },
};

async function share(processes: () => readonly number[], seconds: number, after: number): Promise<number> {
  await sleep(after * 1000);
  const begin = { cpu: cpuTime(processes()), at: performance.now() };
  await sleep(seconds * 1000);
  return (cpuTime(processes()) - begin.cpu) / (performance.now() - begin.at);
}
