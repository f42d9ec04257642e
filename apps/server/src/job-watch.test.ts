import { expect, it } from 'vitest';
import { whenEnded, whenRunning } from './job-watch.js';
import { FakeEngine } from './testing/fake-engine.js';
import { JOB_ID, job, snapshot, subtask } from './testing/snapshot.js';

it('waits for every task, not for the word RUNNING', async () => {
  const engine = new FakeEngine();
  const [source, ...others] = job().vertices;
  engine.current = snapshot({
    jobs: [job({ vertices: [{ ...source, subtasks: [subtask(0, 1, { state: 'INITIALIZING' })] }, ...others] })],
  });
  let running = false;
  const watched = whenRunning(engine, JOB_ID).then((outcome) => {
    running = true;
    return outcome;
  });
  engine.show(engine.current);
  await null;
  expect(running).toBe(false);
  engine.show(snapshot());
  expect(await watched).toEqual({ kind: 'running' });
});

it('says why a job failed', async () => {
  const engine = new FakeEngine();
  const watched = whenEnded(engine, JOB_ID);
  engine.show(snapshot());
  engine.show(snapshot({ jobs: [job({ state: 'FAILED', failure: 'chk-3 is damaged' })] }));
  expect(await watched).toEqual({ kind: 'ended', state: 'FAILED', reason: 'chk-3 is damaged', damaged: false });
  engine.show(snapshot({ jobs: [job({ state: 'FINISHED' })] }));
  expect(await whenEnded(engine, JOB_ID)).toEqual({ kind: 'finished' });
});
