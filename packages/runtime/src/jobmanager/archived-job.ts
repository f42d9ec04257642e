import type { JobInfo } from '@weir/protocol';
import type { JobHistory } from './job-history.js';
import type { JobRecord, JobResult } from './job-record.js';
import { createRestartStrategy } from './restart-strategy.js';

/** What is left to show of a job that ended before this JobManager began: its history, without its tasks. */
export function archivedJob(record: JobRecord, result: JobResult, history: JobHistory, checkpointDirectory: string): JobInfo {
  const { checkpointing, parallelism, restartStrategy, stateBackend } = record.configuration;
  return {
    id: record.jobId,
    lineage: record.lineage,
    name: record.name,
    state: result.state,
    startTime: record.submittedAt,
    endTime: result.endTime,
    lastModification: Math.max(result.endTime, history.lastModification),
    timestamps: { ...history.timestamps, [result.state]: result.endTime },
    parallelism,
    vertices: [],
    checkpointConfig: checkpointConfigInfo(checkpointing, stateBackend, checkpointDirectory),
    checkpoints: history.checkpoints,
    restartStrategy: createRestartStrategy(restartStrategy, () => 0).description,
    numRestarts: history.numRestarts,
    exceptions: history.exceptions,
    recoveries: history.recoveries,
    committed: history.committedTotals,
    parameters: record.parameters,
    ...(result.failure === undefined ? {} : { failure: result.failure }),
  };
}

export function checkpointConfigInfo(
  checkpointing: JobRecord['configuration']['checkpointing'],
  stateBackend: JobRecord['configuration']['stateBackend'],
  checkpointDirectory: string,
): JobInfo['checkpointConfig'] {
  return {
    enabled: checkpointing.interval > 0,
    mode: checkpointing.mode,
    interval: checkpointing.interval,
    timeout: checkpointing.timeout,
    minPause: checkpointing.minPause,
    maxConcurrent: 1,
    unaligned: checkpointing.unaligned,
    retained: checkpointing.retained,
    directory: `file://${checkpointDirectory}`,
    stateBackend,
    tolerableFailed: checkpointing.tolerableFailed,
  };
}
