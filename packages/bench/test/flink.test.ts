import { delimiter } from 'node:path';
import { LoadEvents } from '@weir/connectors';
import { findFlink, findJava, runProgram } from '@weir/flink';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultWorkload, type Workload } from '../src/contender.js';
import { flinkContenders, flinkJobJar } from '../src/contenders/flink-contender.js';
import { programArguments } from '../src/contenders/job-arguments.js';
import { unequalWork } from '../src/oracle.js';

const reason = await whyNot();

async function whyNot(): Promise<string | undefined> {
  try {
    await flinkJobJar(await findJava(), findFlink());
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const START = 1_700_000_000_000;
const workloads: readonly [string, Partial<Workload>][] = [
  ['uniform keys', { keys: 1_000 }],
  ['more splits than keys', { keys: 2, rate: 7_000 }],
  ['keys that do not divide', { keys: 100, rate: 300_000, seed: -7 }],
  ['skewed keys, a large seed', { keys: 1_000_000, skew: 'zipf', seed: 2 ** 45 + 12_345 }],
];

describe.skipIf(reason !== undefined)(`Apache Flink as a contender${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let java: string;
  let classPath: string;

  beforeAll(async () => {
    const found = await findJava();
    const flink = findFlink();
    java = found.program;
    classPath = [await flinkJobJar(found, flink), flink.classPath].join(delimiter);
  });

  it.each(workloads)("makes the events of Weir's load source: %s", async (_, given) => {
    const workload = { ...defaultWorkload, count: 5_000, ...given };
    const printed = await runProgram(java, ['-cp', classPath, 'weir.bench.PrintEvents', ...programArguments(workload)]);
    const expected: string[] = [];
    for (let split = 0; split < workload.parallelism; split++) {
      const events = new LoadEvents(workload, split, workload.parallelism, START);
      for (let n = 0; n * workload.parallelism + split < workload.count; n++) {
        const { userId, isAbnormal, timestamp, sequence } = events.event(n);
        expected.push(`${userId} ${isAbnormal} ${timestamp} ${sequence}`);
      }
    }
    expect(printed.output.trimEnd().split('\n')).toEqual(expected);
  });

  it.each(['flink', 'flink best'])("%s has the oracle's alerts, over a crash too, and latencies", async (name) => {
    const contender = (await flinkContenders(() => {})).find((each) => each.name === name)!;
    const workload: Workload = { ...defaultWorkload, keys: 500, rate: 20_000, sink: 'latency', latencyFrom: 100, checkpointInterval: 500 };
    const run = await contender.start(workload);
    try {
      while (!(await run.checkpoints()).some(({ status }) => status === 'COMPLETED')) await tick();
      const failedAt = await run.failTaskManager();
      const recovered = async () =>
        new Set((await run.firstAlerts()).filter(({ at }) => at > failedAt).map(({ subtask }) => subtask)).size === 3;
      while (!(await recovered())) await tick();
      const work = await run.stop();
      expect(unequalWork(workload, work)).toBeUndefined();
      expect(work.alerts).toBeGreaterThan(0);
      const histograms = (await run.latencies()).map((text) => decodeFromCompressedBase64(text));
      const recorded = histograms.reduce((sum, { totalCount }) => sum + totalCount, 0);
      expect(recorded).toBeGreaterThan(0);
      // Recovery alone held events up for longer than this.
      expect(Math.max(...histograms.map((histogram) => histogram.maxValue))).toBeGreaterThan(100_000);
    } finally {
      await run.dispose();
    }
  });

  it('ends a bounded job by itself', async () => {
    const [contender] = await flinkContenders(() => {});
    const workload: Workload = { ...defaultWorkload, keys: 300, count: 200_000 };
    const run = await contender.start(workload);
    try {
      expect(unequalWork(workload, await run.finished())).toBeUndefined();
      expect(await run.processed()).toBe(workload.count);
    } finally {
      await run.dispose();
    }
  });
});

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
