import { type Contender, defaultWorkload } from '../contender.js';
import { cpuTime } from '../processes.js';
import { type Bench, comparable, type Figures, inTurn, keysOf, type Measurement, type Target, targetFor, timesOf } from './measurement.js';
import { rateOver } from './rate.js';

/** Events/s of Weir over that of the peer in the same setup. */
const targets: { readonly [setup in 'default' | 'best']: readonly (readonly [keys: number, target: Target])[] } = {
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
    'Detection job at parallelism 3, source as fast as it is taken, unaligned checkpoints every 10 s. Events that the process operator took in over a window of 8 s that begins after the ' +
    'warm-up; CPU time (user and system, all processes) over the same window.',
  async round(bench, figures) {
    for (const [keys, target] of targets.default) await compare(bench, figures, bench.weir, keys, target);
    if (bench.quick && bench.peers.length === 0) return;
    for (const [keys, target] of targets.best) await compare(bench, figures, bench.weirBest, keys, target);
  },
};

async function compare(bench: Bench, figures: Figures, weir: Contender, keys: number, target: Target): Promise<void> {
  const workload = { ...defaultWorkload, keys };
  const all = comparable(bench, workload, weir);
  const measured = new Map<Contender, { readonly rate: number; readonly perCpuSecond: number }>();
  for (const contender of inTurn(bench, all)) {
    const { warmUp, seconds } = timesOf(bench, contender);
    const { result } = await bench.run(contender, workload, async (run) => {
      let cpu = 0;
      const window = await rateOver(run, warmUp, seconds, () => {
        cpu = cpuTime(run.processes());
      });
      return {
        rate: window.events / window.seconds,
        perCpuSecond: (window.events / (cpuTime(run.processes()) - cpu)) * 1000,
      };
    });
    measured.set(contender, result);
  }
  const ours = measured.get(weir);
  for (const contender of all) {
    const its = measured.get(contender);
    if (its === undefined || ours === undefined) continue;
    figures.value(`${keysOf(keys)}: ${contender.name}`, its.rate, 'events/s');
    figures.value(`${keysOf(keys)}: ${contender.name}, per CPU second`, its.perCpuSecond, 'events/CPU s');
    if (contender === weir) continue;
    figures.value(`${keysOf(keys)}: ${weir.name} / ${contender.name}`, ours.rate / its.rate, '×', targetFor(contender, target));
    const cpuTarget = weir.setup === 'default' && keys === 1_000 ? CPU_TARGET : undefined;
    figures.value(
      `${keysOf(keys)}: ${weir.name} / ${contender.name}, per CPU second`,
      ours.perCpuSecond / its.perCpuSecond,
      '×',
      targetFor(contender, cpuTarget),
    );
  }
}
