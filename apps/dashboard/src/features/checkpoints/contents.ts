import type { CheckpointContents, CheckpointInfo } from '@weir/protocol';
import { getJson } from '../../connection/get-json.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { type Loaded, useLoaded } from '../../connection/use-loaded.js';

const CACHED = 12;
/** A completed checkpoint never changes, and is shown in more than one place. */
const cache = new Map<string, Promise<CheckpointContents | undefined>>();

function readContents(path: string): Promise<CheckpointContents | undefined> {
  const known = cache.get(path);
  if (known) return known;
  const reading = getJson<CheckpointContents | undefined>(path);
  cache.set(path, reading);
  reading.catch(() => cache.delete(path));
  for (const oldest of cache.keys()) {
    if (cache.size <= CACHED) break;
    cache.delete(oldest);
  }
  return reading;
}

/** The keyed state in a checkpoint that is completed; idle if that is not there, or no longer. */
export function useContents(checkpoint: CheckpointInfo | undefined): Loaded<CheckpointContents> {
  const jobId = useDashboard((dashboard) => selectJob(dashboard)?.id);
  const there = jobId !== undefined && checkpoint?.status === 'COMPLETED' && !checkpoint.discarded;
  const path = there ? `/api/jobs/${jobId}/checkpoints/${checkpoint.id}/contents` : undefined;
  const loaded = useLoaded(path, () => readContents(path as string));
  if (loaded.state !== 'loaded') return loaded;
  return loaded.value === undefined ? { state: 'idle' } : { state: 'loaded', value: loaded.value };
}
