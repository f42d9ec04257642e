import type { EngineSnapshot, FileFigures, HttpFigures, JobInfo, SourceState } from '@weir/protocol';
import { DEFAULT_ABNORMAL_RATE, DEFAULT_EVENT_INTERVAL, type SourceParameters, storedParameters } from '../detection-parameters.js';
import { sourceCounter } from '../source-counters.js';

type Simulated = Extract<SourceParameters, { kind: 'simulated' }>;

const FILE_FIGURES = ['bytes', 'lines', 'malformed', 'skipped', 'bytesMissing', 'pendingBytes', 'pendingTime', 'openFiles'] as const;
const HTTP_FIGURES = ['malformed', 'bytesMissing', 'eventsMissing'] as const;

/** What the newest job reads. `ingest`: what the ingest log says of itself, if that is what it reads. */
export function shownSource(engine: EngineSnapshot, speed: number | undefined, ingest: HttpFigures | undefined): SourceState {
  const [job] = engine.jobs;
  if (job === undefined) return { kind: 'none' };
  // Jobs of other makers have no such parameters: they are shown as what a job without any reads.
  const given = (storedParameters(job.parameters).source ?? {}) as Partial<SourceParameters>;
  switch (given.kind) {
    case 'load': {
      const { keys = 0, rate = 0, abnormalRate = DEFAULT_ABNORMAL_RATE, seed } = given;
      return { kind: 'load', keys, rate, abnormalRate, ...(seed === undefined ? {} : { seed }) };
    }
    case 'files': {
      const { files = [], format, key = 'user', follow = false } = given;
      const figures: FileFigures = counted(job, FILE_FIGURES);
      return { kind: 'files', files, key, follow, ...(format === undefined ? {} : { format }), figures };
    }
    case 'http':
      return { kind: 'http', key: given.key ?? 'user', figures: { ...ingest, ...counted(job, HTTP_FIGURES) } };
    default: {
      const { intervalMs = DEFAULT_EVENT_INTERVAL, abnormalRate = DEFAULT_ABNORMAL_RATE, seed } = given as Partial<Simulated>;
      const more = { ...(seed === undefined ? {} : { seed }), ...(speed === undefined ? {} : { speed }) };
      return { kind: 'simulated', intervalMs, abnormalRate, ...more };
    }
  }
}

/** By its source's readers; each is absent where none says it. */
function counted<N extends string>(job: JobInfo, names: readonly N[]): { readonly [K in N]?: number } {
  const figures: { [K in N]?: number } = {};
  for (const name of names) {
    const value = sourceCounter(job, name);
    if (value !== undefined) figures[name] = value;
  }
  return figures;
}
