import type { EngineSnapshot, JobInfo, SourceState } from '@weir/protocol';

/** What the newest job reads. */
export function shownSource(engine: EngineSnapshot, speed: number | undefined): SourceState {
  const [job] = engine.jobs;
  if (job === undefined) return { kind: 'none', description: '' };
  const given = (job.parameters.source ?? {}) as Record<string, unknown>;
  const missing = bytesMissing(job);
  const more = missing === undefined ? {} : { bytesMissing: missing };
  switch (given.kind) {
    case 'load':
      return { kind: 'load', description: `keys=${given.keys} rate=${given.rate} abnormalRate=${given.abnormalRate}`, ...more };
    case 'files':
      return { kind: 'files', description: Array.isArray(given.files) ? given.files.join(' ') : '', ...more };
    case 'http':
      return { kind: 'http', description: 'POST /api/events', ...more };
    default: {
      const description = `intervalMs=${given.intervalMs} abnormalRate=${given.abnormalRate}`;
      return { kind: 'simulated', description, ...(speed === undefined ? {} : { speed }), ...more };
    }
  }
}

/** Counted by the source's readers; absent where none counts them. */
function bytesMissing(job: JobInfo): number | undefined {
  let sum: number | undefined;
  for (const { inputs, subtasks } of job.vertices) {
    if (inputs.length > 0) continue;
    for (const { metrics } of subtasks)
      for (const [name, count] of Object.entries(metrics.operatorCounters ?? {}))
        if (name.endsWith('.bytesMissing')) sum = (sum ?? 0) + count;
  }
  return sum;
}
