import { expect, it } from 'vitest';
import { job, snapshot } from '../testing/snapshot.js';
import { shownSource } from './shown-source.js';

/** A job with that source, whose one reader counts that. */
function shown(source: Record<string, unknown>, counters: Record<string, number> = {}, ingest = {}) {
  const base = job({ parameters: { source } });
  const [first, ...others] = base.vertices;
  const subtasks = first.subtasks.slice(0, 1).map((each) => ({ ...each, metrics: { ...each.metrics, operatorCounters: counters } }));
  // What other vertices call by the same name is none of the source's.
  const alike = others.map((vertex) => ({
    ...vertex,
    subtasks: vertex.subtasks.map((each) => ({
      ...each,
      metrics: { ...each.metrics, operatorCounters: { 'Sink.bytes': 9, 'Sink.malformed': 9 } },
    })),
  }));
  return shownSource(snapshot({ jobs: [{ ...base, vertices: [{ ...first, subtasks }, ...alike] }] }), 2, ingest);
}

it('is data: how a source was set, and what its reader counts', () => {
  const counters = {
    'FollowedFileSource.bytes': 10,
    'FollowedFileSource.lines': 1,
    'FollowedFileSource.bytesMissing': 0,
    'FollowedFileSource.pendingBytes': 5,
  };
  expect(shown({ kind: 'files', files: ['/a'], format: 'sshd', key: 'ip', follow: true }, counters)).toEqual({
    kind: 'files',
    files: ['/a'],
    format: 'sshd',
    key: 'ip',
    follow: true,
    figures: { bytes: 10, lines: 1, bytesMissing: 0, pendingBytes: 5 },
  });
  expect(shown({ kind: 'files', files: ['/a'] })).toEqual({ kind: 'files', files: ['/a'], key: 'user', follow: false, figures: {} });
  expect(shown({ kind: 'http', directory: '/i', from: 0 }, { 'HttpSource.malformed': 1 }, { accepted: 4 })).toEqual({
    kind: 'http',
    key: 'user',
    figures: { accepted: 4, malformed: 1 },
  });
});

it('says how events are made that are made here', () => {
  expect(shown({ kind: 'load', keys: 10, rate: 5, abnormalRate: 0.1, seed: 3 })).toEqual({
    kind: 'load',
    keys: 10,
    rate: 5,
    abnormalRate: 0.1,
    seed: 3,
  });
  expect(shown({ kind: 'simulated', intervalMs: 20, abnormalRate: 0.1 })).toEqual({
    kind: 'simulated',
    intervalMs: 20,
    abnormalRate: 0.1,
    speed: 2,
  });
  expect(shownSource(snapshot({ jobs: [] }), undefined, undefined)).toEqual({ kind: 'none' });
});
