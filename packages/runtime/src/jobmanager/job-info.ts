import type { JobInfo, VertexInfo } from '@weir/protocol';
import { externalPath } from '../common/external-path.js';
import type { JobHistory } from './job-history.js';
import type { JobRecord, JobResult } from './job-record.js';
import { createRestartStrategy } from './restart-strategy.js';

/** What is not in the record or the history of a job that runs. */
export interface LiveJob {
  readonly state: JobInfo['state'];
  readonly endTime: number;
  readonly vertices: readonly VertexInfo[];
  readonly failure: string | undefined;
  readonly overdueCommit?: JobInfo['overdueCommit'];
}

export function jobInfo(record: JobRecord, history: JobHistory, checkpointDirectory: string, live: LiveJob): JobInfo {
  const { checkpointing, parallelism, restartStrategy, stateBackend } = record.configuration;
  return {
    id: record.jobId,
    lineage: record.lineage,
    name: record.name,
    state: live.state,
    startTime: record.submittedAt,
    endTime: Math.round(live.endTime),
    lastModification: history.lastModification,
    timestamps: { ...history.timestamps, INITIALIZING: record.submittedAt },
    parallelism,
    vertices: live.vertices,
    checkpointConfig: {
      enabled: checkpointing.interval > 0,
      mode: checkpointing.mode,
      interval: checkpointing.interval,
      timeout: checkpointing.timeout,
      minPause: checkpointing.minPause,
      maxConcurrent: 1,
      unaligned: checkpointing.unaligned,
      retained: checkpointing.retained,
      directory: externalPath(checkpointDirectory),
      stateBackend,
      tolerableFailed: checkpointing.tolerableFailed,
    },
    checkpoints: history.checkpoints,
    ...(history.latestLedger === undefined ? {} : { ledger: history.latestLedger }),
    restartStrategy: createRestartStrategy(restartStrategy, () => 0).description,
    numRestarts: history.numRestarts,
    exceptions: history.exceptions,
    recoveries: history.recoveries,
    committed: history.committedTotals,
    parameters: record.parameters,
    ...(live.overdueCommit === undefined ? {} : { overdueCommit: live.overdueCommit }),
    ...(live.failure === undefined ? {} : { failure: live.failure }),
  };
}

/** What is left to show of a job that ended before this JobManager began: its history, without its tasks. */
export function archivedJob(record: JobRecord, result: JobResult, history: JobHistory, checkpointDirectory: string): JobInfo {
  const { endTime, failure, state } = result;
  const info = jobInfo(record, history, checkpointDirectory, { state, endTime, vertices: [], failure });
  return {
    ...info,
    endTime,
    lastModification: Math.max(endTime, info.lastModification),
    timestamps: { ...info.timestamps, [state]: endTime },
  };
}
