/** What of Flink 1.17's REST answers is read here. */

export interface ClusterOverview {
  readonly taskmanagers: number;
  readonly 'slots-total': number;
  readonly 'slots-available': number;
}

export interface TaskManagers {
  readonly taskmanagers: readonly { readonly id: string; readonly slotsNumber: number; readonly freeSlots: number }[];
}

/** Flink's JobStatus. */
export type JobStatus =
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED'
  | 'RESTARTING'
  | 'SUSPENDED'
  | 'RECONCILING';

export interface JobVertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  /** ExecutionState → how many subtasks are in it. */
  readonly tasks: Readonly<Record<string, number>>;
}

export interface JobDetails {
  readonly jid: string;
  readonly state: JobStatus;
  /** When each state was last entered, ms; 0 for never. */
  readonly timestamps: Readonly<Record<JobStatus, number>>;
  readonly vertices: readonly JobVertex[];
}

export interface Subtask {
  readonly subtask: number;
  readonly status: string;
  readonly attempt: number;
  readonly 'taskmanager-id': string;
}

export interface CompletedCheckpoint {
  readonly id: number;
  readonly status: string;
  readonly trigger_timestamp: number;
  readonly end_to_end_duration: number;
  /** Bytes, of this checkpoint alone where it is incremental. */
  readonly checkpointed_size: number;
  readonly state_size: number;
}

export interface Checkpoints {
  readonly counts: Readonly<Record<'restored' | 'total' | 'in_progress' | 'completed' | 'failed', number>>;
  /** Newest first. */
  readonly history: readonly CompletedCheckpoint[];
}

export interface JobExceptions {
  /** Null if nothing has failed. */
  readonly 'root-exception': string | null;
}

/** `user-task-accumulators` of the whole job: values as text. */
export interface Accumulator {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}
