import type { JobInfo } from '@weir/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { FakeEngine } from '../testing/fake-engine.js';
import { checkpoint, JOB_ID, job, START, snapshot, subtask } from '../testing/snapshot.js';
import { FailEvery } from './fail-every.js';

let now = START + 400;
let failures: FailEvery | undefined;
afterEach(() => {
  failures?.stop();
  vi.useRealTimers();
});

/** The seed's job, RUNNING since `START + 400`; the test moves the clock. */
function begin(initial: JobInfo): FakeEngine {
  vi.useFakeTimers();
  now = START + 400;
  const engine = new FakeEngine();
  engine.current = snapshot({ jobs: [initial] });
  failures = new FailEvery({ engine, jobId: JOB_ID, delay: 100, random: () => 0.5, now: () => now });
  return engine;
}

function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

const show = (engine: FakeEngine, changes: Partial<JobInfo>) => engine.show(snapshot({ jobs: [job(changes)] }));
const restarted = (running: number): Partial<JobInfo> => ({ numRestarts: 1, timestamps: { ...job().timestamps, RUNNING: running } });

it('ends a random TaskManager once the job has been RUNNING for the time given', () => {
  const engine = begin(job());
  pass(99);
  expect(engine.commands).toEqual([]);
  pass(1);
  expect(engine.commands).toEqual([{ type: 'fail-taskmanager', id: 'taskmanager-2', mode: 'crash' }]);
  pass(10_000);
  show(engine, {});
  // That failure has not been seen yet: no other one on top.
  expect(engine.commands).toHaveLength(1);
});

it('waits after a restore until a newer checkpoint has completed', () => {
  const engine = begin(job());
  pass(100);
  const restored = { id: 4, restoreTimestamp: now, isSavepoint: false, externalPath: 'file:/x' };
  const { checkpoints } = job();
  show(engine, { ...restarted(now), checkpoints: { ...checkpoints, latestRestored: restored } });
  pass(10_000);
  expect(engine.commands).toHaveLength(1);
  show(engine, { ...restarted(START + 500), checkpoints: { ...checkpoints, latestRestored: restored, latestCompleted: checkpoint(5) } });
  expect(engine.commands).toHaveLength(2);
});

it('waits while not every task runs, and spares TaskManagers without a task', () => {
  const [source] = job().vertices;
  const waiting = { vertices: [{ ...source, subtasks: [subtask(0, 1, { state: 'INITIALIZING' })] }] };
  const engine = begin(job(waiting));
  pass(1_000);
  expect(engine.commands).toEqual([]);
  show(engine, { vertices: [{ ...source, subtasks: [subtask(0, 1)] }] });
  expect(engine.commands).toEqual([{ type: 'fail-taskmanager', id: 'taskmanager-1', mode: 'crash' }]);
});
