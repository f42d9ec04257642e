import type { CheckpointInfo, SubtaskInfo, VertexInfo } from '@weir/protocol';

export interface TaskRow {
  /** `vertexId:subtask` */
  readonly id: string;
  readonly vertexId: string;
  readonly isSource: boolean;
  readonly subtask: SubtaskInfo;
  /** Bytes of its part of the latest completed checkpoint. */
  readonly part: number | undefined;
}

export function taskRows(vertices: readonly VertexInfo[], latest: CheckpointInfo | undefined): readonly TaskRow[] {
  return vertices.flatMap((vertex) =>
    vertex.subtasks.map((subtask) => ({
      id: `${vertex.id}:${subtask.index}`,
      vertexId: vertex.id,
      isSource: vertex.inputs.length === 0,
      subtask,
      part: latest?.tasks[vertex.id]?.subtasks[subtask.index]?.checkpointedSize,
    })),
  );
}
