import { type Contender, defaultWorkload, type Run } from '../contender.js';
import { checkpointsAfter } from './checkpoints.js';
import { comparable, inTurn, keysOf, type Measurement, sleep, timesOf } from './measurement.js';

const RATE = 300_000;

export const recovery: Measurement = {
  name: 'recovery',
  title: 'Recovery from the crash of a TaskManager',
  method:
    'Open loop at 300,000 events/s, parallelism 3, a checkpoint every 3 s, all else by default (restart delay included). From the crash, after the warm-up and a checkpoint, until every subtask of the sink has had an ' +
    'alert again. Alerts of the whole run, what was replayed counted once, against the oracle.',
  async round(bench, figures) {
    for (const keys of [1_000, 1_000_000]) {
      const workload = { ...defaultWorkload, keys, rate: RATE, abnormalRate: 0.3, checkpointInterval: 3_000 };
      const all = comparable(bench, workload, bench.weir, 'recovery');
      const durations = new Map<Contender, number>();
      for (const contender of inTurn(bench, all)) {
        const { warmUp } = timesOf(bench, contender);
        const { result } = await bench.run(contender, workload, async (run) => {
          await sleep(warmUp * 1000);
          await checkpointsAfter(run, Date.now(), 1);
          return recoveryTime(run, workload.parallelism);
        });
        durations.set(contender, result);
        figures.value(`${keysOf(keys)}: ${contender.name}`, result, 'ms');
      }
      for (const peer of all.slice(1)) {
        const ratio = (durations.get(bench.weir) as number) / (durations.get(peer) as number);
        figures.value(`${keysOf(keys)}: weir / ${peer.name}`, ratio, '×', { atMost: 0.08 });
      }
    }
  },
};

/** Fails a TaskManager; ms until each of the sink's subtasks has had an alert. */
export async function recoveryTime(run: Run, subtasks: number): Promise<number> {
  const failedAt = await run.failTaskManager();
  for (;;) {
    const since = (await run.firstAlerts()).filter(({ at }) => at > failedAt);
    if (new Set(since.map(({ subtask }) => subtask)).size === subtasks) return Math.max(...since.map(({ at }) => at)) - failedAt;
    await sleep(50);
  }
}
