import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredJob } from '@weir/runtime/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomOf } from './chaos.js';
import { configuration, countingParameters, expectExactlyOnce, TestCluster } from './cluster.js';
import { expectedOf } from './fixtures/oracle.js';
import { type Damage, flip, PARTS, whole, zero } from './support/damage.js';

/**
 * A job that was stopped is started on damaged checkpoints. Every byte of a file is tried in the units (checkpoint/checkpoint-corruption.test.ts);
 * here it is the whole engine that must restore exactly right state, or fail the job with a reason that names the file.
 */
const small = { taskManagers: 1, slotsPerTaskManager: 2 };
const base = { ...countingParameters, events: 3_000, keys: 60, parallelism: 2, sources: 1, gated: true };

/** What one job left behind, and what is put back before each case: at the same place, since jobs remember absolute paths. */
class Scene {
  readonly #name: string;
  readonly #parameters: typeof base;
  readonly #unaligned: boolean;
  #directory = '';
  #jobId = '';
  /** Newest first. */
  checkpoints: readonly number[] = [];

  constructor(name: string, parameters: typeof base, unaligned: boolean) {
    this.#name = name;
    this.#parameters = parameters;
    this.#unaligned = unaligned;
  }

  async record(play: (cluster: TestCluster, jobId: string, openTo: (event: number) => Promise<void>) => Promise<void>): Promise<void> {
    const cluster = await TestCluster.start(small);
    this.#directory = cluster.directory;
    mkdirSync(cluster.output);
    writeFileSync(join(cluster.output, 'gate'), '0');
    this.#jobId = await cluster.submit(this.#parameters, configuration({ interval: 0, unaligned: this.#unaligned }));
    await play(cluster, this.#jobId, async (event) => {
      writeFileSync(join(cluster.output, 'gate'), String(event));
      await cluster.until(this.#jobId, (job) => job.vertices[0]?.subtasks[0]?.metrics.numRecordsOut === event);
    });
    await cluster.stop();
    cpSync(this.#directory, this.#pristine, { recursive: true });
    this.checkpoints = readdirSync(this.chk())
      .map((name) => Number(name.slice('chk-'.length)))
      .sort((a, b) => b - a);
  }

  get #pristine(): string {
    return `${this.#directory}.pristine`;
  }

  /** Path of a checkpoint, or of their directory. */
  chk(id?: number): string {
    const job = join(this.#directory, 'checkpoints', this.#jobId);
    return id === undefined ? job : join(job, `chk-${id}`);
  }

  journal(): string {
    return join(this.#directory, 'data', 'jobs', this.#jobId, 'journal.ndjson');
  }

  /** The one file that an operator's first subtask has in a checkpoint. */
  file(id: number, kind: string): string {
    const name = readdirSync(this.chk(id)).find((each) => each.startsWith(kind));
    if (name === undefined) throw new Error(`${this.#name}: chk-${id} has no file of ${kind}`);
    return join(this.chk(id), name);
  }

  restore(): void {
    rmSync(this.#directory, { recursive: true, force: true });
    cpSync(this.#pristine, this.#directory, { recursive: true });
  }

  /** Goes on with the job as it is on disk. Resolves to the checkpoint it went on from, or the reason why it FAILED. */
  async goOn(
    historyLost = false,
    directory = this.#directory,
  ): Promise<{ readonly from: number | undefined } | { readonly failed: string }> {
    const cluster = await TestCluster.start(small, directory);
    try {
      const before = await cluster.alerts();
      writeFileSync(join(cluster.output, 'gate'), String(this.#parameters.events));
      const parameters = { ...this.#parameters, slowSinkMs: 0, directory: cluster.output };
      await cluster.engine.resumeJob(this.#jobId, cluster.submission(parameters, configuration({ interval: 0 })));
      const job = await cluster.until(
        this.#jobId,
        ({ state, numRestarts }) => state === 'FINISHED' || state === 'FAILED' || numRestarts > 3,
      );
      if (job.state === 'FAILED') {
        expect(await cluster.alerts()).toEqual(before);
        return { failed: job.failure ?? '' };
      }
      expect(job, job.exceptions[0]?.message).toMatchObject({ state: 'FINISHED' });
      // Figures of the job as a whole go with its history; output and state do not.
      const committed = historyLost ? { alerts: (await cluster.alerts()).length } : job.committed;
      await expectExactlyOnce(cluster, { ...job, committed }, parameters);
      return { from: job.checkpoints.latestRestored?.id };
    } finally {
      await cluster.stop();
    }
  }

  async goOnElsewhere(): ReturnType<Scene['goOn']> {
    const moved = `${this.#directory}.moved`;
    renameSync(this.#directory, moved);
    try {
      return await this.goOn(false, moved);
    } finally {
      rmSync(moved, { recursive: true });
    }
  }

  /** What the next process finds. */
  async stored(): Promise<StoredJob | undefined> {
    const cluster = await TestCluster.start(small, this.#directory);
    await cluster.stop();
    return cluster.engine.storedJobs()[0];
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
    rmSync(this.#pristine, { recursive: true, force: true });
  }
}

/** Its last two checkpoints have nothing for the sink: going back over them loses and doubles nothing. */
const quiet = new Scene('quiet', { ...base, seed: 61 }, false);
/** Its last checkpoint has in-flight data, and the sink has committed with it. */
const busy = new Scene('busy', { ...base, seed: 62, padding: 700, slowSinkMs: 2 }, true);

beforeAll(async () => {
  await quiet.record(async (cluster, jobId, openTo) => {
    const alertsUpTo = (event: number): number => expectedOf(61, event, base.keys, 1).alerts;
    let event = 800;
    while (alertsUpTo(event) !== alertsUpTo(event + 20)) event++;
    for (const at of [event, event + 10, event + 20]) {
      await openTo(at);
      await cluster.engine.execute({ type: 'trigger-checkpoint', jobId });
    }
    expect(cluster.job(jobId).committed.alerts).toBe(alertsUpTo(event));
  });
  await busy.record(async (cluster, jobId) => {
    writeFileSync(join(cluster.output, 'gate'), '2500');
    for (let n = 1; n <= 3; n++) {
      const committed = cluster.job(jobId).committed.alerts ?? 0;
      do await cluster.engine.execute({ type: 'trigger-checkpoint', jobId });
      while ((cluster.job(jobId).committed.alerts ?? 0) < committed + 5);
    }
    expect(cluster.job(jobId).checkpoints.latestCompleted?.persistedData).toBeGreaterThan(10_000);
  });
});

afterAll(() => {
  quiet.remove();
  busy.remove();
});

const damages: Readonly<Record<string, Damage>> = {
  ...Object.fromEntries(PARTS.map((part) => [`one bit of its ${part} flipped`, flip(part)])),
  ...Object.fromEntries((['identity', 'payload', 'index', 'footer'] as const).map((part) => [`its ${part} zeroed`, zero(part)])),
  ...whole,
};

/** Each damage of each kind of file, in one of the two scenes. */
const random = randomOf(2026);
const cases = ['generated-', 'counting-', 'alerts-', '_metadata'].flatMap((kind) =>
  Object.entries(damages).map(([what, damage]) => ({
    kind,
    what,
    damage,
    scene: kind === 'alerts-' || random() < 0.5 ? ('busy' as const) : ('quiet' as const),
    seed: Math.floor(random() * 2 ** 31),
  })),
);

describe('a file of the newest checkpoint', () => {
  it.each(cases)('$scene job, $kind: $what', async ({ scene: name, kind, damage, seed }) => {
    const scene = name === 'quiet' ? quiet : busy;
    scene.restore();
    const [newest = 0, older] = scene.checkpoints;
    damage(scene.file(newest, kind), randomOf(seed));
    const outcome = await scene.goOn();
    if (name === 'quiet') expect(outcome).toEqual({ from: older });
    else expectNamed(outcome, `${scene.chk(newest)}/`);
  });
});

function expectNamed(outcome: object, path: string): void {
  expect(outcome).toEqual({ failed: expect.stringContaining(path) });
  expect(outcome).toEqual({ failed: expect.stringMatching(/Put the damaged files back from a copy .*, or begin anew/) });
}

function emptied(path: string): void {
  rmSync(path, { recursive: true });
  mkdirSync(path);
}

function fileInstead(path: string): void {
  rmSync(path, { recursive: true });
  writeFileSync(path, '');
}

describe('more than a file', () => {
  const flipped: Damage = flip('payload');

  it('of the newest two checkpoints: the third is restored while that brings nothing twice', async () => {
    quiet.restore();
    const [newest = 0, second = 0, third] = quiet.checkpoints;
    flipped(quiet.file(newest, 'counting-'), randomOf(1));
    flipped(quiet.file(second, '_metadata'), randomOf(2));
    expect(await quiet.goOn()).toEqual({ from: third });
  });

  it('of every checkpoint: the job is FAILED, names each, and stays so', async () => {
    quiet.restore();
    for (const id of quiet.checkpoints) flipped(quiet.file(id, 'generated-'), randomOf(id));
    const outcome = await quiet.goOn();
    for (const id of quiet.checkpoints) expectNamed(outcome, `${quiet.chk(id)}/`);
    expect(await quiet.stored()).toMatchObject({ state: 'FAILED', checkpointsDamaged: true });
  });

  it('of older checkpoints alone is of no consequence', async () => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      for (const id of scene.checkpoints.slice(1)) rmSync(scene.chk(id), { recursive: true });
      expect(await scene.goOn()).toEqual({ from: scene.checkpoints[0] });
    }
  });

  it.each([
    { what: 'its directory deleted', damage: (path: string) => rmSync(path, { recursive: true }) },
    { what: 'its directory emptied', damage: emptied },
    {
      what: 'its directory replaced by a file',
      damage: fileInstead,
    },
    {
      what: 'its directory replaced by a copy of the one before',
      damage: (path: string) => {
        rmSync(path, { recursive: true });
        cpSync(
          path.replace(/\d+$/, (id) => String(Number(id) - 1)),
          path,
          { recursive: true },
        );
      },
    },
    {
      what: 'exchanged with the one before',
      damage: (path: string) => {
        const older = path.replace(/\d+$/, (id) => String(Number(id) - 1));
        renameSync(path, `${path}.moving`);
        renameSync(older, path);
        renameSync(`${path}.moving`, older);
      },
    },
  ])('the newest checkpoint as a whole: $what', async ({ what, damage }) => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      const [newest = 0, second, third] = scene.checkpoints;
      damage(scene.chk(newest));
      const outcome = await scene.goOn();
      if (scene === busy) expectNamed(outcome, scene.chk(newest));
      else expect(outcome).toEqual({ from: what.startsWith('exchanged') ? third : second });
    }
  });

  it('all checkpoints gone: FAILED, not begun anew', async () => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      rmSync(scene.chk(), { recursive: true });
      expectNamed(await scene.goOn(), scene.chk(scene.checkpoints[0]));
    }
  });

  it('the history gone or cut: the newest checkpoint is restored', async () => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      rmSync(scene.journal());
      expect(await scene.goOn(true)).toEqual({ from: scene.checkpoints[0] });
      scene.restore();
      truncateSync(scene.journal(), 700);
      expect(await scene.goOn(true)).toEqual({ from: scene.checkpoints[0] });
    }
  });

  it('the history and the newest checkpoint gone: what sinks have committed tells', async () => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      rmSync(scene.journal());
      rmSync(scene.chk(scene.checkpoints[0]), { recursive: true });
      const outcome = await scene.goOn(true);
      if (scene === quiet) expect(outcome).toEqual({ from: scene.checkpoints[1] });
      else expectNamed(outcome, scene.chk());
    }
  });

  it('the history and all checkpoints gone: FAILED, not begun anew', async () => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      rmSync(scene.journal());
      rmSync(scene.chk(), { recursive: true });
      expectNamed(await scene.goOn(true), scene.chk());
    }
  });

  it('what was left of unfinished checkpoints is of no consequence', async () => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      const [newest = 0] = scene.checkpoints;
      mkdirSync(scene.chk(newest + 1));
      cpSync(scene.file(newest, 'counting-'), join(scene.chk(newest + 1), 'counting-0-0-0123456789abcdef.tmp'));
      writeFileSync(join(scene.chk(newest), '_metadata-0123456789abcdef.tmp'), 'half');
      mkdirSync(scene.chk(newest + 40));
      expect(await scene.goOn()).toEqual({ from: newest });
    }
  });

  it('a data directory that was moved is gone on with where it is', async () => {
    for (const scene of [quiet, busy]) {
      scene.restore();
      expect(await scene.goOnElsewhere()).toEqual({ from: scene.checkpoints[0] });
    }
  });
});
