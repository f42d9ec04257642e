import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { type Contender, defaultWorkload, type Workload } from '../contender.js';
import { type Bench, count, type Figures, inTurn, type Measurement, sleep, type Target, targetFor, timesOf } from './measurement.js';

const RATE = 100_000;
const percentiles = [50, 99, 99.9, 99.99] as const;

export const latency: Measurement = {
  name: 'latency',
  title: `Latency at ${count(RATE)} events/s`,
  method:
    'Open loop; from the time at which an event was due, whatever held its source up, to its alert at the sink: 1,000 keys, parallelism 3, half of the events abnormal, so that one in eight is an alert. ' +
    'HdrHistogram (3 digits) over 20 s after the warm-up; corrected for coordinated omission in that due times are the schedule’s.',
  async round(bench, figures) {
    const ours = await measure(bench, figures, bench.weir, 10_000, 'checkpoints every 10 s');
    await measure(bench, figures, bench.weir, 1_000, 'checkpoints every second', { atMost: 20 });
    if (!bench.quick) await measure(bench, figures, bench.weir, 0, 'no checkpoints');
    const peers = bench.peers.filter(({ setup }) => setup !== 'best');
    for (const peer of inTurn(bench, peers)) {
      const its = await measure(bench, figures, peer, 10_000, 'checkpoints every 10 s');
      const target: Target = peer.setup === 'low-latency' ? { atMost: 1 } : { atMost: 0.03 };
      figures.value(`weir / ${peer.name}: p99`, ours.getValueAtPercentile(99) / its.getValueAtPercentile(99), '×', targetFor(peer, target));
    }
  },
};

async function measure(
  bench: Bench,
  figures: Figures,
  contender: Contender,
  checkpointInterval: number,
  what: string,
  p9999?: Target,
): Promise<Histogram> {
  const { warmUp, seconds } = timesOf(bench, contender, 20);
  const workload: Workload = {
    ...defaultWorkload,
    abnormalRate: 0.5,
    rate: RATE,
    checkpointInterval,
    sink: 'latency',
    latencyFrom: warmUp * 1000,
  };
  const { end } = await bench.run(
    contender,
    workload,
    () => sleep((warmUp + seconds) * 1000),
    (run) => run.latencies(),
  );
  const [first, ...more] = end.map((encoded) => decodeFromCompressedBase64(encoded));
  for (const each of more) first.add(each);
  for (const percentile of percentiles) {
    const target = percentile === 99.99 ? p9999 : undefined;
    figures.value(`${contender.name}, ${what}: p${percentile}`, first.getValueAtPercentile(percentile) / 1000, 'ms', target);
  }
  return first;
}
