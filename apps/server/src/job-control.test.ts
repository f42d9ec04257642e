import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultJobConfiguration, InvalidConfigurationError } from '@weir/runtime';
import { expect, it } from 'vitest';
import { asParameters } from './detection-parameters.js';
import type { StoredJob } from './engine-types.js';
import { Jobs } from './job-control.js';
import { defaultPlan } from './start-plan.js';
import { FakeEmbeddedEngine } from './testing/fake-embedded-engine.js';
import { checkpoint, JOB_ID, job, snapshot } from './testing/snapshot.js';

const plan = defaultPlan(defaultJobConfiguration, { kind: 'alert-log', directory: '/d/alerts' });
const cancelled: StoredJob = {
  jobId: JOB_ID,
  lineage: JOB_ID,
  name: 'detection',
  submittedAt: 0,
  parameters: asParameters({ ...plan.parameters, threshold: 4 }),
  configuration: plan.configuration,
  state: 'CANCELED',
  endTime: 1,
};

function setUp(): { readonly engine: FakeEmbeddedEngine; readonly jobs: Jobs } {
  const engine = new FakeEmbeddedEngine();
  engine.stored = [cancelled];
  engine.current = snapshot({ jobs: [job({ state: 'CANCELED' })] });
  const checkpointDirectory = mkdtempSync(join(tmpdir(), 'weir-control-'));
  const options = {
    engine: () => engine,
    module: '/job.js',
    checkpointDirectory,
    alertDirectory: '/data/alerts',
    speedDirectory: '/data/speed',
    newPlan: () => plan,
    prepare: async (given: typeof plan) => given,
  };
  return { engine, jobs: new Jobs(options) };
}

it('goes on from the latest checkpoint with what the last job had', async () => {
  const { engine, jobs } = setUp();
  expect(await jobs.startAgain({})).toEqual({ jobid: 'job-1' });
  expect(engine.submissions).toMatchObject([
    { module: '/job.js', parameters: { threshold: 4 }, restoreFrom: `/tmp/checkpoints/${JOB_ID}/chk-4` },
  ]);
});

it('takes a savepoint that is newer than the last checkpoint', async () => {
  const { engine, jobs } = setUp();
  const savepoint = checkpoint(5, { isSavepoint: true, externalPath: 'file:/tmp/savepoint-1' });
  engine.current = snapshot({ jobs: [job({ state: 'FINISHED', checkpoints: { ...job().checkpoints, latestSavepoint: savepoint } })] });
  await jobs.startAgain({});
  expect(engine.submissions[0].restoreFrom).toBe('/tmp/savepoint-1');
});

it('changes options by the names of weir start and of Flink', async () => {
  const { engine, jobs } = setUp();
  const parameters = { threshold: 5, 'event-interval': '1s', abnormalRate: 0.9, 'execution.checkpointing.interval': '2 s' };
  await jobs.startAgain({ fresh: true, parameters });
  const [submitted] = engine.submissions;
  expect(submitted.restoreFrom).toBeUndefined();
  expect(submitted.parameters).toMatchObject({ threshold: 5, source: { intervalMs: 1_000, abnormalRate: 0.9 } });
  expect(submitted.configuration.checkpointing.interval).toBe(2_000);
});

it.each([
  [{ parameters: { threshold: 0 } }, 400],
  [{ parameters: { nonsense: 1 } }, 400],
  [{ parameters: { port: 1 } }, 400],
  [{ parameters: { taskmanagers: 4 } }, 400],
  [{ parameters: { source: {} } }, 400],
  [{ savepointPath: '/there/is/none' }, 400],
])('refuses %j', async (request, status) => {
  const { engine, jobs } = setUp();
  await expect(jobs.startAgain(request)).rejects.toMatchObject({ name: 'RestError', status });
  expect(engine.submissions).toEqual([]);
});

it('refuses while a job runs, and what the engine refuses', async () => {
  const { engine, jobs } = setUp();
  engine.refusal = new InvalidConfigurationError('parallelism 9 needs 9 slots; there are 3');
  await expect(jobs.startAgain({ fresh: true })).rejects.toMatchObject({ status: 400, message: /needs 9 slots/ });
  engine.current = snapshot();
  await expect(jobs.startAgain({})).rejects.toMatchObject({ status: 409 });
});

it('asks for "fresh" where there is no checkpoint', async () => {
  const { engine, jobs } = setUp();
  engine.current = snapshot({ jobs: [] });
  await expect(jobs.startAgain({})).rejects.toMatchObject({ status: 409, message: /"fresh": true/ });
  engine.stored = [];
  await jobs.startAgain({});
  expect(engine.submissions).toHaveLength(1);
});
