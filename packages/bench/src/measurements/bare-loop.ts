import { runBare } from '../bare/child.js';
import type { CountLoopParameters, CountLoopResult } from '../bare/count-loop.js';
import { defaultWorkload } from '../contender.js';
import { unequalWork } from '../oracle.js';
import { inTurn, keysOf, type Measurement, timesOf, VoidRound } from './measurement.js';
import { rateOver } from './rate.js';

export const bareLoop: Measurement = {
  name: 'bare-loop',
  title: 'Parallelism 1 against a bare loop',
  method:
    'One TaskManager against a single-threaded loop with a JS Map<string, number> that does the same count, without checkpoints, exchange or engine. Both take their events from `LoadEvents.event(n)`, ' +
    'which builds the user name anew for each; the source alone makes them and does nothing more: what is left of it is all that an engine can have.',
  async round(bench, figures) {
    for (const [keys, target] of [
      [1_000, { atLeast: 0.5 }],
      [1_000_000, { atLeast: 3 }],
    ] as const) {
      const workload = { ...defaultWorkload, keys, parallelism: 1 };
      const times = timesOf(bench, bench.weir, 6);
      const weir = async (): Promise<number> => {
        const { result } = await bench.run(bench.weir, workload, (run) => rateOver(run, times.warmUp, times.seconds));
        return result.events / result.seconds;
      };
      const bare = (sourceAlone: boolean): Promise<CountLoopResult> => {
        const { abnormalRate, seed, threshold } = workload;
        const parameters: CountLoopParameters = { keys, abnormalRate, seed, threshold, sourceAlone, ...times };
        return runBare<CountLoopResult>('count-loop', parameters);
      };
      const loop = async (): Promise<number> => {
        const { eventsPerSecond, events, alerts } = await bare(false);
        const reason = unequalWork(workload, { events: [events], alerts });
        if (reason !== undefined) throw new VoidRound(`bare loop: ${reason}`);
        return eventsPerSecond;
      };
      const rates = new Map<unknown, number>();
      for (const each of inTurn(bench, [weir, loop])) rates.set(each, await each());
      const [ours, its] = [rates.get(weir) as number, rates.get(loop) as number];
      figures.value(`${keysOf(keys)}: weir`, ours, 'events/s');
      figures.value(`${keysOf(keys)}: bare loop`, its, 'events/s');
      if (!bench.quick) figures.value(`${keysOf(keys)}: the source alone`, (await bare(true)).eventsPerSecond, 'events/s');
      figures.value(`${keysOf(keys)}: weir / bare loop`, ours / its, '×', target);
    }
  },
};
