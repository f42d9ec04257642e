import { findJava } from '@weir/flink';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { defaultWorkload, type Run, type Workload } from '../src/contender.js';
import { jetContender } from '../src/contenders/jet-contender.js';
import { lookForJet } from '../src/contenders/jet-library.js';
import { unequalWork } from '../src/oracle.js';

const reason = await whyNot();

async function whyNot(): Promise<string | undefined> {
  if (lookForJet() === undefined) return 'npm run bench -- --jet has not fetched it';
  return findJava().then(
    () => undefined,
    (error: Error) => error.message,
  );
}

describe.skipIf(reason !== undefined)(`Hazelcast Jet as a contender${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  async function run<T>(workload: Workload, use: (run: Run) => Promise<T>): Promise<T> {
    const started = await (await jetContender(() => {})).start(workload);
    try {
      return await use(started);
    } finally {
      await started.dispose();
    }
  }

  it("has the oracle's alerts of what its sources made until they were stopped, and latencies", async () => {
    const workload: Workload = { ...defaultWorkload, keys: 500, rate: 50_000, abnormalRate: 0.3, sink: 'latency', checkpointInterval: 200 };
    await run(workload, async (started) => {
      while ((await started.processed()) < 100_000) await new Promise((resolve) => setTimeout(resolve, 20));
      const work = await started.stop();
      expect(unequalWork(workload, work)).toBeUndefined();
      const histograms = (await started.latencies()).map((text) => decodeFromCompressedBase64(text));
      expect(histograms.reduce((sum, { totalCount }) => sum + totalCount, 0)).toBe(work.alerts);
    });
  });

  it('ends a bounded job by itself', async () => {
    const workload: Workload = { ...defaultWorkload, keys: 300, skew: 'zipf', count: 1_000_000 };
    await run(workload, async (started) => {
      expect(unequalWork(workload, await started.finished())).toBeUndefined();
    });
  });
});
