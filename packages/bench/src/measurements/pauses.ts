import { existsSync } from 'node:fs';
import { defaultWorkload } from '../contender.js';
import { inTurn, type Measurement, sleep } from './measurement.js';

/** ms */
const WARM_UP = 5_000;
const LENGTH = 15_000;

export const pauses: Measurement = {
  name: 'pauses',
  title: 'Longest pause of processing caused by a checkpoint',
  method:
    `The longest time between two records of the process operator in its thread's own time (wall less run-queue wait by schedstat), 1,000,000 keys in one TaskManager, full load, over ${LENGTH / 1000} s after the ` +
    'warm-up: with a checkpoint every second and without any. Both have the turns of the source, the collector of garbage and everything else of that thread in them.',
  quick: false,
  async round(bench, figures) {
    if (!existsSync('/proc/thread-self/schedstat')) {
      figures.note('Not measured: this machine has no /proc/thread-self/schedstat.');
      return;
    }
    const longest = new Map<number, number>();
    for (const checkpointInterval of inTurn(bench, [0, 1_000])) {
      const workload = {
        ...defaultWorkload,
        keys: 1_000_000,
        parallelism: 1,
        checkpointInterval,
        latencyFrom: WARM_UP,
        // Not to the end: the last checkpoint of a job is nothing that comes again.
        recordPausesFor: LENGTH,
      };
      const measure = (): Promise<void> => sleep(WARM_UP + LENGTH + 1_000);
      const { end } = await bench.run(bench.weir, workload, measure, async (run) => (await run.pauses?.()) ?? []);
      longest.set(checkpointInterval, Math.max(...end));
    }
    const [without, every] = [longest.get(0) as number, longest.get(1_000) as number];
    figures.value('without checkpoints', without, 'ms');
    figures.value('one every second', every, 'ms');
    figures.value('more than without', Math.max(0, every - without), 'ms', { atMost: 3 });
  },
};
