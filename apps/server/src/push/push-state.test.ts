import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alert } from '../testing/memory-alert-log.js';
import { type PageClient, PushHarness, until } from '../testing/push-harness.js';
import { checkpoint, JOB_ID, job, ledger, START, snapshot, subtask } from '../testing/snapshot.js';
import { shownEngine } from './shown-engine.js';

let server: PushHarness;
beforeEach(async () => {
  server = await PushHarness.start();
});
afterEach(async () => {
  await server.stop();
  expect(server.errors).toEqual([]);
});

const isUpToDate = (client: PageClient): boolean =>
  JSON.stringify(client.mirror.state?.engine) === JSON.stringify(shownEngine(server.engine.snapshot()));

/** The n-th state of a job that is busy: figures, tasks and checkpoints change. */
function busy(n: number) {
  const [source, ...others] = job().vertices;
  const tasks = source.subtasks.map(({ index, metrics }) =>
    subtask(index, 3 * index + 1, {
      state: n % 7 === 3 ? 'FAILED' : 'RUNNING',
      attempt: Math.floor(n / 7),
      metrics: { ...metrics, numRecordsOut: n * 10 + index },
    }),
  );
  const history = Array.from({ length: Math.min(100, n + 1) }, (_, i) => checkpoint(n - i + 1));
  return snapshot({
    at: START + n,
    jobs: [job({ vertices: [{ ...source, subtasks: tasks }, ...others], checkpoints: { ...job().checkpoints, history } })],
  });
}

describe('a page', () => {
  it('has the engine as it is after any number of changes, by one snapshot and differences', async () => {
    const client = server.connect();
    await until(() => client.snapshots === 1);
    for (let n = 0; n < 150; n++) {
      server.engine.show(busy(n));
      if (n % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await until(() => isUpToDate(client));
    expect(client.snapshots).toBe(1);
    expect(new Set(client.results)).toEqual(new Set(['updated']));
    expect(client.mirror.state?.server).toMatchObject({ version: '0', clients: 1, webhook: false });
    expect(client.mirror.state?.source).toEqual({ kind: 'simulated', intervalMs: 5_000, abnormalRate: 0.3 });
  });

  it('is told the ledger with the checkpoint that it is read from, at once', async () => {
    server.engine.show(snapshot({ jobs: [job({ ledger })] }));
    const client = server.connect();
    await until(() => client.snapshots === 1);
    const shown = () => client.mirror.state?.engine.jobs[0]?.ledger;
    expect(shown()).toEqual(ledger);
    const next = { ...ledger, checkpointId: 5, made: 29, processed: 30, inFlight: 0, doubled: 1 };
    server.engine.show(snapshot({ jobs: [job({ ledger: next })] }));
    await until(() => shown()?.checkpointId === 5);
    expect(shown()).toEqual(next);
  });

  it('is told a change of state before the figures that came with it', async () => {
    const client = server.connect();
    await until(() => client.snapshots === 1);
    const [source] = busy(3).jobs[0].vertices;
    const seen: [string, number][] = [];
    client.socket.on('delta', () => {
      const [first] = client.mirror.state?.engine.jobs[0].vertices[0].subtasks ?? [];
      if (first) seen.push([first.state, first.metrics.numRecordsOut]);
    });
    server.engine.show(busy(3));
    await until(() => isUpToDate(client));
    expect(seen.find(([state]) => state === 'FAILED')).toEqual(['FAILED', job().vertices[0].subtasks[0].metrics.numRecordsOut]);
    expect(seen.at(-1)).toEqual(['FAILED', source.subtasks[0].metrics.numRecordsOut]);
  });

  it('that misses a difference asks for a snapshot and goes on', async () => {
    const client = server.connect();
    await until(() => client.snapshots === 1);
    client.loseNext = true;
    for (let n = 0; client.snapshots < 2; n++) {
      server.engine.show(busy(n));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    server.engine.show(busy(40));
    await until(() => isUpToDate(client));
    expect(client.results.filter((result) => result === 'resync')).toHaveLength(1);
  });

  it('that comes while others look on gets the same numbers', async () => {
    const first = server.connect();
    await until(() => first.snapshots === 1);
    server.engine.show(busy(5));
    const second = server.connect();
    await until(() => second.snapshots === 1 && second.mirror.state?.server.clients === 2);
    await until(() => first.mirror.seq === second.mirror.seq);
    expect(second.mirror.state).toEqual(first.mirror.state);
  });

  it('by polling has the same', async () => {
    const client = server.connect({ transports: ['polling'] });
    await until(() => client.snapshots === 1);
    server.engine.show(busy(9));
    await until(() => isUpToDate(client));
  });
});

it('tells of each recovery what it took back of the pending alerts, also after a restart', async () => {
  const client = server.connect();
  await until(() => client.snapshots === 1);
  const raised = { topic: 'alert', taskManagerId: 'taskmanager-1', vertexId: '', subtask: 0, dropped: 0 };
  server.engine.emit({ type: 'job-status', at: START, jobId: JOB_ID, status: 'RUNNING' });
  for (const n of [3, 4]) server.engine.emit({ type: 'published', at: START, jobId: JOB_ID, ...raised, payload: alert(n) });
  const recovery = { number: 1, cause: 'taskmanager-2 was lost', phases: { failed: START, detected: START, restoring: START + 9 } };
  server.engine.show(snapshot({ jobs: [job({ recoveries: [recovery] })] }));
  expect(client.mirror.state?.alertsTakenBack).toEqual({});
  server.engine.emit({ type: 'recovery', at: START + 9, jobId: JOB_ID, phase: 'restoring', recovery });
  await until(() => client.mirror.state?.alertsTakenBack['1'] === 2);

  const { directory } = server;
  await server.stop({ keep: true });
  server = await PushHarness.start({ directory });
  server.engine.show(snapshot({ jobs: [job({ recoveries: [recovery] })] }));
  const later = server.connect();
  await until(() => later.mirror.state?.alertsTakenBack['1'] === 2);
  rmSync(directory, { recursive: true });
});

it('costs nothing while nobody looks', async () => {
  const client = server.connect();
  await until(() => client.snapshots === 1);
  client.socket.disconnect();
  await until(() => server.engine.figuresIntervals.at(-1) === 1_000);
  let looked = 0;
  const { current } = server.engine;
  Object.defineProperty(current, 'jobs', { get: () => [looked++ >= 0 && job()] });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(looked).toBe(0);
  expect(server.engine.figuresIntervals).toEqual([250, 1_000]);
});

it('sends of a long history what pages show, and no more', () => {
  const history = Array.from({ length: 100 }, (_, i) => checkpoint(200 - i));
  const newest = job({ checkpoints: { ...job().checkpoints, history } });
  const shown = shownEngine(snapshot({ jobs: [newest, ...Array.from({ length: 30 }, (_, n) => job({ id: `${JOB_ID}${n}` }))] }));
  expect(shown.jobs).toHaveLength(10);
  expect(shown.jobs[0].checkpoints.history).toHaveLength(100);
  expect(shown.jobs[0].checkpoints.history.filter(({ tasks }) => Object.keys(tasks).length > 0)).toHaveLength(55);
  expect(JSON.stringify(shown).length).toBeLessThan(400_000);
});
