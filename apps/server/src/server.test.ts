import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultJobConfiguration } from '@weir/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { asParameters } from './detection-parameters.js';
import type { EmbeddedEngineOptions, StoredJob } from './engine-types.js';
import { Server, type ServerOptions } from './server.js';
import { defaultPlan, type StartGiven } from './start-plan.js';
import { FakeEmbeddedEngine } from './testing/fake-embedded-engine.js';
import { job, snapshot } from './testing/snapshot.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

class StoppableEngine extends FakeEmbeddedEngine {
  readonly resumed: string[] = [];
  stopped: unknown[] = [];

  override async submitJob(submission: Parameters<FakeEmbeddedEngine['submitJob']>[0]): Promise<{ readonly jobId: string }> {
    await super.submitJob(submission);
    return { jobId: this.current.jobs[0].id };
  }

  override async resumeJob(jobId: string, submission: Parameters<FakeEmbeddedEngine['resumeJob']>[1]): Promise<void> {
    this.resumed.push(jobId);
    await super.resumeJob(jobId, submission);
  }

  override async stop(options?: unknown): Promise<void> {
    this.stopped.push(options);
  }
}

interface Started {
  readonly engine: StoppableEngine;
  readonly lines: string[];
  readonly engineOptions: EmbeddedEngineOptions[];
  readonly start: (changes?: Partial<ServerOptions>) => Promise<Server>;
  readonly path: string;
}

function setUp(): Started {
  const engine = new StoppableEngine();
  const lines: string[] = [];
  const engineOptions: EmbeddedEngineOptions[] = [];
  const path = join(mkdtempSync(join(tmpdir(), 'weir-server-')), 'data');
  const start = async (changes: Partial<ServerOptions> = {}): Promise<Server> => {
    const server = await Server.start({
      host: '127.0.0.1',
      port: 0,
      dataDirectory: path,
      given: {},
      settings: {},
      version: '0',
      print: (line) => lines.push(line),
      startEngine: async (options) => {
        engineOptions.push(options);
        return engine;
      },
      stopped: new Promise(() => {}),
      ...changes,
    });
    servers.push(server);
    return server;
  };
  return { engine, lines, engineOptions, start, path };
}

function stored(changes: Partial<StoredJob> = {}): StoredJob {
  const { parameters, configuration } = defaultPlan(defaultJobConfiguration, { kind: 'alert-log', directory: '/elsewhere/alerts' });
  const id = job().id;
  return {
    jobId: id,
    lineage: id,
    name: 'detection',
    submittedAt: 1,
    parameters: asParameters(parameters),
    configuration,
    state: 'RUNNING',
    endTime: -1,
    ...changes,
  };
}

describe('weir start', () => {
  it('submits the job of the seed and says where it is ready, once every task runs', async () => {
    const { engine, lines, start, path } = setUp();
    await start();
    expect(lines.at(-1)).toMatch(/^Weir is ready at http:\/\/127\.0\.0\.1:\d+$/);
    expect(engine.submissions).toMatchObject([
      { parameters: { layout: 'seed', sink: { kind: 'alert-log', directory: join(path, 'alerts') } } },
    ]);
    expect(engine.submissions[0].module).toMatch(/detection.*job\.js$/);
    const response = await fetch(`${lines.at(-1)?.split(' ').at(-1)}/overview`);
    expect(await response.json()).toMatchObject({ 'jobs-running': 1 });
  });

  it('goes on with a job that was running, with what is given anew in place of what was stored', async () => {
    const { engine, start } = setUp();
    engine.stored = [stored()];
    await start({ given: { threshold: 5 } });
    expect(engine.resumed).toEqual([stored().jobId]);
    // Where alerts are read, wherever the data directory was when the job was stored.
    const sink = { kind: 'alert-log', directory: expect.not.stringContaining('/elsewhere') };
    expect(engine.submissions).toMatchObject([{ parameters: { threshold: 5, sink } }]);
  });

  it.each(['CANCELED', 'FINISHED', 'FAILED'] as const)('starts a new job after one that is %s', async (state) => {
    const { engine, start, lines } = setUp();
    engine.stored = [stored({ state })];
    await start();
    expect(engine.resumed).toEqual([]);
    expect(engine.submissions).toHaveLength(1);
    expect(lines.at(-1)).toContain('Weir is ready at');
  });

  it('leaves a job alone that FAILED for damaged checkpoints, and stays up to say so', async () => {
    const { engine, start, lines } = setUp();
    engine.stored = [stored({ state: 'FAILED', checkpointsDamaged: true, failure: 'chk-3 is damaged' })];
    await start();
    expect(engine.submissions).toEqual([]);
    expect(lines.at(-1)).toMatch(/^Weir is at http:\/\/\S+, but the job is FAILED: chk-3 is damaged/);
  });

  it('says why a job failed that could not be run', async () => {
    const { engine, start, lines } = setUp();
    engine.current = snapshot({ jobs: [job({ state: 'FAILED', failure: 'no slots' })] });
    await start();
    expect(lines.at(-1)).toMatch(/^Weir is at http:\/\/\S+, but the job is FAILED: no slots$/);
  });

  it('moves old jobs and checkpoints aside for --fresh, and no alerts', async () => {
    const { start, path } = setUp();
    for (const name of ['jobs', 'checkpoints', 'alerts']) {
      mkdirSync(join(path, name), { recursive: true });
      writeFileSync(join(path, name, 'x'), '');
    }
    await start({ given: { fresh: true } });
    expect(existsSync(join(path, 'alerts', 'x'))).toBe(true);
    const names = readdirSync(path);
    for (const name of ['jobs', 'checkpoints']) {
      expect(existsSync(join(path, name, 'x'))).toBe(false);
      expect(existsSync(join(path, names.find((each) => each.startsWith(`${name}.`)) ?? '', 'x'))).toBe(true);
    }
  });

  it('is ready without a job for --source none', async () => {
    const { engine, start, lines } = setUp();
    const given: StartGiven = { source: { kind: 'none' } };
    await start({ given });
    expect(engine.submissions).toEqual([]);
    expect(lines.at(-1)).toContain('Weir is ready at');
  });

  it('remembers where checkpoints are and how large the cluster is', async () => {
    const { engineOptions, start } = setUp();
    await (await start({ settings: { taskManagers: 5, checkpointDirectory: '/tmp/weir-c/checkpoints' } })).stop();
    await (await start({ settings: { slotsPerTaskManager: 2 } })).stop();
    servers.length = 0;
    expect(engineOptions[1]).toMatchObject({
      taskManagers: 5,
      slotsPerTaskManager: 2,
      checkpointDirectory: '/tmp/weir-c/checkpoints',
      savepointDirectory: '/tmp/weir-c/savepoints',
    });
  });

  it('takes a last checkpoint when it stops, and lets the next one in', async () => {
    const { engine, start } = setUp();
    const server = await start();
    await expect(start()).rejects.toThrow(`in use by process ${process.pid}`);
    await server.stop();
    servers.length = 0;
    expect(engine.stopped).toEqual([{ lastCheckpoint: true, timeout: 8_000 }]);
    await start();
  });
});

describe('weir start ends with one line', () => {
  it('where the port is taken, leaving nothing behind', async () => {
    const { start } = setUp();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
    other.close();
    await start();
  });

  it('where the engine refuses the options, naming why', async () => {
    const { engine, start } = setUp();
    engine.refusal = new Error('operator count: its state is of another type');
    await expect(start()).rejects.toMatchObject({ name: 'RunError', message: 'operator count: its state is of another type' });
    expect(engine.stopped).toHaveLength(1);
  });

  it('where its file is not there', async () => {
    const { start } = setUp();
    await expect(start({ given: { source: { kind: 'file', path: '/there/is/none' } } })).rejects.toThrow('/there/is/none cannot be read');
  });
});
