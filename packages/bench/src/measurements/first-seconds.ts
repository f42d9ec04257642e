import { type Contender, defaultWorkload } from '../contender.js';
import { comparable, inTurn, type Measurement, sleep, targetFor } from './measurement.js';

const SECONDS = 10;

export const firstSeconds: Measurement = {
  name: 'first-seconds',
  title: `Events in the first ${SECONDS} s`,
  method: `From the command to start (all processes, server and page with them) to ${SECONDS} s later: events that the process operator has taken in, 1,000 keys, cold.`,
  quick: false,
  async round(bench, figures) {
    const all = comparable(bench, defaultWorkload, bench.weirCommand);
    const events = new Map<Contender, number>();
    for (const contender of inTurn(bench, all)) {
      const { result } = await bench.run(contender, defaultWorkload, async (run) => {
        const late = Date.now() - run.startedAt - SECONDS * 1000;
        // A system that is not RUNNING by then has processed nothing.
        if (late > 0) return 0;
        await sleep(-late);
        return run.processed();
      });
      events.set(contender, result);
      figures.value(contender.name, result, 'events');
    }
    for (const peer of all.slice(1)) {
      if (events.get(peer) === 0) {
        figures.note(`${peer.name} had taken in nothing by then in some round: there is no ratio of that round.`);
        continue;
      }
      const ratio = (events.get(bench.weirCommand) as number) / (events.get(peer) as number);
      figures.value(`weir start / ${peer.name}`, ratio, '×', targetFor(peer, { atLeast: 10 }));
    }
  },
};
