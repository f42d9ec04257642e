import { type Contender, defaultWorkload } from '../contender.js';
import { comparable, inTurn, keysOf, type Measurement, timesOf } from './measurement.js';
import { rateOver } from './rate.js';

export const skew: Measurement = {
  name: 'skew',
  title: 'Skewed keys',
  method: 'Keys by the law of Zipf (exponent 1, by octaves) beside uniform ones; 100,000 keys, parallelism 3, checkpoints every 10 s.',
  quick: false,
  async round(bench, figures) {
    const uniform = { ...defaultWorkload, keys: 100_000 };
    const zipf = { ...uniform, skew: 'zipf' } as const;
    for (const contender of inTurn<Contender>(bench, comparable(bench, zipf))) {
      const rates: number[] = [];
      for (const workload of [uniform, zipf]) {
        const { warmUp, seconds } = timesOf(bench, contender, 6);
        const { result } = await bench.run(contender, workload, (run) => rateOver(run, warmUp, seconds));
        rates.push(result.events / result.seconds);
        figures.value(`${keysOf(workload.keys)}, ${workload.skew}: ${contender.name}`, rates[rates.length - 1], 'events/s');
      }
      figures.value(`zipf / uniform: ${contender.name}`, rates[1] / rates[0], '×');
    }
  },
};
