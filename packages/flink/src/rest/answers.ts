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

export interface CheckpointSummary {
  readonly id: number;
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly trigger_timestamp: number;
  readonly end_to_end_duration: number;
  /** Bytes, of this checkpoint alone where it is incremental. */
  readonly checkpointed_size: number;
  /** In-flight bytes in it. */
  readonly persisted_data: number;
}

export interface Checkpoints {
  /** Newest first, the last ten unless Flink is told otherwise. */
  readonly history: readonly CheckpointSummary[];
}

export interface CheckpointDetails extends CheckpointSummary {
  /** By vertex. */
  readonly tasks: Readonly<Record<string, object>>;
}

export interface VertexCheckpoint {
  /** Missing until a subtask has acknowledged. */
  readonly summary?: { readonly checkpoint_duration: { readonly sync: { readonly max: number } } };
}

export interface JobExceptions {
  /** Null if nothing has failed. */
  readonly 'root-exception': string | null;
}
