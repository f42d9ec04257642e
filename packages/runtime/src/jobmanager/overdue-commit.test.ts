// A committer that never comes back holds up every later checkpoint: whoever runs the job must hear of it.
import { join } from 'node:path';
import type { EngineEvent } from '@weir/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Sink } from '../api/sink.js';
import type { SectionInfo } from '../checkpoint/checkpoint-storage.js';
import { FileSystemCheckpointStorage } from '../checkpoint/file-system-checkpoint-storage.js';
import { committableName } from '../checkpoint/sink-committers.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { buildStreamGraph } from '../graph/environment.js';
import { createJobGraph } from '../graph/job-graph.js';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { FIGURES } from '../testing/checkpointed-job.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { eventually, ManualClock } from '../testing/manual-clock.js';
import { JobCheckpoints } from './job-checkpoints.js';
import { JobHistory } from './job-history.js';

const EXECUTION = { jobId: 'job1', attempt: 0 };
const SECTION: SectionInfo = { name: committableName(1), kind: 'committable', schema: null, count: 1, size: 1 };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let cluster: FakeCluster;

beforeEach(async () => {
  directory = await temporaryDirectory();
  cluster = new FakeCluster(directory.path);
});

afterEach(async () => {
  await cluster.store.close();
  await directory.remove();
});

it('is said once, stands with the job, and goes once the commit is through', async () => {
  const clock = new ManualClock();
  const events: EngineEvent[] = [];
  let letGo = () => {};
  const sink: Sink<unknown> = {
    createWriter: () => ({ write: () => {} }),
    createCommitter: () => ({
      open: async () => 0,
      committedRecords: () => 0,
      commit: () => new Promise((resolve) => (letGo = () => resolve(1))),
      close: async () => {},
    }),
  };
  const build = (env: Parameters<Parameters<typeof buildStreamGraph>[0]['build']>[0]) =>
    void env
      .addSource({ run: () => [] })
      .uid('source')
      .sinkTo(sink)
      .uid('sink');
  const streamGraph = buildStreamGraph({ name: 'job', parameters: () => ({}), build }, {}, 1);
  const graph = createJobGraph('job', streamGraph);
  const checkpointDirectory = join(directory.path, 'c');
  const checkpoints = new JobCheckpoints({
    record: cluster.record('job1'),
    graph,
    streamGraph,
    clock,
    storage: new FileSystemCheckpointStorage(new NodeFileSystem(), checkpointDirectory, join(directory.path, 's'), Math.random),
    openState: async () => ({ sections: [{ ...SECTION, chunks: async function* () {} }], close: async () => {} }),
    checkpointDirectory,
    history: new JobHistory(cluster.store, 'job1'),
    noteCommittedBefore: async () => {},
    emit: (event) => void events.push(event),
    onChange: () => {},
    onCompleted: () => {},
    onFailure: () => {},
  });
  await cluster.store.save(cluster.record('job1'));
  await checkpoints.restore();
  const vertices = graph.vertices.map(({ id, parallelism }) => ({ id, parallelism }));
  let triggered = 0;
  const trigger = () => triggered++;
  checkpoints.start({ vertices, trigger, notifyComplete: () => {}, notifyAborted: () => {} });
  const taken = checkpoints.trigger({ savepoint: false, stop: false });
  await eventually(() => triggered === 1);
  const handle = { subtask: 0, file: 'f', size: 1, checksum: 0, attempt: 0, sections: [SECTION] };
  for (const { id } of vertices)
    checkpoints.acknowledge({
      type: 'acknowledge-checkpoint',
      execution: EXECUTION,
      checkpointId: 1,
      vertexId: id,
      subtask: 0,
      states: [{ uid: 'sink', handle }],
      figures: FIGURES,
    });
  const overdue = () => events.filter(({ type }) => type === 'commit-overdue');
  await eventually(() => {
    clock.advance(1_000);
    return overdue().length > 0;
  });
  clock.advance(120_000);
  expect(overdue()).toEqual([
    { type: 'commit-overdue', at: expect.any(Number), jobId: 'job1', commit: expect.objectContaining({ checkpointId: 1 }) },
  ]);
  expect(checkpoints.overdueCommit).toMatchObject({ checkpointId: 1 });
  letGo();
  await taken;
  expect(checkpoints.overdueCommit).toBeUndefined();
});
