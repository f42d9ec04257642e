// Row 8: operators of one chain keep their state apart, though it has one name in all of them.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import type { ChainedLine, ChainedParameters } from '../fixtures/chained-job.js';
import { order } from '../ledger.js';

const module = fileURLToPath(new URL('../fixtures/chained-job.ts', import.meta.url));
let cluster: TestCluster;

afterEach(() => cluster.remove());

it.each([{ unaligned: false }, { unaligned: true }])(
  'each of three goes on with its own after failures (unaligned: $unaligned)',
  async ({ unaligned }) => {
    cluster = await TestCluster.start();
    await mkdir(cluster.output, { recursive: true });
    const sizes = [6_000, 5_000];
    const parameters: ChainedParameters = { directory: cluster.output, sizes, rate: 2_000 };
    const { jobId } = await cluster.engine.submitJob({
      module,
      parameters: { ...parameters },
      configuration: configuration({ interval: 60, unaligned }),
    });
    const { vertices } = await cluster.until(jobId, ({ state }) => state === 'RUNNING');
    expect(vertices.map(({ operators }) => operators.map(({ uid }) => uid))).toEqual([['source', 'first', 'second', 'third', 'lines']]);
    for (const victim of sizes.keys()) {
      const { counts } = (await cluster.until(jobId, ({ state }) => state === 'RUNNING')).checkpoints;
      await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed > counts.completed + 1);
      const { numRestarts } = cluster.job(jobId);
      await order(cluster, `exit-${victim}`);
      await cluster.until(jobId, (job) => job.state === 'RUNNING' && job.numRestarts > numRestarts);
    }
    await cluster.finished(jobId);
    const bySubtask = new Map<number, ChainedLine[]>();
    for (const text of (await readFile(join(cluster.output, 'lines.ndjson'), 'utf8')).split('\n').slice(0, -1)) {
      const line = JSON.parse(text) as ChainedLine;
      bySubtask.set(line.subtask, [...(bySubtask.get(line.subtask) ?? []), line]);
    }
    for (const [subtask, size] of sizes.entries()) {
      const want = Array.from({ length: size }, (_, n) => ({ sequence: n, subtask, counts: [n + 1, 2 * (n + 1), 3 * (n + 1)] }));
      expect(bySubtask.get(subtask)).toEqual(want);
    }
  },
);
