import type { CheckpointInfo } from '@weir/protocol';
import type { CheckpointReader } from '@weir/runtime/storage';
import type { CheckpointFigures, Work } from '../contender.js';

export function checkpointFigures(info: CheckpointInfo): CheckpointFigures {
  const subtasks = Object.values(info.tasks).flatMap((task) => task.subtasks.filter((subtask) => subtask !== null));
  return {
    id: info.id,
    status: info.status,
    triggeredAt: info.triggerTimestamp,
    duration: info.endToEndDuration,
    size: info.checkpointedSize,
    syncDuration: Math.max(0, ...subtasks.map(({ syncDuration }) => syncDuration)),
    persistedData: info.persistedData,
  };
}

/** How far each split of the load source had come, and the sinks' alerts beside it. */
export async function workOf(checkpoint: CheckpointReader, alerts: number): Promise<Work> {
  const offsets = await checkpoint.offsets();
  const splits = Object.values(offsets).flat() as { readonly split: number; readonly next: number }[];
  const events = splits.sort((a, b) => a.split - b.split).map(({ next }) => Number(next));
  return { events, alerts };
}
