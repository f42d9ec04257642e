import { defaultWorkload } from '../contender.js';
import { checkpointsAfter, untilEveryKeyCame } from './checkpoints.js';
import { count, keysOf, type Measurement, timesOf } from './measurement.js';
import { residentMemory } from './memory.js';
import { rateOver } from './rate.js';
import { recoveryTime } from './recovery.js';

const FEWEST = 1_000;

export const stateGrowth: Measurement = {
  name: 'state-growth',
  title: `State from ${count(FEWEST)} to 10,000,000 keys`,
  method:
    'Parallelism 3, full load, a checkpoint every 5 s, hash table backend. In one run, once as good as every key has come: events/s, memory (proportional set size; a key: what it has grown by since 1,000 keys), a checkpoint, ' +
    'and the crash of a TaskManager until every sink has alerts again.',
  quick: false,
  rounds: 2,
  async round(bench, figures) {
    let least = 0;
    for (const keys of [FEWEST, 10_000, 100_000, 1_000_000, 10_000_000]) {
      const workload = { ...defaultWorkload, keys, abnormalRate: 0.3, checkpointInterval: 5_000 };
      const { result } = await bench.run(bench.weir, workload, async (run) => {
        await untilEveryKeyCame(run, keys * 5);
        const { warmUp, seconds } = timesOf(bench, bench.weir, 6);
        const window = await rateOver(run, warmUp, seconds);
        const memory = await residentMemory(run);
        const [checkpoint] = await checkpointsAfter(run, Date.now() - 5_000, 1);
        return { rate: window.events / window.seconds, memory, checkpoint, recovery: await recoveryTime(run, workload.parallelism) };
      });
      const name = keysOf(keys);
      figures.value(`${name}: throughput`, result.rate, 'events/s');
      figures.value(`${name}: memory`, result.memory / 1e6, 'MB');
      if (keys === FEWEST) least = result.memory;
      else if (keys >= 100_000) figures.value(`${name}: memory a key`, (result.memory - least) / (keys - FEWEST), 'bytes');
      figures.value(`${name}: checkpoint`, (result.checkpoint.size - result.checkpoint.persistedData) / 1e6, 'MB');
      figures.value(`${name}: checkpoint, duration`, result.checkpoint.duration, 'ms');
      figures.value(`${name}: recovery`, result.recovery, 'ms');
    }
  },
};
