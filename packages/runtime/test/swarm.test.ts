import { afterEach, expect, it } from 'vitest';
import { type Fault, injectFaults, randomOf } from './chaos.js';
import { configuration, countingParameters, expectExactlyOnce, TestCluster } from './cluster.js';

/**
 * Many short jobs, each with options and faults drawn from its seed: a rare loss shows only in many runs. `WEIR_SWARM_SEEDS=100` runs more,
 * `WEIR_SWARM_FIRST=1234` repeats from a seed; the seed stands in the test's name.
 */
const first = Number(process.env.WEIR_SWARM_FIRST ?? 1);
const count = Number(process.env.WEIR_SWARM_SEEDS ?? 8);

let cluster: TestCluster | undefined;

afterEach(async () => {
  await cluster?.remove();
  cluster = undefined;
});

function draw(seed: number) {
  const random = randomOf(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const slow = random() < 0.3;
  const padding = pick(0, 0, 40, 700, 5_000, 70_000);
  // Long records are few: what matters is that they span buffers.
  const events = Math.round((slow ? 30_000 : 250_000) / (1 + padding / 400));
  return {
    parameters: {
      events,
      keys: pick(3, 50, 1_000, 20_000),
      parallelism: pick(1, 2, 3, 3, 5, 8),
      sources: pick(1, 2, 3),
      padding,
      slowSinkMs: slow ? 1 : 0,
      rate: pick(0, Math.round(events / 2)),
      seed,
    },
    unaligned: random() < 0.6,
    interval: pick(20, 50, 150, 400),
    retained: pick(1, 3),
    faults: Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick<Fault>('crash', 'crash', 'crash', 'user-code', 'jobmanager')),
    random,
  };
}

const runs = Array.from({ length: count }, (_, index) => draw(first + index));

it.each(runs)('seed $parameters.seed', { timeout: 120_000 }, async (run) => {
  const { parameters, unaligned, interval, retained, faults, random } = run;
  cluster = await TestCluster.start({ slotsPerTaskManager: 4 });
  const full = { ...countingParameters, ...parameters, directory: cluster.output };
  const jobId = await cluster.submit(full, configuration({ unaligned, interval, retained }));
  await injectFaults(cluster, jobId, faults, random);
  const job = await cluster.finished(jobId);
  await expectExactlyOnce(cluster, job, full);
  expect(job.checkpoints.counts.inProgress).toBe(0);
});
