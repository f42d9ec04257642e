// Row 4: on a task with forward, broadcast and round-robin input unaligned checkpoints are still one cut. (Every schedule: src/network/in-flight-cut.test.ts)
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '@weir/runtime/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { configuration, TestCluster } from '../cluster.js';
import type { MixedLine, MixedParameters } from '../fixtures/mixed-job.js';
import { order } from '../ledger.js';

const module = fileURLToPath(new URL('../fixtures/mixed-job.ts', import.meta.url));
let cluster: TestCluster;

afterEach(() => cluster.remove());

/** The sequences of each key at each subtask, in order; checks the state's count on the way. */
async function linesByChannel(): Promise<Map<string, number[]>> {
  const channels = new Map<string, number[]>();
  for (const text of (await readFile(join(cluster.output, 'lines.ndjson'), 'utf8')).split('\n').slice(0, -1)) {
    const { key, subtask, index, sequence } = JSON.parse(text) as MixedLine;
    const sequences = channels.get(`${key}@${subtask}`) ?? [];
    channels.set(`${key}@${subtask}`, [...sequences, sequence]);
    if (sequences.length + 1 !== index) throw new Error(`${key} at subtask ${subtask}: line ${sequences.length + 1} has index ${index}`);
  }
  return channels;
}

describe.each([{ unaligned: false }, { unaligned: true }])('unaligned: $unaligned', ({ unaligned }) => {
  it('every record of each input comes where it belongs once and in order, whatever fails', async () => {
    cluster = await TestCluster.start();
    await mkdir(cluster.output, { recursive: true });
    const sizes = [4_000, 4_000, 3_000];
    const parameters: MixedParameters = { directory: cluster.output, sizes, rate: 0, padding: 2_000 };
    const { jobId } = await cluster.engine.submitJob({
      module,
      parameters: { ...parameters },
      configuration: configuration({ interval: 60, unaligned }),
    });
    for (const victim of [0, 1, 2]) {
      const { counts } = (await cluster.until(jobId, ({ state }) => state === 'RUNNING')).checkpoints;
      await cluster.until(jobId, ({ checkpoints }) => checkpoints.counts.completed > counts.completed + 1);
      const { numRestarts } = cluster.job(jobId);
      await order(cluster, `exit-${victim}`);
      await cluster.until(jobId, (job) => job.state === 'RUNNING' && job.numRestarts > numRestarts);
    }
    const job = await cluster.finished(jobId);
    const channels = await linesByChannel();
    const all = (size: number) => Array.from({ length: size }, (_, n) => n);
    for (const [source, size] of sizes.entries()) {
      expect(channels.get(`f${source}-0@${source}`)).toEqual(all(size));
      for (const subtask of sizes.keys()) expect(channels.get(`b${source}-0@${subtask}`)).toEqual(all(size));
      const dealt = [...sizes.keys()].map((subtask) => channels.get(`r${source}-0@${subtask}`) ?? []);
      expect(dealt.flat().sort((a, b) => a - b)).toEqual(all(size));
      // Each in order, though where it goes is dealt anew after a restart.
      for (const sequences of dealt) expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    }
    const reader = await readCheckpoint(job.checkpoints.latestCompleted?.externalPath ?? '');
    const exchanges = reader.metadata.operators.flatMap(({ handles }) =>
      handles.flatMap(({ sections }) => sections.filter(({ kind }) => kind.endsWith('channel'))),
    );
    expect(exchanges).toEqual([]);
    // Each exchange is told by itself; on the broadcast one each copy counts.
    const passed = sizes.reduce((sum, size) => sum + size, 0);
    const { ledger } = job;
    expect(ledger?.exchanges.map(({ sent, received }) => [sent, received])).toEqual([
      [passed, passed],
      [passed, passed],
      [passed * sizes.length, passed * sizes.length],
    ]);
    expect(ledger).toMatchObject({ made: passed * 5, processed: passed * 5, lost: 0, doubled: 0 });
  });
});
