import { defaultJobConfiguration } from '@weir/runtime';
import { describe, expect, it } from 'vitest';
import { UsageError } from './cli/usage-error.js';
import { checkSameRun, detectSubmission } from './detect/detect-plan.js';
import { applyGiven, defaultPlan, storedPlan } from './start-plan.js';

const base = defaultPlan(defaultJobConfiguration, { kind: 'alert-log', directory: '/d/alerts' });

describe('weir start', () => {
  it("is the seed's job unless told otherwise", () => {
    expect(base.parameters).toEqual({
      source: { kind: 'simulated', intervalMs: 5_000, abnormalRate: 0.3 },
      threshold: 3,
      parallelism: 3,
      layout: 'seed',
      sink: { kind: 'alert-log', directory: '/d/alerts' },
    });
  });

  it('lays what is given on what is stored, and leaves the rest', () => {
    const stored = applyGiven(base, { source: { kind: 'load' }, keys: 10, seed: 7 }, { checkpointInterval: 3_000 });
    const resumed = applyGiven(stored, { rate: 100, threshold: 5 }, { parallelism: 2 });
    expect(resumed.parameters).toMatchObject({
      source: { kind: 'load', keys: 10, rate: 100, abnormalRate: 0.3, seed: 7 },
      threshold: 5,
      parallelism: 2,
    });
    expect(resumed.configuration).toMatchObject({ parallelism: 2, checkpointing: { interval: 3_000, unaligned: true } });
  });

  it('takes unaligned off with at-least-once', () => {
    expect(applyGiven(base, {}, { checkpointingMode: 'AT_LEAST_ONCE' }).configuration.checkpointing).toMatchObject({
      mode: 'AT_LEAST_ONCE',
      unaligned: false,
    });
  });

  it('begins with defaults of the new source when another is chosen', () => {
    const file = applyGiven(base, { source: { kind: 'file', path: '/var/log/auth.log' }, key: 'ip' }, {});
    expect(file.parameters.source).toEqual({ kind: 'files', files: ['/var/log/auth.log'], key: 'ip' });
    expect(applyGiven(file, { source: { kind: 'simulated' } }, {}).parameters.source).toEqual(base.parameters.source);
  });

  it.each([
    [{ keys: 5 }, /--keys does not go with the source "simulated"/],
    [{ source: { kind: 'load' } as const, eventInterval: 5 }, /--event-interval does not go with the source "load"/],
    [{ source: { kind: 'file', path: 'x' } as const, seed: 1 }, /--seed does not go with the source "file"/],
    [{ format: 'csv' as const }, /--format does not go with/],
  ])('refuses options of another source: %j', (given, message) => {
    expect(() => applyGiven(base, given, {})).toThrow(UsageError);
    expect(() => applyGiven(base, given, {})).toThrow(message);
  });
});

describe('weir detect', () => {
  const request = { files: ['/a.log'], outputPath: '/out', workDirectory: '/d/work', settings: {} };
  const submit = (changes: object = {}) => detectSubmission({ ...request, ...changes }, defaultJobConfiguration, '/job.js');

  it('restarts without limit after failures of TaskManagers, and only then', () => {
    expect(submit().configuration).toMatchObject({
      restartStrategy: { kind: 'fixed-delay', attempts: -1, delay: 50 },
      failOnUserException: true,
    });
  });

  it('takes checkpoints four times between two failures unless told otherwise', () => {
    expect(submit({ failEvery: 100 }).configuration.checkpointing.interval).toBe(25);
    expect(submit({ failEvery: 1 }).configuration.checkpointing.interval).toBe(1);
    expect(submit({ failEvery: 100, settings: { checkpointInterval: 70 } }).configuration.checkpointing.interval).toBe(70);
    expect(submit().configuration.checkpointing.interval).toBe(10_000);
  });

  it('finishes an unfinished run only with the same input and output', () => {
    const stored = {
      ...submit(),
      jobId: 'j',
      lineage: 'j',
      name: 'n',
      submittedAt: 0,
      state: 'RUNNING' as const,
      endTime: -1,
    };
    expect(() => checkSameRun(stored, submit({ settings: { parallelism: 5 } }), '/d')).not.toThrow();
    expect(() => checkSameRun(stored, submit({ files: ['/b.log'] }), '/d')).toThrow(/another input/);
    expect(() => checkSameRun(stored, submit({ outputPath: '/other' }), '/d')).toThrow(/another output/);
    expect(() => checkSameRun(stored, submit({ threshold: 9 }), '/d')).toThrow(/another threshold/);
  });
});

it('a stored job writes and reads where the data directory is now', () => {
  const parameters = {
    source: { kind: 'http', directory: '/old/ingest', key: 'user', from: 3 },
    sink: { kind: 'alert-log', directory: '/old/alerts' },
  };
  expect(storedPlan({ parameters, configuration: defaultJobConfiguration }, '/new/alerts').parameters).toEqual({
    source: { kind: 'http', directory: '/new/ingest', key: 'user', from: 3 },
    sink: { kind: 'alert-log', directory: '/new/alerts' },
  });
});
