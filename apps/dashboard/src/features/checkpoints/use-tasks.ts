import type { CheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';
import { getJson } from '../../connection/get-json.js';
import { type Loaded, useLoaded } from '../../connection/use-loaded.js';
import { fromRest, type RestTask } from './rest-tasks.js';

/** Its parts by task: of the newest checkpoints they are in the state, of older ones REST has them. */
export function useCheckpointTasks(
  jobId: string | undefined,
  checkpoint: CheckpointInfo | undefined,
): Loaded<readonly TaskCheckpointInfo[]> {
  const held = checkpoint && Object.values(checkpoint.tasks);
  const asked = jobId !== undefined && held?.length === 0 ? `${jobId}/${checkpoint?.id}` : undefined;
  const loaded = useLoaded(asked, (signal) => fetchTasks(`/jobs/${jobId}/checkpoints/details/${checkpoint?.id}`, signal));
  return held && held.length > 0 ? { state: 'loaded', value: held } : loaded;
}

async function fetchTasks(path: string, signal: AbortSignal): Promise<readonly TaskCheckpointInfo[]> {
  const { tasks } = await getJson<{ readonly tasks: Readonly<Record<string, unknown>> }>(path, signal);
  return Promise.all(
    Object.keys(tasks).map(async (vertexId) => fromRest(vertexId, await getJson<RestTask>(`${path}/subtasks/${vertexId}`, signal))),
  );
}
