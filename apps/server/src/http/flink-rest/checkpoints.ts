import type { CheckpointConfigInfo, CheckpointInfo, JobInfo, SubtaskCheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';
import { RestError } from '../rest-error.js';
import { type Statistics, statistics, sum, whole } from './figures.js';
import { idParameter, jobOf, numberParameter, type RestRequest, type RestRoute } from './route.js';

const CLASS_NAME = { COMPLETED: 'completed', FAILED: 'failed', IN_PROGRESS: 'in_progress' } as const;

/** Without `tasks`, which lists leave out as Flink does. */
function checkpoint(of: CheckpointInfo, tasks: object = {}): object {
  return {
    className: CLASS_NAME[of.status],
    id: of.id,
    status: of.status,
    is_savepoint: of.isSavepoint,
    savepointFormat: of.isSavepoint ? 'CANONICAL' : null,
    trigger_timestamp: whole(of.triggerTimestamp),
    latest_ack_timestamp: whole(of.latestAckTimestamp),
    checkpointed_size: of.checkpointedSize,
    state_size: of.stateSize,
    end_to_end_duration: whole(of.endToEndDuration),
    alignment_buffered: of.alignmentBuffered,
    processed_data: of.processedData,
    persisted_data: of.persistedData,
    num_subtasks: of.numSubtasks,
    num_acknowledged_subtasks: of.numAcknowledgedSubtasks,
    checkpoint_type: of.type,
    tasks,
    ...(of.status === 'COMPLETED' ? { external_path: of.externalPath ?? '', discarded: of.discarded } : {}),
    ...(of.status === 'FAILED'
      ? { failure_timestamp: whole(of.failureTimestamp ?? of.latestAckTimestamp), failure_message: of.failureMessage ?? null }
      : {}),
  };
}

function overview(job: JobInfo): object {
  const { counts, history, latestCompleted, latestSavepoint, latestFailed, latestRestored } = job.checkpoints;
  const completed = history.filter((each) => each.status === 'COMPLETED');
  const over = (pick: (each: CheckpointInfo) => number): Statistics => statistics(completed.map(pick));
  return {
    counts: {
      restored: counts.restored,
      total: counts.total,
      in_progress: counts.inProgress,
      completed: counts.completed,
      failed: counts.failed,
    },
    summary: {
      checkpointed_size: over((each) => each.checkpointedSize),
      state_size: over((each) => each.stateSize),
      end_to_end_duration: over((each) => whole(each.endToEndDuration)),
      alignment_buffered: over((each) => each.alignmentBuffered),
      processed_data: over((each) => each.processedData),
      persisted_data: over((each) => each.persistedData),
    },
    latest: {
      completed: latestCompleted ? checkpoint(latestCompleted) : null,
      savepoint: latestSavepoint ? checkpoint(latestSavepoint) : null,
      failed: latestFailed ? checkpoint(latestFailed) : null,
      restored: latestRestored
        ? {
            id: latestRestored.id,
            restore_timestamp: whole(latestRestored.restoreTimestamp),
            is_savepoint: latestRestored.isSavepoint,
            external_path: latestRestored.externalPath,
          }
        : null,
    },
    history: history.map((each) => checkpoint(each)),
  };
}

function configuration(config: CheckpointConfigInfo): object {
  return {
    mode: config.mode.toLowerCase(),
    interval: config.interval,
    timeout: config.timeout,
    min_pause: config.minPause,
    max_concurrent: config.maxConcurrent,
    // Kept when the job is cancelled, where Flink deletes them unless told.
    externalization: { enabled: true, delete_on_cancellation: false },
    state_backend: config.stateBackend === 'hashmap' ? 'HashMapStateBackend' : 'DiskStateBackend',
    checkpoint_storage: 'FileSystemCheckpointStorage',
    unaligned_checkpoints: config.unaligned,
    // Flink's own word for "without limit".
    tolerable_failed_checkpoints: config.tolerableFailed < 0 ? 2 ** 31 - 1 : config.tolerableFailed,
    aligned_checkpoint_timeout: 0,
    checkpoints_after_tasks_finish: true,
    state_changelog_enabled: false,
    changelog_periodic_materialization_interval: -1,
    changelog_storage: 'none',
  };
}

function acknowledged(task: TaskCheckpointInfo): readonly SubtaskCheckpointInfo[] {
  return task.subtasks.filter((subtask) => subtask !== null);
}

function taskStatistics(of: CheckpointInfo, task: TaskCheckpointInfo): object {
  const subtasks = acknowledged(task);
  const total = (pick: (each: SubtaskCheckpointInfo) => number): number => sum(subtasks.map(pick));
  return {
    id: of.id,
    status: task.status,
    latest_ack_timestamp: whole(task.latestAckTimestamp),
    checkpointed_size: total((each) => each.checkpointedSize),
    state_size: total((each) => each.stateSize),
    end_to_end_duration: Math.max(0, ...subtasks.map((each) => whole(each.endToEndDuration))),
    alignment_buffered: 0,
    processed_data: total((each) => each.processedData),
    persisted_data: total((each) => each.persistedData),
    num_subtasks: task.numSubtasks,
    num_acknowledged_subtasks: task.numAcknowledgedSubtasks,
  };
}

function subtaskStatistics(subtask: SubtaskCheckpointInfo | null, index: number): object {
  if (subtask === null) return { className: 'pending', index, status: 'pending' };
  return {
    className: 'completed',
    index: subtask.index,
    ack_timestamp: whole(subtask.ackTimestamp),
    end_to_end_duration: whole(subtask.endToEndDuration),
    checkpointed_size: subtask.checkpointedSize,
    state_size: subtask.stateSize,
    checkpoint: { sync: whole(subtask.syncDuration), async: whole(subtask.asyncDuration) },
    alignment: {
      buffered: 0,
      processed: subtask.processedData,
      persisted: subtask.persistedData,
      duration: whole(subtask.alignmentDuration),
    },
    start_delay: whole(subtask.startDelay),
    unaligned_checkpoint: subtask.unaligned,
    aborted: false,
    status: 'completed',
  };
}

function taskDetails(of: CheckpointInfo, task: TaskCheckpointInfo): object {
  const subtasks = acknowledged(task);
  const over = (pick: (each: SubtaskCheckpointInfo) => number): Statistics => statistics(subtasks.map(pick));
  return {
    ...taskStatistics(of, task),
    summary: {
      checkpointed_size: over((each) => each.checkpointedSize),
      state_size: over((each) => each.stateSize),
      end_to_end_duration: over((each) => whole(each.endToEndDuration)),
      checkpoint_duration: { sync: over((each) => whole(each.syncDuration)), async: over((each) => whole(each.asyncDuration)) },
      alignment: {
        buffered: over(() => 0),
        processed: over((each) => each.processedData),
        persisted: over((each) => each.persistedData),
        duration: over((each) => whole(each.alignmentDuration)),
      },
      start_delay: over((each) => whole(each.startDelay)),
    },
    subtasks: task.subtasks.map(subtaskStatistics),
  };
}

function checkpointOf(request: RestRequest): CheckpointInfo {
  const { history, latestCompleted, latestFailed, latestSavepoint } = jobOf(request).checkpoints;
  const id = numberParameter(request.params, 'checkpointid');
  const found = [...history, latestCompleted, latestFailed, latestSavepoint].find((each) => each?.id === id);
  if (!found)
    throw new RestError(
      404,
      `org.apache.flink.runtime.rest.handler.RestHandlerException: Could not find checkpointing statistics for checkpoint ${id}.`,
    );
  return found;
}

export const checkpointRoutes: readonly RestRoute[] = [
  { path: '/jobs/:jobid/checkpoints', answer: (request) => overview(jobOf(request)) },
  { path: '/jobs/:jobid/checkpoints/config', answer: (request) => configuration(jobOf(request).checkpointConfig) },
  {
    path: '/jobs/:jobid/checkpoints/details/:checkpointid',
    answer: (request) => {
      const of = checkpointOf(request);
      return checkpoint(of, Object.fromEntries(Object.entries(of.tasks).map(([id, task]) => [id, taskStatistics(of, task)])));
    },
  },
  {
    path: '/jobs/:jobid/checkpoints/details/:checkpointid/subtasks/:vertexid',
    answer: (request) => {
      const of = checkpointOf(request);
      const id = idParameter(request.params, 'vertexid');
      const task = of.tasks[id];
      if (!task)
        throw new RestError(404, `org.apache.flink.runtime.rest.NotFoundException: There is no checkpoint statistics for task ${id}.`);
      return taskDetails(of, task);
    },
  },
];
