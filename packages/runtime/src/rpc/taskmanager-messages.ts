import type { CheckpointingMode, ExecutionState, ShipStrategy, TaskManagerMetrics } from '@weir/protocol';
import type { StateBackendKind } from '../api/configuration.js';
import type { Parameters } from '../api/job.js';
import type { OperatorStateHandle } from '../checkpoint/checkpoint-storage.js';
import type { SerializedError } from '../common/errors.js';

/**
 * Everything that crosses between the JobManager and a TaskManager, both ways, by one MessagePort per pair of threads.
 *
 * `execution` numbers the attempts of a job as a whole (0, 1, …): what is of another execution than the receiver's present one is refused and counted.
 */
export type ToTaskManager =
  | { readonly type: 'heartbeat-request' }
  | { readonly type: 'deploy'; readonly execution: ExecutionId; readonly job: DeployedJob; readonly tasks: readonly TaskDeployment[] }
  | { readonly type: 'cancel'; readonly execution: ExecutionId }
  | {
      readonly type: 'trigger-checkpoint';
      readonly execution: ExecutionId;
      readonly checkpointId: number;
      readonly timestamp: number;
      /** BarrierFlag bits. */
      readonly flags: number;
      readonly directory: string;
      /** Sources emit nothing behind this barrier (stop with savepoint). */
      readonly stop: boolean;
    }
  | { readonly type: 'checkpoint-complete'; readonly execution: ExecutionId; readonly checkpointId: number }
  | { readonly type: 'checkpoint-aborted'; readonly execution: ExecutionId; readonly checkpointId: number }
  /** Sources end as if their input had (stop with drain). */
  | { readonly type: 'drain'; readonly execution: ExecutionId }
  /** The last checkpoint has been committed: tasks end as FINISHED. */
  | { readonly type: 'finish'; readonly execution: ExecutionId };

export type ToJobManager =
  | {
      readonly type: 'register';
      readonly taskManagerId: string;
      readonly attempt: number;
      readonly slots: number;
      readonly startedAt: number;
      readonly osThreadId: number | undefined;
    }
  | { readonly type: 'heartbeat'; readonly metrics: TaskManagerMetrics; readonly counters: readonly TaskCounters[] }
  | {
      readonly type: 'task-state';
      readonly execution: ExecutionId;
      readonly vertexId: string;
      readonly subtask: number;
      readonly state: ExecutionState;
      readonly at: number;
      readonly error?: SerializedError;
    }
  | {
      readonly type: 'acknowledge-checkpoint';
      readonly execution: ExecutionId;
      readonly checkpointId: number;
      readonly vertexId: string;
      readonly subtask: number;
      readonly states: readonly AcknowledgedState[];
      readonly figures: SnapshotFigures;
    }
  | {
      readonly type: 'decline-checkpoint';
      readonly execution: ExecutionId;
      readonly checkpointId: number;
      readonly vertexId: string;
      readonly subtask: number;
      readonly reason: string;
    }
  /** Nothing of that execution runs here any more. */
  | { readonly type: 'execution-cancelled'; readonly execution: ExecutionId }
  /** All input of the task has been processed and `finish` has run: it waits for the last checkpoint. */
  | { readonly type: 'input-ended'; readonly execution: ExecutionId; readonly vertexId: string; readonly subtask: number };

/** Which execution of which job. */
export interface ExecutionId {
  readonly jobId: string;
  readonly attempt: number;
}

export interface DeployedJob {
  readonly jobId: string;
  readonly lineage: string;
  /** Path of the bundle (an ES module whose default export is the job). */
  readonly bundle: string;
  readonly parameters: Parameters;
  readonly parallelism: number;
  readonly mode: CheckpointingMode;
  readonly latencyTrackingInterval: number;
  readonly stateBackend: StateBackendKind;
}

export interface TaskDeployment {
  readonly vertexId: string;
  readonly name: string;
  readonly subtask: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** Attempt of this subtask, from 0. */
  readonly attempt: number;
  /** Slot number over the cluster. */
  readonly slot: number;
  readonly chain: readonly { readonly node: number; readonly uid: string; readonly name: string; readonly maxParallelism: number }[];
  readonly inputs: readonly InputDeployment[];
  readonly outputs: readonly OutputDeployment[];
  readonly restore: RestoreDeployment | undefined;
  /** `TaskMetricSlot` figures, written by the task and read by the JobManager. */
  readonly metrics: SharedArrayBuffer;
}

export interface InputDeployment {
  readonly edge: EdgeDeployment;
  readonly channels: readonly { readonly memory: SharedArrayBuffer; readonly peer: SharedArrayBuffer; readonly subtask: number }[];
}

export interface OutputDeployment {
  readonly edge: EdgeDeployment;
  readonly channels: readonly { readonly memory: SharedArrayBuffer; readonly peer: SharedArrayBuffer; readonly subtask: number }[];
}

export interface EdgeDeployment {
  /** Node ids of the StreamGraph. */
  readonly from: number;
  readonly to: number;
  /** `sourceUid->targetUid`: names the exchange in checkpoints. */
  readonly name: string;
  readonly shipStrategy: ShipStrategy;
  readonly targetMaxParallelism: number;
}

export interface RestoreDeployment {
  readonly checkpointId: number;
  readonly jobId: string;
  readonly directory: string;
  /** By operator uid; operators that the checkpoint does not know are absent. */
  readonly operators: Readonly<Record<string, RestoredOperator>>;
  /** What was in flight at this subtask. */
  readonly inFlight: readonly RestoredInFlight[];
}

export interface RestoredOperator {
  readonly parallelism: number;
  /** It says how many records had passed (`exchange-records.ts`). */
  readonly counted: boolean;
  readonly handles: readonly OperatorStateHandle[];
}

/** In-flight data of one channel: `input` held by its reader, `output` held back by its writer. */
export interface RestoredInFlight {
  readonly direction: 'input' | 'output';
  readonly edge: string;
  readonly fromSubtask: number;
  readonly toSubtask: number;
  readonly uid: string;
  readonly handle: OperatorStateHandle;
  readonly section: string;
  /** The parallelism of the exchange has changed: of these records the task takes those that are its own now. */
  readonly dealtOut: boolean;
}

export interface AcknowledgedState {
  readonly uid: string;
  readonly handle: OperatorStateHandle;
}

export interface SnapshotFigures {
  readonly syncDuration: number;
  readonly asyncDuration: number;
  readonly alignmentDuration: number;
  readonly startDelay: number;
  readonly processedBytes: number;
  readonly persistedBytes: number;
  readonly unaligned: boolean;
  /** Records that the task had emitted when its state was taken: how far a source has to replay. */
  readonly recordsOut: number;
}

export interface TaskCounters {
  readonly vertexId: string;
  readonly subtask: number;
  readonly counters: Readonly<Record<string, number>>;
}
