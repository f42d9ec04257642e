import type { JobInfo, SubtaskInfo, TaskManagerInfo, VertexInfo } from '@weir/protocol';

/** `vertexId:index`: names a subtask over its attempts. */
export type SubtaskKey = string;

export function subtaskKey(vertexId: string, index: number): SubtaskKey {
  return `${vertexId}:${index}`;
}

export interface Place {
  readonly taskManagerId: string;
  /** Over the cluster, from 1; undefined while no slot was ever told. */
  readonly slot: number | undefined;
}

export type Places = ReadonlyMap<SubtaskKey, Place>;

const NOWHERE: Places = new Map();

/**
 * Where each subtask is drawn. Places are fixed: a task that waits for a slot stays where it was last, and one that never had a slot
 * stands with the TaskManager that its index falls on, so that a starting job does not jump. Pure: `last` is the answer of the call before.
 */
export function placesOf(job: JobInfo, taskManagers: readonly TaskManagerInfo[], last: Places = NOWHERE): Places {
  const ids = taskManagers.map((taskManager) => taskManager.id);
  const present = new Set(ids);
  const places = new Map<SubtaskKey, Place>();
  for (const vertex of job.vertices) {
    for (const subtask of vertex.subtasks) {
      const key = subtaskKey(vertex.id, subtask.index);
      const place = told(subtask, present) ?? kept(last.get(key), present) ?? guessed(vertex, subtask, ids);
      if (place !== undefined) places.set(key, place);
    }
  }
  return places;
}

function told(subtask: SubtaskInfo, present: ReadonlySet<string>): Place | undefined {
  const { taskManagerId, slot } = subtask;
  return taskManagerId !== undefined && present.has(taskManagerId) ? { taskManagerId, slot } : undefined;
}

function kept(place: Place | undefined, present: ReadonlySet<string>): Place | undefined {
  return place !== undefined && present.has(place.taskManagerId) ? place : undefined;
}

function guessed(vertex: VertexInfo, subtask: SubtaskInfo, ids: readonly string[]): Place | undefined {
  const taskManagerId = ids[Math.floor((subtask.index * ids.length) / Math.max(1, vertex.parallelism))];
  return taskManagerId === undefined ? undefined : { taskManagerId, slot: undefined };
}
