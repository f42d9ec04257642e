import type {
  CheckpointInfo,
  EngineSnapshot,
  ExecutionState,
  JobInfo,
  JobStatus,
  LedgerInfo,
  SubtaskInfo,
  TaskCheckpointInfo,
  TaskManagerInfo,
  TaskMetrics,
  VertexInfo,
} from '@weir/protocol';

/** The seed's job as an engine would show it a while after its start: for tests of everything that reads snapshots. */
export const JOB_ID = 'bafb3a8bba4bcc2e72a318435bf24eae';
const VERTEX_IDS = ['bc764cd8ddf7a0cff126f51c16239658', '0a448493b4782967b150582570326227', 'ea632d67b7d595e5b851708ae9ad79d6'] as const;
export const START = 1_795_464_500_000;

const metrics: TaskMetrics = {
  numRecordsIn: 9,
  numRecordsOut: 9,
  numBytesIn: 192,
  numBytesOut: 192,
  numRecordsInPerSecond: 0.2,
  numRecordsOutPerSecond: 0.2,
  numBytesInPerSecond: 4,
  numBytesOutPerSecond: 4,
  busyTimeMsPerSecond: 1,
  idleTimeMsPerSecond: 999,
  backPressuredTimeMsPerSecond: 0,
  accumulatedBusyTime: 40,
  accumulatedIdleTime: 46_000,
  accumulatedBackPressuredTime: 0,
  buffersInUse: 1,
  buffersOutUse: 0,
  buffersInTotal: 48,
  buffersOutTotal: 48,
  latency: { count: 20, p50: 1, p95: 2, p99: 3, max: 4 },
  operatorCounters: { 'AbnormalCountProcess.alerts': 2 },
};

const executionTimes = (running: number): Record<ExecutionState, number> => ({
  CREATED: START + 500,
  SCHEDULED: START + 600,
  DEPLOYING: START + 700,
  INITIALIZING: START + 800,
  RUNNING: running,
  FINISHED: 0,
  CANCELING: 0,
  CANCELED: 0,
  FAILED: 0,
  RECONCILING: 0,
});

export function subtask(index: number, slot: number, changes: Partial<SubtaskInfo> = {}): SubtaskInfo {
  return {
    index,
    attempt: 0,
    state: 'RUNNING',
    taskManagerId: `taskmanager-${index + 1}`,
    slot,
    timestamps: executionTimes(START + 1_000),
    metrics,
    ...changes,
  };
}

function vertex(order: 0 | 1 | 2, name: string): VertexInfo {
  return {
    id: VERTEX_IDS[order],
    name,
    parallelism: 3,
    maxParallelism: 103,
    slotSharingGroup: name,
    operators: [{ uid: name, name, kind: order === 0 ? 'source' : order === 1 ? 'operator' : 'sink' }],
    inputs: order === 0 ? [] : [{ sourceVertexId: VERTEX_IDS[order - 1], shipStrategy: order === 1 ? 'HASH' : 'FORWARD' }],
    subtasks: [0, 1, 2].map((index) => subtask(index, 3 * index + order + 1)),
  };
}

function taskCheckpoint(vertexId: string, trigger: number): TaskCheckpointInfo {
  return {
    vertexId,
    status: 'COMPLETED',
    latestAckTimestamp: trigger + 44,
    numSubtasks: 3,
    numAcknowledgedSubtasks: 3,
    subtasks: [0, 1, 2].map((index) => ({
      index,
      ackTimestamp: trigger + 40 + index,
      endToEndDuration: 40 + index,
      checkpointedSize: 100,
      stateSize: 100,
      syncDuration: 1,
      asyncDuration: 10,
      alignmentDuration: 0,
      processedData: 0,
      persistedData: 0,
      startDelay: 2,
      unaligned: true,
    })),
  };
}

export function checkpoint(id: number, changes: Partial<CheckpointInfo> = {}): CheckpointInfo {
  const trigger = START + id * 10_000;
  return {
    id,
    status: 'COMPLETED',
    type: 'UNALIGNED_CHECKPOINT',
    isSavepoint: false,
    triggerTimestamp: trigger,
    latestAckTimestamp: trigger + 44,
    endToEndDuration: 44,
    checkpointedSize: 900,
    stateSize: 900,
    alignmentBuffered: 0,
    processedData: 0,
    persistedData: 0,
    numSubtasks: 9,
    numAcknowledgedSubtasks: 9,
    externalPath: `file:/tmp/checkpoints/${JOB_ID}/chk-${id}`,
    discarded: false,
    tasks: Object.fromEntries(VERTEX_IDS.map((vertexId) => [vertexId, taskCheckpoint(vertexId, trigger)])),
    ...changes,
  };
}

export const ledger: LedgerInfo = {
  checkpointId: 4,
  made: 27,
  processed: 25,
  inFlight: 2,
  lost: 0,
  doubled: 0,
  exchanges: [
    { sourceVertexId: VERTEX_IDS[0], targetVertexId: VERTEX_IDS[1], sent: 27, received: 25, inFlight: 2, lost: 0, doubled: 0 },
    { sourceVertexId: VERTEX_IDS[1], targetVertexId: VERTEX_IDS[2], sent: 7, received: 7, inFlight: 0, lost: 0, doubled: 0 },
  ],
};

const jobTimes: Record<JobStatus, number> = {
  INITIALIZING: START,
  CREATED: START + 100,
  RUNNING: START + 400,
  FAILING: 0,
  FAILED: 0,
  CANCELLING: 0,
  CANCELED: 0,
  FINISHED: 0,
  RESTARTING: 0,
  SUSPENDED: 0,
  RECONCILING: 0,
};

export function job(changes: Partial<JobInfo> = {}): JobInfo {
  return {
    id: JOB_ID,
    lineage: JOB_ID,
    name: 'abnormal-behaviour-detection',
    state: 'RUNNING',
    startTime: START,
    endTime: -1,
    lastModification: START + 1_000,
    timestamps: jobTimes,
    parallelism: 3,
    vertices: [vertex(0, 'Source: RandomUserEventSource'), vertex(1, 'AbnormalCountProcess'), vertex(2, 'Sink: log')],
    checkpointConfig: {
      enabled: true,
      mode: 'EXACTLY_ONCE',
      interval: 10_000,
      timeout: 600_000,
      minPause: 0,
      maxConcurrent: 1,
      unaligned: true,
      retained: 3,
      directory: 'file:///tmp/checkpoints',
      stateBackend: 'hashmap',
      tolerableFailed: -1,
    },
    checkpoints: {
      counts: { restored: 0, total: 4, inProgress: 0, completed: 4, failed: 0 },
      history: [4, 3, 2, 1].map((id) => checkpoint(id, { discarded: id === 1 })),
      latestCompleted: checkpoint(4),
    },
    restartStrategy: 'Restart with fixed delay (50 ms).',
    numRestarts: 0,
    exceptions: [],
    recoveries: [],
    committed: { alerts: 7 },
    parameters: { threshold: 3 },
    ...changes,
  };
}

function taskManager(number: number, changes: Partial<TaskManagerInfo> = {}): TaskManagerInfo {
  return {
    id: `taskmanager-${number}`,
    attempt: 1,
    status: 'healthy',
    registered: true,
    slots: 3,
    freeSlots: 0,
    firstSlot: 3 * number - 2,
    lastHeartbeat: START + 40_000,
    startedAt: START - 2_000,
    osThreadId: 4_000 + number,
    metrics: {
      at: START + 40_000,
      heapUsed: 12e6,
      heapCommitted: 20e6,
      heapMax: 1_024 * 1_024 * 1_024,
      externalUsed: 3e6,
      cpuLoad: 0.01,
      cpuTime: 350,
      networkBuffersTotal: 96,
      networkBuffersUsed: 2,
    },
    ...changes,
  };
}

export function snapshot(changes: Partial<EngineSnapshot> = {}): EngineSnapshot {
  return {
    engine: 'embedded',
    at: START + 45_000,
    jobManager: { attempt: 1, leading: true, startedAt: START - 2_000 },
    taskManagers: [taskManager(1), taskManager(2), taskManager(3)],
    jobs: [job()],
    ...changes,
  };
}
