import { availableParallelism } from 'node:os';
import { defaultWorkload } from '../contender.js';
import { inTurn, type Measurement, timesOf } from './measurement.js';
import { rateOver } from './rate.js';

export const scaling: Measurement = {
  name: 'scaling',
  title: 'Parallelism',
  method: `1,000 keys, checkpoints every 10 s, a TaskManager a subtask; this machine has ${availableParallelism()} cores.`,
  quick: false,
  async round(bench, figures) {
    const rates = new Map<number, number>();
    for (const parallelism of inTurn(bench, [1, 2, 3, 6])) {
      const { warmUp, seconds } = timesOf(bench, bench.weir, 6);
      const { result } = await bench.run(bench.weir, { ...defaultWorkload, parallelism }, (run) => rateOver(run, warmUp, seconds));
      rates.set(parallelism, result.events / result.seconds);
    }
    for (const parallelism of [1, 2, 3, 6]) figures.value(`parallelism ${parallelism}`, rates.get(parallelism) as number, 'events/s');
    for (const parallelism of [2, 3, 6]) {
      figures.value(`parallelism ${parallelism} / 1`, (rates.get(parallelism) as number) / (rates.get(1) as number), '×');
    }
  },
};
