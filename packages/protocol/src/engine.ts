/**
 * The boundary between an engine (the embedded one, or Apache Flink) and everything that shows or steers it.
 *
 * An engine is read by `snapshot()` (plain data, valid until the next event), followed by `subscribe()` and steered by
 * `execute()`. Names and meanings are Apache Flink 1.17's. Times are milliseconds since the epoch, sizes bytes,
 * durations milliseconds, unless a name says otherwise. Who calls: the server's main thread alone.
 */

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

export type ExecutionState =
  | 'CREATED'
  | 'SCHEDULED'
  | 'DEPLOYING'
  | 'INITIALIZING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILED'
  | 'RECONCILING';

/** What a person sees of a TaskManager: after a failure the one that failed is `restarted`, the others `recovered`, until the next checkpoint completes. */
export type TaskManagerStatus = 'healthy' | 'failed' | 'recovering' | 'recovered' | 'restarted';

export interface TaskManagerInfo {
  /** `taskmanager-1` …: names the place; a restarted TaskManager keeps it. */
  readonly id: string;
  /** 1 for the first thread in this place, one more for each that replaced it. */
  readonly attempt: number;
  readonly status: TaskManagerStatus;
  /** False from the moment the JobManager knows that the thread is gone until its successor has registered. */
  readonly registered: boolean;
  readonly slots: number;
  readonly freeSlots: number;
  /** Number of this TaskManager's first slot over the cluster: 1, 4, 7 with three slots each. */
  readonly firstSlot: number;
  readonly lastHeartbeat: number;
  readonly startedAt: number;
  /** The thread's id in /proc, absent where there is no /proc. */
  readonly osThreadId?: number;
  readonly metrics?: TaskManagerMetrics;
}

export interface TaskManagerMetrics {
  readonly at: number;
  readonly heapUsed: number;
  readonly heapCommitted: number;
  readonly heapMax: number;
  /** Bytes outside the heap that belong to this thread (array buffers). */
  readonly externalUsed: number;
  /** Share of one core in the last interval, 0 … 1; absent where there is no /proc. */
  readonly cpuLoad?: number;
  /** CPU time of the thread since it started, ms; absent where there is no /proc. */
  readonly cpuTime?: number;
  readonly networkBuffersTotal: number;
  readonly networkBuffersUsed: number;
}

export interface TaskMetrics {
  readonly numRecordsIn: number;
  readonly numRecordsOut: number;
  readonly numBytesIn: number;
  readonly numBytesOut: number;
  /** Rates over the last interval, per second. */
  readonly numRecordsInPerSecond: number;
  readonly numRecordsOutPerSecond: number;
  readonly numBytesInPerSecond: number;
  readonly numBytesOutPerSecond: number;
  /** Shares of the last interval in ms per second, as Flink defines them; they add up to 1000. */
  readonly busyTimeMsPerSecond: number;
  readonly idleTimeMsPerSecond: number;
  readonly backPressuredTimeMsPerSecond: number;
  /** Accumulated ms since the task started. */
  readonly accumulatedBusyTime: number;
  readonly accumulatedIdleTime: number;
  readonly accumulatedBackPressuredTime: number;
  /** Buffers of 32 KiB that hold data not yet read: of the input channels, of the output channels. */
  readonly buffersInUse: number;
  readonly buffersOutUse: number;
  readonly buffersInTotal: number;
  readonly buffersOutTotal: number;
  /** Source → here by latency markers, ms; absent before the first marker. */
  readonly latency?: LatencyStats;
  /** What the operators of this task count themselves (`numLateRecordsDropped`, `bytesMissing`, …), by `operator name.metric`. */
  readonly operatorCounters?: Readonly<Record<string, number>>;
}

export interface LatencyStats {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface SubtaskInfo {
  readonly index: number;
  /** 0 for the first execution, one more for each restart. */
  readonly attempt: number;
  readonly state: ExecutionState;
  readonly taskManagerId?: string;
  /** Slot number over the cluster, from 1. */
  readonly slot?: number;
  /** When each state was last entered in this attempt; 0 for never. */
  readonly timestamps: Readonly<Record<ExecutionState, number>>;
  readonly metrics: TaskMetrics;
}

export interface VertexInfo {
  /** 32 hex digits, made from the uid of the chain's head. */
  readonly id: string;
  /** Operator names of the chain, joined by ` -> `. */
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly slotSharingGroup: string;
  readonly operators: readonly OperatorInfo[];
  readonly inputs: readonly EdgeInfo[];
  readonly subtasks: readonly SubtaskInfo[];
}

export interface OperatorInfo {
  readonly uid: string;
  readonly name: string;
  readonly kind: 'source' | 'operator' | 'sink';
}

export type ShipStrategy = 'FORWARD' | 'HASH' | 'REBALANCE' | 'BROADCAST';

export interface EdgeInfo {
  readonly sourceVertexId: string;
  readonly shipStrategy: ShipStrategy;
}

export type CheckpointStatus = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
export type CheckpointType = 'CHECKPOINT' | 'UNALIGNED_CHECKPOINT' | 'SAVEPOINT';

export interface CheckpointInfo {
  readonly id: number;
  readonly status: CheckpointStatus;
  readonly type: CheckpointType;
  readonly isSavepoint: boolean;
  readonly triggerTimestamp: number;
  readonly latestAckTimestamp: number;
  readonly endToEndDuration: number;
  /** Bytes written for it, `_metadata` aside, and bytes of state it refers to. */
  readonly checkpointedSize: number;
  readonly stateSize: number;
  readonly alignmentBuffered: number;
  readonly processedData: number;
  /** In-flight bytes in it. */
  readonly persistedData: number;
  readonly numSubtasks: number;
  readonly numAcknowledgedSubtasks: number;
  /** `file:/…/chk-4` once completed. */
  readonly externalPath?: string;
  readonly discarded: boolean;
  readonly failureMessage?: string;
  readonly failureTimestamp?: number;
  readonly tasks: Readonly<Record<string, TaskCheckpointInfo>>;
}

export interface TaskCheckpointInfo {
  readonly vertexId: string;
  readonly status: CheckpointStatus;
  readonly latestAckTimestamp: number;
  readonly subtasks: readonly (SubtaskCheckpointInfo | null)[];
  readonly numSubtasks: number;
  readonly numAcknowledgedSubtasks: number;
}

export interface SubtaskCheckpointInfo {
  readonly index: number;
  readonly ackTimestamp: number;
  readonly endToEndDuration: number;
  readonly checkpointedSize: number;
  readonly stateSize: number;
  readonly syncDuration: number;
  readonly asyncDuration: number;
  readonly alignmentDuration: number;
  /** Bytes processed between the first barrier and the last. */
  readonly processedData: number;
  /** In-flight bytes persisted. */
  readonly persistedData: number;
  readonly startDelay: number;
  readonly unaligned: boolean;
}

export interface RestoredCheckpointInfo {
  readonly id: number;
  readonly restoreTimestamp: number;
  readonly isSavepoint: boolean;
  readonly externalPath: string;
}

export interface CheckpointCounts {
  readonly restored: number;
  readonly total: number;
  readonly inProgress: number;
  readonly completed: number;
  readonly failed: number;
}

/**
 * What a completed checkpoint says of the records between the job's vertices, read back from its files: each end of an exchange counts in the state of its own
 * operator, so lost and doubled are differences between states, not claims. Counted since the job line began, restores in between or not.
 */
export interface LedgerInfo {
  readonly checkpointId: number;
  /** Records that the sources have sent on. */
  readonly made: number;
  /** Those of them that the vertices behind the sources have taken in. */
  readonly processed: number;
  /** Those that are stored in the checkpoint as on their way: unaligned checkpoints only. */
  readonly inFlight: number;
  /** Over all exchanges: neither taken in nor on their way. */
  readonly lost: number;
  /** Over all exchanges: taken in, or on their way, more often than sent. AT_LEAST_ONCE may do that. */
  readonly doubled: number;
  /** Counted only since the job was restored from this checkpoint, which has no counts; absent for since the beginning. */
  readonly since?: number;
  readonly exchanges: readonly ExchangeLedger[];
}

export interface ExchangeLedger {
  readonly sourceVertexId: string;
  readonly targetVertexId: string;
  readonly sent: number;
  readonly received: number;
  readonly inFlight: number;
  readonly lost: number;
  readonly doubled: number;
}

/** All of it is of the job since it was submitted, kept over restarts of the JobManager and of the process. */
export interface CheckpointsInfo {
  readonly counts: CheckpointCounts;
  /** Newest first, bounded (the last 100). */
  readonly history: readonly CheckpointInfo[];
  readonly latestCompleted?: CheckpointInfo;
  readonly latestSavepoint?: CheckpointInfo;
  readonly latestFailed?: CheckpointInfo;
  readonly latestRestored?: RestoredCheckpointInfo;
}

export type CheckpointingMode = 'EXACTLY_ONCE' | 'AT_LEAST_ONCE';

export interface CheckpointConfigInfo {
  readonly enabled: boolean;
  readonly mode: CheckpointingMode;
  readonly interval: number;
  readonly timeout: number;
  readonly minPause: number;
  readonly maxConcurrent: number;
  readonly unaligned: boolean;
  readonly retained: number;
  /** `file:/…` */
  readonly directory: string;
  readonly stateBackend: 'hashmap' | 'disk';
  /** -1: without limit. */
  readonly tolerableFailed: number;
}

export interface ExceptionInfo {
  readonly at: number;
  /** Class name of the root, e.g. `TaskManagerLostError`. */
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly task?: string;
  readonly taskManagerId?: string;
}

/** The steps of a recovery in the order of the seed system's diagram. */
export type RecoveryPhase = 'failed' | 'detected' | 'checkpoint-chosen' | 'restoring' | 'replaying' | 'running';

export interface RecoveryInfo {
  /** 1, 2, … over the life of the job; equals numRestarts after it. */
  readonly number: number;
  readonly cause: string;
  readonly taskManagerId?: string;
  /** Undefined while it is not chosen, or when the job starts from empty state. */
  readonly checkpointId?: number;
  /** When each phase was entered; those not reached yet are absent. `failed` is when the thread ended or the exception was thrown, `detected` when the JobManager knew. */
  readonly phases: Readonly<Partial<Record<RecoveryPhase, number>>>;
  /**
   * Records that the sources had sent beyond the restored checkpoint and have sent again: known once all have been. Absent also where nobody knows how far the
   * sources had come: the JobManager itself, or the process, was lost.
   */
  readonly recordsReplayed?: number;
}

export interface JobInfo {
  readonly id: string;
  /** The id of the first job of its line: a job started from another's checkpoint inherits it. */
  readonly lineage: string;
  readonly name: string;
  readonly state: JobStatus;
  readonly startTime: number;
  /** -1 while it has not ended. */
  readonly endTime: number;
  readonly lastModification: number;
  /** When each state was last entered, 0 for never. */
  readonly timestamps: Readonly<Record<JobStatus, number>>;
  readonly parallelism: number;
  readonly vertices: readonly VertexInfo[];
  readonly checkpointConfig: CheckpointConfigInfo;
  readonly checkpoints: CheckpointsInfo;
  /** Of the newest completed checkpoint or savepoint that could be read; absent before the first. */
  readonly ledger?: LedgerInfo;
  readonly restartStrategy: string;
  readonly numRestarts: number;
  /** Newest first, bounded (the last 50). */
  readonly exceptions: readonly ExceptionInfo[];
  /** Newest first, bounded (the last 50). */
  readonly recoveries: readonly RecoveryInfo[];
  /** Committed records of each two-phase sink since the job was submitted, by uid. */
  readonly committed: Readonly<Record<string, number>>;
  /** The parameters that the job was built with. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Why it FAILED, in a sentence that says what to do. */
  readonly failure?: string;
  /** Sinks do not get a completed checkpoint committed: until they have, no other is taken, and none of their output is seen. */
  readonly overdueCommit?: OverdueCommit;
}

export interface OverdueCommit {
  readonly checkpointId: number;
  /** When the first attempt began, and when that was found to be too long ago. */
  readonly since: number;
  readonly noticed: number;
  /** Of the last attempt that failed; absent while the first has not ended. */
  readonly reason?: string;
}

export interface JobManagerInfo {
  /** 1 for the first thread, one more for each that replaced it. */
  readonly attempt: number;
  /** False while no JobManager leads: its thread is gone and the next has not recovered yet. */
  readonly leading: boolean;
  readonly startedAt: number;
  readonly osThreadId?: number;
}

export interface EngineSnapshot {
  readonly engine: 'embedded' | 'flink';
  readonly at: number;
  readonly jobManager: JobManagerInfo;
  readonly taskManagers: readonly TaskManagerInfo[];
  /** Newest first. */
  readonly jobs: readonly JobInfo[];
}

export type EngineEvent =
  | { readonly type: 'jobmanager'; readonly at: number; readonly attempt: number; readonly leading: boolean; readonly reason?: string }
  | {
      readonly type: 'taskmanager';
      readonly at: number;
      readonly id: string;
      readonly attempt: number;
      readonly change: 'started' | 'registered' | 'lost' | 'ended';
      readonly reason?: string;
    }
  | { readonly type: 'job-status'; readonly at: number; readonly jobId: string; readonly status: JobStatus; readonly reason?: string }
  | { readonly type: 'checkpoint'; readonly at: number; readonly jobId: string; readonly checkpoint: CheckpointInfo }
  | {
      readonly type: 'recovery';
      readonly at: number;
      readonly jobId: string;
      readonly phase: RecoveryPhase;
      readonly recovery: RecoveryInfo;
    }
  /** Committed output of a two-phase sink: it can be read from where the sink put it. */
  | {
      readonly type: 'committed';
      readonly at: number;
      readonly jobId: string;
      readonly uid: string;
      readonly checkpointId: number;
      readonly records: number;
    }
  /** A commit has been under way for far too long; once for each. */
  | { readonly type: 'commit-overdue'; readonly at: number; readonly jobId: string; readonly commit: OverdueCommit }
  /** What user code published by `RuntimeContext.publish`; bounded in rate, `dropped` says how many before this one were left out. */
  | {
      readonly type: 'published';
      readonly at: number;
      readonly jobId: string;
      readonly topic: string;
      readonly taskManagerId: string;
      readonly vertexId: string;
      readonly subtask: number;
      readonly dropped: number;
      readonly payload: unknown;
    }
  /** Anything else in the snapshot changed (task states, metrics). */
  | { readonly type: 'changed'; readonly at: number };

export type EngineCommand =
  | { readonly type: 'fail-taskmanager'; readonly id: string; readonly mode: 'crash' | 'hang' }
  | { readonly type: 'fail-jobmanager' }
  | { readonly type: 'trigger-checkpoint'; readonly jobId: string }
  | { readonly type: 'trigger-savepoint'; readonly jobId: string; readonly targetDirectory?: string }
  | { readonly type: 'cancel'; readonly jobId: string }
  | { readonly type: 'stop'; readonly jobId: string; readonly drain: boolean; readonly targetDirectory?: string };

export type CommandResult =
  | { readonly ok: true; readonly checkpointId?: number; readonly externalPath?: string }
  | { readonly ok: false; readonly code: CommandErrorCode; readonly message: string };

export type CommandErrorCode = 'NOT_FOUND' | 'CONFLICT' | 'NO_LEADER' | 'FAILED' | 'BAD_REQUEST';

export interface Engine {
  snapshot(): EngineSnapshot;
  /** Calls `listener` for each event, in order, until the returned function is called. */
  subscribe(listener: (event: EngineEvent) => void): () => void;
  execute(command: EngineCommand): Promise<CommandResult>;
}
