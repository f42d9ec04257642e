import { expect, it } from 'vitest';
import type { Sink } from '../api/sink.js';
import { buildStreamGraph } from '../graph/environment.js';
import type { SectionInfo } from './checkpoint-storage.js';
import { committableName, SinkCommitters } from './sink-committers.js';

/** A sink that has committed up to `upTo`, and checkpoints that hold, by subtask, what was handed over for which checkpoint. */
async function committersOf(upTo: number) {
  const committed: string[] = [];
  const sink: Sink<unknown> = {
    createWriter: () => ({ write: () => {} }),
    createCommitter: () => ({
      open: async () => upTo,
      committedRecords: () => committed.length,
      commit: async (checkpointId, parts) => {
        for (const part of parts) for await (const bytes of part.bytes) committed.push(`${checkpointId}: ${Buffer.from(bytes)}`);
        return parts.length;
      },
      close: async () => {},
    }),
  };
  const graph = buildStreamGraph(
    {
      name: 'j',
      parameters: () => ({}),
      build: (env) =>
        void env
          .addSource({ run: () => [] })
          .uid('s')
          .sinkTo(sink)
          .uid('k'),
    },
    {},
    1,
  );
  let stored: readonly (readonly number[])[] = [];
  const section = (id: number): SectionInfo => ({ name: committableName(id), kind: 'committable', schema: null, count: 1, size: 1 });
  const committers = new SinkCommitters(graph, {
    jobId: 'j',
    lineage: 'j',
    onCommitted: () => {},
    openState: async (_directory, { subtask }) => ({
      sections: (stored[subtask] ?? []).map((id) => ({
        ...section(id),
        chunks: async function* () {
          yield Buffer.from(`${subtask}@${id}`);
        },
      })),
      close: async () => {},
    }),
  });
  await committers.open();
  const commit = async (checkpointId: number, parts: readonly (readonly number[])[]) => {
    stored = parts;
    const handles = parts.map((ids, subtask) => ({ subtask, file: 'f', size: 1, checksum: 0, attempt: 0, sections: ids.map(section) }));
    const operators = [{ uid: 'k', name: 'k', parallelism: 2, maxParallelism: 128, handles }];
    const about = { jobId: 'j', jobName: 'j', lineage: 'j', checkpointId, isSavepoint: false, unaligned: false };
    await committers.commit(checkpointId, 'd', { ...about, triggerTimestamp: 0, bundleHash: '', operators, vertices: [] });
    return committed.splice(0);
  };
  return { commit, committers };
}

it('commits what was handed over for a checkpoint that failed with the next one', async () => {
  const { commit } = await committersOf(0);
  expect(await commit(1, [[1], [1]])).toEqual(['1: 0@1', '1: 1@1']);
  expect(await commit(3, [[2, 3], [3]])).toEqual(['3: 0@2', '3: 0@3', '3: 1@3']);
});

it('passes over what a subtask hands over again because the word of its commit came late', async () => {
  const { commit } = await committersOf(0);
  expect(await commit(1, [[1], [1]])).toEqual(['1: 0@1', '1: 1@1']);
  expect(await commit(2, [[1, 2], [2]])).toEqual(['2: 0@2', '2: 1@2']);
  expect(await commit(3, [[1, 2], [2]])).toEqual([]);
});

it('passes over what the sink itself remembers, after a restore', async () => {
  const { commit, committers } = await committersOf(5);
  expect(committers.committedUpTo).toBe(5);
  expect(await commit(6, [[4, 5, 6], []])).toEqual(['6: 0@6']);
  expect(await commit(6, [[4, 5, 6], []])).toEqual([]);
});
