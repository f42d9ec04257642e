import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testGateway } from '../../testing/gateway.js';
import { shapeDifferences } from '../../testing/rest-shape.js';
import { JOB_ID, snapshot } from '../../testing/snapshot.js';

interface Recorded {
  readonly status: number;
  readonly body: unknown;
}

/** Answers of a real Flink 1.17.2 that ran the seed's job; lists cut to two elements. */
const recorded = JSON.parse(readFileSync(new URL('./flink-1.17.2.fixture.json', import.meta.url), 'utf8')) as Record<string, Recorded>;

function asked(path: string): string {
  return path.replace(/\/taskmanagers\/tm(\d)/, '/taskmanagers/taskmanager-$1');
}

describe("Flink's REST API", () => {
  const { app } = testGateway();

  it.each(Object.entries(recorded))('%s', async (path, { status, body }) => {
    const response = await app.inject(asked(path));
    // Where Flink answers 500 for an unknown id, this is 404.
    expect(response.statusCode).toBe(status === 500 ? 404 : status);
    expect(response.headers['content-type']).toContain('application/json');
    if (status !== 200) return expect(response.json().errors).toEqual([expect.any(String)]);
    expect(shapeDifferences(body, response.json())).toEqual([]);
    if (path.includes('get=')) {
      const ids = (list: unknown): string[] => (list as { id: string }[]).map(({ id }) => id).sort();
      expect(ids(response.json())).toEqual(ids(body));
    }
  });

  it('answers the same under /v1', async () => {
    for (const path of ['/overview', '/jobs', `/jobs/${JOB_ID}/checkpoints`]) {
      expect((await app.inject(`/v1${path}`)).json()).toEqual((await app.inject(path)).json());
    }
  });

  it('answers JSON whatever Accept says', async () => {
    const response = await app.inject({ url: '/overview', headers: { accept: 'text/html' } });
    expect(response.json()).toMatchObject({ taskmanagers: 3, 'slots-total': 9, 'slots-available': 0, 'jobs-running': 1 });
  });

  it('counts a TaskManager that is gone neither as one nor its slots', async () => {
    const { app, engine } = testGateway();
    const [first, ...others] = snapshot().taskManagers;
    engine.show(snapshot({ taskManagers: [{ ...first, registered: false, status: 'failed' }, ...others] }));
    expect((await app.inject('/overview')).json()).toMatchObject({ taskmanagers: 2, 'slots-total': 6 });
    expect((await app.inject('/taskmanagers')).json().taskmanagers).toHaveLength(2);
    expect((await app.inject('/taskmanagers/taskmanager-1')).statusCode).toBe(404);
  });

  it('gives the thread of a TaskManager', async () => {
    expect((await app.inject('/taskmanagers/taskmanager-2')).json().osThreadId).toBe(4_002);
  });

  it("answers 503 and Flink's words while no JobManager leads; the page goes on", async () => {
    const { app, engine } = testGateway();
    engine.show(snapshot({ jobManager: { attempt: 2, leading: false, startedAt: 0 } }));
    for (const url of ['/overview', '/v1/jobs', `/jobs/${JOB_ID}`]) {
      const response = await app.inject(url);
      expect(response.statusCode).toBe(503);
      expect(response.json()).toEqual({ errors: ['Service temporarily unavailable due to an ongoing leader election. Please refresh.'] });
    }
    expect((await app.inject('/')).statusCode).toBe(200);
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    expect((await app.inject('/readyz')).statusCode).toBe(503);
    expect((await app.inject('/api/alerts')).statusCode).toBe(200);
  });

  it('refuses an aggregation that it does not know', async () => {
    expect((await app.inject('/jobs/metrics?get=numRestarts&agg=median')).statusCode).toBe(400);
    expect((await app.inject('/jobs/metrics?get=numRestarts&agg=sum')).json()).toEqual([{ id: 'numRestarts', sum: 0 }]);
  });
});
