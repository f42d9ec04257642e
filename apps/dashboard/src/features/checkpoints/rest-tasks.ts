import type { SubtaskCheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';

/** Flink's answer to `/jobs/:id/checkpoints/details/:n/subtasks/:vertex`, as far as it is shown. */
export interface RestTask {
  readonly status: TaskCheckpointInfo['status'];
  readonly latest_ack_timestamp: number;
  readonly num_subtasks: number;
  readonly num_acknowledged_subtasks: number;
  readonly subtasks: readonly RestSubtask[];
}

interface RestSubtask {
  readonly index: number;
  readonly status: string;
  readonly ack_timestamp?: number;
  readonly end_to_end_duration?: number;
  readonly checkpointed_size?: number;
  readonly state_size?: number;
  readonly checkpoint?: { readonly sync: number; readonly async: number };
  readonly alignment?: { readonly processed: number; readonly persisted: number; readonly duration: number };
  readonly start_delay?: number;
  readonly unaligned_checkpoint?: boolean;
}

/** In the words of the page's own protocol, so that one component shows both. */
export function fromRest(vertexId: string, task: RestTask): TaskCheckpointInfo {
  return {
    vertexId,
    status: task.status,
    latestAckTimestamp: task.latest_ack_timestamp,
    numSubtasks: task.num_subtasks,
    numAcknowledgedSubtasks: task.num_acknowledged_subtasks,
    subtasks: task.subtasks.map(subtaskFromRest),
  };
}

function subtaskFromRest(subtask: RestSubtask): SubtaskCheckpointInfo | null {
  const { checkpoint, alignment } = subtask;
  if (subtask.ack_timestamp === undefined || checkpoint === undefined || alignment === undefined) return null;
  return {
    index: subtask.index,
    ackTimestamp: subtask.ack_timestamp,
    endToEndDuration: subtask.end_to_end_duration ?? 0,
    checkpointedSize: subtask.checkpointed_size ?? 0,
    stateSize: subtask.state_size ?? 0,
    syncDuration: checkpoint.sync,
    asyncDuration: checkpoint.async,
    alignmentDuration: alignment.duration,
    processedData: alignment.processed,
    persistedData: alignment.persisted,
    startDelay: subtask.start_delay ?? 0,
    unaligned: subtask.unaligned_checkpoint ?? false,
  };
}
