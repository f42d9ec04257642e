import { type CheckpointFigures, type Contender, defaultWorkload, type Run } from '../contender.js';
import { summarise } from '../statistics.js';
import { comparable, inTurn, keysOf, type Measurement, sleep, timesOf } from './measurement.js';
import { rateOver } from './rate.js';

const KEYS = 1_000_000;
/** By then as good as every key has come: all but e^-12 of them. */
const EVENTS_PER_KEY = 12;

export const checkpointCost: Measurement = {
  name: 'checkpoint-cost',
  title: 'What checkpoints cost',
  method: `${keysOf(KEYS)}, parallelism 3, full load: events/s with a checkpoint every second over events/s without any.`,
  async round(bench, figures) {
    const rates = new Map<number, number>();
    for (const checkpointInterval of inTurn(bench, [0, 1_000])) {
      const workload = { ...defaultWorkload, keys: KEYS, checkpointInterval };
      const { warmUp, seconds } = timesOf(bench, bench.weir, 10);
      const { result } = await bench.run(bench.weir, workload, (run) => rateOver(run, warmUp, seconds));
      rates.set(checkpointInterval, result.events / result.seconds);
    }
    const [without, every] = [rates.get(0) as number, rates.get(1_000) as number];
    figures.value('without checkpoints', without, 'events/s');
    figures.value('one every second', every, 'events/s');
    figures.value('with / without', every / without, '×', { atLeast: 0.95 });
  },
};

export const checkpointSize: Measurement = {
  name: 'checkpoint',
  title: `A checkpoint of ${keysOf(KEYS)} under full load`,
  method:
    'Once every key has come, parallelism 3, a checkpoint every 3 s: end-to-end duration (trigger to last acknowledgement) and bytes written, in-flight data taken off, median of three checkpoints.',
  async round(bench, figures) {
    const workload = { ...defaultWorkload, keys: KEYS, checkpointInterval: 3_000 };
    const all = comparable(bench, workload, bench.weir, 'checkpoint figures');
    const durations = new Map<Contender, number>();
    for (const contender of inTurn(bench, all)) {
      const { result } = await bench.run(contender, workload, async (run) => {
        const from = await untilEveryKeyCame(run, bench.quick ? KEYS * 2 : KEYS * EVENTS_PER_KEY);
        return checkpointsAfter(run, from, bench.quick ? 1 : 3);
      });
      const duration = summarise(result.map((each) => each.duration)).median;
      durations.set(contender, duration);
      figures.value(`${contender.name}: duration`, duration, 'ms');
      const size = summarise(result.map((each) => each.size - each.persistedData)).median;
      figures.value(`${contender.name}: a key`, size / KEYS, 'bytes', contender === bench.weir ? { atMost: 15.9 } : undefined);
    }
    for (const peer of all.slice(1)) {
      const ratio = (durations.get(bench.weir) as number) / (durations.get(peer) as number);
      figures.value(`weir / ${peer.name}: duration`, ratio, '×', { atMost: 0.1 });
    }
  },
};

/** Resolves with the time at which that many events had been processed. */
export async function untilEveryKeyCame(run: Run, events: number): Promise<number> {
  while ((await run.processed()) < events) await sleep(100);
  return Date.now();
}

/** The first few that were triggered after `from` and completed. */
export async function checkpointsAfter(run: Run, from: number, wanted: number): Promise<readonly CheckpointFigures[]> {
  for (;;) {
    const found = (await run.checkpoints()).filter(({ status, triggeredAt }) => status === 'COMPLETED' && triggeredAt >= from);
    if (found.length >= wanted) return found.slice(-wanted);
    await sleep(50);
  }
}
