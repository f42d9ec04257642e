import { describe, expect, it } from 'vitest';
import detectionJob, { flinkMaxParallelism } from './job.js';
import { readParameters } from './job-parameters.js';

const sink = { kind: 'alert-log', directory: '/alerts' } as const;

/** Takes down what `build` says. */
function describeJob(given: Record<string, unknown>): Record<string, unknown>[] {
  const operators: Record<string, unknown>[] = [];
  const operator = (kind: string): unknown => {
    const settings: Record<string, unknown> = { kind };
    operators.push(settings);
    const proxy: unknown = new Proxy(
      {},
      {
        get:
          (_, name: string) =>
          (value: unknown = true) => {
            if (name === 'keyBy') return proxy;
            if (name === 'process' || name === 'sinkTo') return operator(name);
            settings[name] = value;
            return proxy;
          },
      },
    );
    return proxy;
  };
  const env = { setParallelism: () => env, enableObjectReuse: () => env, fromSource: () => operator('source') };
  detectionJob.build(env as never, readParameters(given));
  return operators;
}

describe('the detection job', () => {
  it('has the seed layout unless told: each operator in slots of its own', () => {
    expect(describeJob({ sink })).toEqual([
      {
        kind: 'source',
        uid: 'random-user-event-source',
        name: 'RandomUserEventSource',
        setParallelism: 3,
        slotSharingGroup: 'source',
        disableChaining: true,
      },
      {
        kind: 'process',
        uid: 'abnormal-count-process',
        name: 'AbnormalCountProcess',
        setParallelism: 3,
        setMaxParallelism: 103,
        slotSharingGroup: 'process',
        disableChaining: true,
      },
      { kind: 'sinkTo', uid: 'alert-sink', name: 'AlertSink', setParallelism: 3, slotSharingGroup: 'sink', disableChaining: true },
    ]);
  });

  it('reads files by one subtask, all of it in one slot with the pipeline layout', () => {
    const source = { kind: 'files', files: ['/a'] };
    expect(
      describeJob({ source, sink: { kind: 'file', path: '/out', workDirectory: '/work' }, layout: 'pipeline', parallelism: 8 }),
    ).toEqual([
      { kind: 'source', uid: 'file-source', name: 'FileSource', setParallelism: 1 },
      { kind: 'process', uid: 'abnormal-count-process', name: 'AbnormalCountProcess', setParallelism: 8, setMaxParallelism: 128 },
      { kind: 'sinkTo', uid: 'alert-sink', name: 'AlertSink', setParallelism: 8 },
    ]);
    expect([1, 85, 86, 100, 32_768].map(flinkMaxParallelism)).toEqual([128, 128, 256, 256, 32_768]);
  });

  it('completes its parameters', () => {
    expect(readParameters({ sink })).toMatchObject({
      threshold: 3,
      parallelism: 3,
      layout: 'seed',
      source: { kind: 'simulated', intervalMs: 5_000, abnormalRate: 0.3, logEvents: true },
      sink,
    });
    expect(readParameters({ sink, source: { kind: 'load', count: 5 } }).source).toMatchObject({ keys: 1_000, rate: 0, count: 5 });
    expect(readParameters({ sink, source: { kind: 'simulated', intervalMs: 20 } }).source).toMatchObject({ logEvents: false });
    expect(readParameters({ sink, source: { kind: 'files', files: ['/a'], format: undefined, follow: false } }).source).toEqual({
      kind: 'files',
      files: ['/a'],
      key: 'user',
    });
  });

  it('takes what it completed as it is, when a stored job goes on', () => {
    for (const source of [
      { kind: 'simulated', startTime: 5 },
      { kind: 'load', count: 5, startTime: 5 },
      { kind: 'files', files: ['/a'], format: 'csv', key: 'ip' },
      { kind: 'files', files: ['/a'], key: 'user', follow: true },
      { kind: 'http', directory: '/i', key: 'ip', from: 7 },
    ]) {
      const complete = readParameters({ sink, source });
      expect(readParameters({ ...complete })).toEqual(complete);
    }
  });

  it.each([
    [{}, 'sink must be an object'],
    [{ sink: { kind: 'file', path: 'out', workDirectory: '/w' } }, 'sink.path must be an absolute path, not out'],
    [{ sink: { kind: 'alert-log' } }, 'sink.directory must be text, not left out'],
    [{ sink: { kind: 'smoke' } }, 'sink.kind must be one of alert-log, file, not "smoke"'],
    [{ sink, threshold: 0 }, 'threshold must be a whole number of 1 to 2147483647, not 0'],
    [{ sink, threshold: 2.5 }, 'threshold must be a whole number of 1 to 2147483647, not 2.5'],
    [{ sink, threshhold: 3 }, 'there is no parameter threshhold'],
    [{ sink, layout: 'round' }, 'layout must be one of seed, pipeline, not "round"'],
    [{ sink, source: { kind: 'simulated', abnormalRate: 3 } }, 'source.abnormalRate must be a number of 0 to 1, not 3'],
    [{ sink, source: { kind: 'load', keys: 0 } }, 'source.keys must be a whole number of 1 to 4294967295, not 0'],
    [{ sink, source: { kind: 'load', rate: -1 } }, 'source.rate must be a number of at least 0, not -1'],
    [{ sink, source: { kind: 'files', files: [] } }, 'source.files must be a list of text, one at least, not []'],
    [{ sink, source: { kind: 'files', files: ['a'] } }, 'source.files must be absolute paths, not a'],
    [{ sink, source: { kind: 'files', files: ['/a', '/b'], follow: true } }, 'source.follow takes one file, not 2'],
    [{ sink, source: { kind: 'files', files: ['/a'], format: 'xml' } }, 'source.format must be one of ndjson, csv, sshd, not "xml"'],
    [{ sink, source: { kind: 'http', directory: 'i' } }, 'source.directory must be an absolute path, not i'],
    [{ sink, source: { kind: 'simulated', keys: 3 } }, 'there is no parameter source.keys'],
  ])('refuses %j', (given, message) => expect(() => readParameters(given)).toThrow(message));
});
