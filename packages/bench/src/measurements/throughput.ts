import { type Contender, defaultWorkload } from '../contender.js';
import { cpuTime } from '../processes.js';
import { type Bench, type Figures, inTurn, keysOf, type Measurement, type Target } from './measurement.js';
import { rateOver } from './rate.js';

/** Events/s of Weir over that of the peer in the same setup. */
const targets: Readonly<Record<string, readonly [keys: number, target: Target][]>> = {
  default: [
    [1_000, { atLeast: 3 }],
    [100_000, { atLeast: 4 }],
    [1_000_000, { atLeast: 8 }],
  ],
  best: [
    [1_000, { atLeast: 1.5 }],
    [100_000, { atLeast: 2.5 }],
    [1_000_000, { atLeast: 6 }],
  ],
};

const CPU_TARGET: Target = { atLeast: 4 };

export const throughput: Measurement = {
  name: 'throughput',
  title: 'Throughput and events per CPU second',
  method:
    'Detection job at parallelism 3, source as fast as it is taken, unaligned checkpoints every 10 s. Events that the process operator took in over a window that begins after the warm-up; ' +
    'CPU time (user and system, all processes) over the same window.',
  async round(bench, figures) {
    for (const [setup, rows] of Object.entries(targets)) {
      for (const [keys, target] of rows) await compare(bench, figures, setup, keys, target);
    }
  },
};

async function compare(bench: Bench, figures: Figures, setup: string, keys: number, target: Target): Promise<void> {
  const all = [bench.weir, bench.weirBest, ...bench.peers].filter((contender) => contender.setup === setup);
  const measured = new Map<Contender, { readonly rate: number; readonly perCpuSecond: number }>();
  for (const contender of inTurn(bench, all)) {
    const workload = { ...defaultWorkload, keys };
    const { result } = await bench.run(contender, workload, async (run) => {
      const cpu = { before: 0 };
      const { events, seconds } = await rateOver(run, contender.warmUp, bench.quick ? 2 : 8, () => {
        cpu.before = cpuTime(run.processes());
      });
      return { rate: events / seconds, perCpuSecond: (events / (cpuTime(run.processes()) - cpu.before)) * 1000 };
    });
    measured.set(contender, result);
    figures.value(`${keysOf(keys)}: ${contender.name}`, result.rate, 'events/s');
    figures.value(`${keysOf(keys)}: ${contender.name}, per CPU second`, result.perCpuSecond, 'events/CPU s');
  }
  const [weir] = all.filter(({ system }) => system === 'weir').map((contender) => measured.get(contender));
  for (const peer of all.filter(({ system }) => system !== 'weir')) {
    const its = measured.get(peer);
    if (weir === undefined || its === undefined) continue;
    figures.value(`${keysOf(keys)}: weir / ${peer.name}`, weir.rate / its.rate, '×', target);
    const cpuTarget = setup === 'default' && keys === 1_000 ? CPU_TARGET : undefined;
    figures.value(`${keysOf(keys)}: weir / ${peer.name}, per CPU second`, weir.perCpuSecond / its.perCpuSecond, '×', cpuTarget);
  }
}
