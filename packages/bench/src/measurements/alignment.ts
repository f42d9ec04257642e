import { defaultWorkload } from '../contender.js';
import { checkpointsAfter } from './checkpoints.js';
import { inTurn, type Measurement, sleep } from './measurement.js';

export const alignment: Measurement = {
  name: 'unaligned',
  title: 'Unaligned against aligned checkpoints under full backpressure',
  method:
    'A sink whose promise resolves after 1 ms a record, every event an alert, so that all buffers are full; 1,000 keys, parallelism 3, a checkpoint every second. End-to-end duration of the first checkpoint that ' +
    'begins 3 s after the start.',
  quick: false,
  async round(bench, figures) {
    const durations = new Map<boolean, number>();
    for (const unaligned of inTurn(bench, [true, false])) {
      // Counts of an abnormal event are at their threshold from the first on.
      const workload = { ...defaultWorkload, abnormalRate: 1, threshold: 1, checkpointInterval: 1_000, unaligned, sink: 'slow' } as const;
      const { result } = await bench.run(bench.weir, workload, async (run) => {
        await sleep(3_000);
        const [first] = await checkpointsAfter(run, Date.now(), 1);
        return first;
      });
      durations.set(unaligned, result.duration);
      figures.value(unaligned ? 'unaligned' : 'aligned', result.duration, 'ms');
      figures.value(unaligned ? 'unaligned: in-flight data' : 'aligned: in-flight data', result.persistedData, 'bytes');
    }
    figures.value('unaligned / aligned', (durations.get(true) as number) / (durations.get(false) as number), '×', { atMost: 0.1 });
  },
};
