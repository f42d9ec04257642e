import { runBare } from '../bare/child.js';
import type { JsMapResult } from '../bare/js-map.js';
import { type Contender, defaultWorkload, type Run } from '../contender.js';
import { proportionalSetSize } from '../processes.js';
import { summarise } from '../statistics.js';
import { untilEveryKeyCame } from './checkpoints.js';
import { comparable, inTurn, keysOf, type Measurement, sleep, targetFor, timesOf } from './measurement.js';

const FEW = 1_000;
const MANY = 1_000_000;
const targets = new Map([
  [FEW, { atMost: 0.1 }],
  [MANY, { atMost: 0.15 }],
]);

export const memory: Measurement = {
  name: 'memory',
  title: 'Memory',
  method:
    'Proportional set size of all processes, server and page with them, under full load once every key has come: median of ten readings 0.2 s apart. A key: the difference between a million keys and a thousand, beside ' +
    'what a JS Map<string, number> with the same million keys adds to a bare process.',
  async round(bench, figures) {
    const sizes = new Map<string, number>();
    for (const keys of [FEW, MANY]) {
      const workload = { ...defaultWorkload, keys };
      const all = comparable(bench, workload, bench.weirCommand);
      for (const contender of inTurn<Contender>(bench, all)) {
        const { warmUp } = timesOf(bench, contender);
        const { result } = await bench.run(contender, workload, async (run) => {
          await sleep(warmUp * 1000);
          await untilEveryKeyCame(run, keys * (bench.quick ? 2 : 8));
          return residentMemory(run);
        });
        sizes.set(`${contender.name} ${keys}`, result);
        figures.value(`${keysOf(keys)}: ${contender.name}`, result / 1e6, 'MB');
      }
      for (const peer of all.slice(1)) {
        const ratio = (sizes.get(`weir start ${keys}`) as number) / (sizes.get(`${peer.name} ${keys}`) as number);
        figures.value(`${keysOf(keys)}: weir start / ${peer.name}`, ratio, '×', targetFor(peer, targets.get(keys)));
      }
    }
    const aKey = ((sizes.get(`weir start ${MANY}`) as number) - (sizes.get(`weir start ${FEW}`) as number)) / (MANY - FEW);
    const { bytesPerKey } = await runBare<JsMapResult>('js-map', { keys: MANY });
    figures.value('a key: weir', aKey, 'bytes');
    figures.value('a key: JS Map', bytesPerKey, 'bytes');
    figures.value('a key: weir / JS Map', aKey / bytesPerKey, '×', { atMost: 0.6 });
  },
};

export async function residentMemory(run: Run): Promise<number> {
  const readings: number[] = [];
  for (let reading = 0; reading < 10; reading++) {
    readings.push(proportionalSetSize(run.processes()));
    await sleep(200);
  }
  return summarise(readings).median;
}
