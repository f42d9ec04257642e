import { describe, expect, it } from 'vitest';
import { testGateway } from '../testing/gateway.js';
import { alert } from '../testing/memory-alert-log.js';
import { JOB_ID, job, ledger, snapshot, subtask } from '../testing/snapshot.js';
import { RestError } from './rest-error.js';

describe('errors', () => {
  it('are lists of sentences, without a stack', async () => {
    const errors: unknown[] = [];
    const { app } = testGateway(
      { onError: (error) => errors.push(error) },
      {
        startAgain: async () => {
          throw new Error('a secret of ours');
        },
      },
    );
    const response = await app.inject({ method: 'POST', url: '/api/jobs', payload: {} });
    expect(response.statusCode).toBe(500);
    expect(response.json()).toEqual({ errors: ['Internal server error.'] });
    expect(errors).toHaveLength(1);
  });

  it('answer 400 for what is no JSON or not what is asked for, 413 for too much, 404 for any other path', async () => {
    const { app } = testGateway();
    const post = (url: string, payload: string) =>
      app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } });
    for (const response of [
      await post('/api/taskmanagers/taskmanager-1/fail', '{"mode"'),
      await post('/api/taskmanagers/taskmanager-1/fail', '{"mode":"explode"}'),
      await post('/api/jobs', '{"fersh":true}'),
      await post('/api/jobs', '{"fresh":true,"savepointPath":"/tmp/x"}'),
      await app.inject('/api/alerts?limit=0'),
      await app.inject('/api/alerts?after=x'),
    ]) {
      expect(response.statusCode).toBe(400);
      expect(response.json().errors).toEqual([expect.any(String)]);
    }
    expect((await post('/api/jobs', `"${'x'.repeat(2 * 1024 * 1024)}"`)).statusCode).toBe(413);
    expect((await app.inject({ url: '/index.html', headers: { accept: 'text/html' } })).json()).toEqual({
      errors: ['Unable to load requested file /index.html.'],
    });
    expect((await app.inject({ method: 'DELETE', url: '/overview' })).statusCode).toBe(404);
  });
});

describe('/api', () => {
  it('has the ledger of a job once a checkpoint tells it', async () => {
    const { app, engine } = testGateway();
    const path = `/api/jobs/${JOB_ID}/ledger`;
    const before = await app.inject(path);
    expect(before.statusCode).toBe(404);
    expect(before.json().errors).toEqual([`No completed checkpoint of job ${JOB_ID} tells it yet.`]);
    expect((await app.inject('/api/jobs/other/ledger')).json().errors).toEqual(['There is no job other.']);
    engine.show(snapshot({ jobs: [job({ ledger })] }));
    expect((await app.inject(path)).json()).toEqual(ledger);
  });

  it('has no contents of a checkpoint that is not on disk', async () => {
    const { app } = testGateway();
    const response = await app.inject(`/api/jobs/${JOB_ID}/checkpoints/77/contents`);
    expect(response.statusCode).toBe(404);
    expect(response.json().errors).toEqual([`There is no completed checkpoint 77 of job ${JOB_ID} on disk.`]);
  });

  it('answers with nothing for a checkpoint that was completed and has made room', async () => {
    const { app } = testGateway();
    const known = job().checkpoints.history.find(({ discarded }) => discarded);
    const response = await app.inject(`/api/jobs/${JOB_ID}/checkpoints/${known?.id}/contents`);
    expect([response.statusCode, response.body]).toEqual([204, '']);
  });

  it('fails a TaskManager and the JobManager', async () => {
    const { app, engine } = testGateway();
    const fail = (id: string, payload?: object) =>
      app.inject({ method: 'POST', url: `/api/taskmanagers/${id}/fail`, ...(payload ? { payload } : {}) });
    expect((await fail('taskmanager-2', { mode: 'hang' })).statusCode).toBe(202);
    expect((await fail('taskmanager-1')).statusCode).toBe(202);
    expect((await fail('taskmanager-9', { mode: 'crash' })).statusCode).toBe(404);
    expect((await app.inject({ method: 'POST', url: '/api/jobmanager/fail', payload: {} })).statusCode).toBe(202);
    expect(engine.commands).toEqual([
      { type: 'fail-taskmanager', id: 'taskmanager-2', mode: 'hang' },
      { type: 'fail-taskmanager', id: 'taskmanager-1', mode: 'crash' },
      { type: 'fail-jobmanager' },
    ]);
    engine.answer = () => ({ ok: false, code: 'CONFLICT', message: 'it is gone already' });
    const refused = await fail('taskmanager-2');
    expect([refused.statusCode, refused.json()]).toEqual([409, { errors: ['it is gone already'] }]);
  });

  it('starts the job again, or says why not', async () => {
    const asked: unknown[] = [];
    const { app } = testGateway(
      {},
      {
        startAgain: async (request) => {
          asked.push(request);
          if (request.fresh) throw new RestError(409, 'Job x is RUNNING');
          return { jobid: 'f00' };
        },
      },
    );
    expect(
      (await app.inject({ method: 'POST', url: '/api/jobs', payload: { savepointPath: '/s', parameters: { threshold: 4 } } })).json(),
    ).toEqual({
      jobid: 'f00',
    });
    expect((await app.inject({ method: 'POST', url: '/api/jobs', payload: { fresh: true } })).statusCode).toBe(409);
    expect(asked).toEqual([{ savepointPath: '/s', parameters: { threshold: 4 } }, { fresh: true }]);
  });

  it('takes no events while the source is another', async () => {
    const { app } = testGateway();
    expect((await app.inject({ method: 'POST', url: '/api/events', payload: [] })).statusCode).toBe(409);
  });

  it('pages through committed alerts', async () => {
    const { app, log } = testGateway();
    log.commit(alert(3), alert(4), alert(5));
    const page = (await app.inject('/api/alerts?after=1&limit=1')).json();
    expect(page).toEqual({ alerts: [{ seq: 2, ...alert(4), status: 'committed' }], last: 3 });
    expect((await app.inject('/api/alerts')).json().alerts).toHaveLength(3);
    expect((await app.inject('/api/alerts?after=3')).json()).toEqual({ alerts: [], last: 3 });
  });
});

describe('/readyz', () => {
  it('is ready once the job is RUNNING and no task restores', async () => {
    const { app, engine } = testGateway();
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    const [source, ...others] = job().vertices;
    engine.show(snapshot({ jobs: [job({ vertices: [{ ...source, subtasks: [subtask(0, 1, { state: 'INITIALIZING' })] }, ...others] })] }));
    expect((await app.inject('/readyz')).json().reason).toBe('1 of its tasks are not running yet');
    engine.show(snapshot({ jobs: [job({ state: 'FAILED' })] }));
    expect((await app.inject('/readyz')).json().reason).toBe('the job is FAILED');
    engine.show(snapshot({ jobs: [] }));
    expect((await app.inject('/readyz')).statusCode).toBe(503);
  });
});

describe('what describes itself', () => {
  const { app } = testGateway();

  it("gives Prometheus Flink's names", async () => {
    const response = await app.inject('/metrics');
    expect(response.headers['content-type']).toContain('text/plain');
    expect(response.body).toContain(
      `flink_jobmanager_job_numRestarts{host="localhost",job_id="${JOB_ID}",job_name="abnormal-behaviour-detection"} 0`,
    );
    expect(response.body).toContain('flink_taskmanager_Status_JVM_Memory_Heap_Used{host="localhost",tm_id="taskmanager-1"} 12000000');
    expect(response.body).toMatch(/^flink_taskmanager_job_task_busyTimeMsPerSecond\{.*subtask_index="0".*\} 1$/m);
    // All samples of a name together, once declared.
    const types = response.body.match(/^# TYPE \S+/gm) ?? [];
    expect(new Set(types).size).toBe(types.length);
  });

  it('has an OpenAPI description of every route', async () => {
    const { paths } = (await app.inject('/openapi.json')).json();
    expect(paths['/jobs/{jobid}/checkpoints']).toHaveProperty('get');
    expect(paths['/jobs/{jobid}/checkpoints']).toHaveProperty('post');
    expect(paths['/api/taskmanagers/{id}/fail'].post.requestBody.content['application/json'].schema.properties.mode.enum).toEqual([
      'crash',
      'hang',
    ]);
  });

  it('has a page at /', async () => {
    const response = await app.inject('/');
    expect(response.headers['content-type']).toContain('text/html');
    expect(response.body).toContain(`href="/jobs/${JOB_ID}"`);
  });
});
