import type { MessagePort } from 'node:worker_threads';
import type { CommandResult, EngineCommand, EngineEvent, EngineSnapshot } from '@weir/protocol';
import type { SerializedError } from '../common/errors.js';
import type { JobRecord } from '../jobmanager/job-record.js';
import type { PublishedMessage } from '../taskmanager/publisher.js';
import type { EmbeddedEngineOptions } from './engine-api.js';

/**
 * Everything that crosses between the main thread, which starts and ends threads, and the JobManager's thread.
 *
 * The main thread schedules nothing: it says which TaskManager threads began and ended, and carries commands.
 */
export type SupervisorToJobManager =
  | {
      readonly type: 'taskmanager-connected';
      readonly id: string;
      readonly attempt: number;
      readonly port: MessagePort;
      readonly doorbell: SharedArrayBuffer;
    }
  /** The thread has ended: nothing of it runs or writes any more. */
  | { readonly type: 'taskmanager-ended'; readonly id: string; readonly attempt: number; readonly at: number; readonly reason: string }
  | { readonly type: 'submit'; readonly request: number; readonly record: JobRecord }
  /** Go on with a stored job from its latest checkpoint. */
  | { readonly type: 'recover'; readonly request: number; readonly record: JobRecord; readonly cause: string; readonly failedAt: number }
  | { readonly type: 'command'; readonly request: number; readonly command: EngineCommand }
  | { readonly type: 'figures-interval'; readonly interval: number }
  /** Take a last checkpoint of each running job, leave it to be resumed, end nothing. */
  | { readonly type: 'quiesce'; readonly request: number };

export type JobManagerToSupervisor =
  /** Jobs that ended before are in the snapshot; new ones can be submitted. */
  | { readonly type: 'leading' }
  | { readonly type: 'start-taskmanager'; readonly id: string; readonly attempt: number }
  /** Not heard of for too long: end its thread, whatever it does, and say when it has ended. */
  | { readonly type: 'terminate-taskmanager'; readonly id: string; readonly attempt: number }
  | { readonly type: 'snapshot'; readonly snapshot: EngineSnapshot }
  | { readonly type: 'event'; readonly event: EngineEvent }
  | { readonly type: 'result'; readonly request: number; readonly result: CommandResult }
  | { readonly type: 'rejected'; readonly request: number; readonly error: SerializedError };

/** From a TaskManager's thread to the main thread, beside its port to the JobManager. */
export interface TaskManagerToSupervisor {
  readonly type: 'published';
  readonly messages: readonly PublishedMessage[];
}

export type SupervisorToTaskManager =
  /** A JobManager leads; this is the line to it. */
  | { readonly type: 'connect'; readonly port: MessagePort }
  /** Blocks the thread for good, so that only the heartbeat can find it. */
  | { readonly type: 'hang' };

export interface JobManagerThreadData {
  readonly options: EmbeddedEngineOptions;
  readonly attempt: number;
  /** ms */
  readonly figuresInterval: number;
}

export interface TaskManagerThreadData {
  readonly id: string;
  readonly attempt: number;
  readonly slots: number;
  readonly doorbell: SharedArrayBuffer;
  /** For keyed state on disk: its own, removed when it has ended. */
  readonly stateDirectory: string;
}
