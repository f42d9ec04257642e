import type {
  CheckpointInfo,
  DashboardState,
  ExecutionState,
  JobInfo,
  JobStatus,
  KeyState,
  RecoveryInfo,
  ShipStrategy,
  SubtaskInfo,
  TaskManagerInfo,
  TaskManagerStatus,
  TaskMetrics,
  VertexInfo,
} from '@weir/protocol';

/** States of the engine made up for tests and for the page under work; nothing of it is in what ships. */
export interface Shape {
  readonly taskManagers?: number;
  readonly slots?: number;
  /** Subtasks of each vertex on one TaskManager. */
  readonly perTaskManager?: number;
  /** Records a second out of each source. */
  readonly rate?: number;
  readonly keys?: number;
  readonly maxParallelism?: number;
  readonly threshold?: number;
  readonly statuses?: Readonly<Record<string, TaskManagerStatus>>;
  readonly jobState?: JobStatus;
  readonly taskState?: ExecutionState;
  readonly recoveries?: readonly RecoveryInfo[];
  readonly checkpoints?: readonly CheckpointInfo[];
  /** Subtask of the keyed vertex that is always busy. */
  readonly bottleneck?: number;
  readonly at?: number;
  readonly counts?: readonly number[];
}

export const SOURCE = 'a'.repeat(32);
export const PROCESS = 'b'.repeat(32);
export const SINK = 'c'.repeat(32);
const UIDS: Readonly<Record<string, string>> = {
  RandomUserEventSource: 'random-user-event-source',
  AbnormalCountProcess: 'abnormal-count-process',
  AlertSink: 'alert-sink',
};
const START = 1_700_000_000_000;
const EXECUTION_STATES: readonly ExecutionState[] = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
  'RECONCILING',
];

export function metrics(change: Partial<TaskMetrics> = {}): TaskMetrics {
  return {
    numRecordsIn: 0,
    numRecordsOut: 0,
    numBytesIn: 0,
    numBytesOut: 0,
    numRecordsInPerSecond: 0,
    numRecordsOutPerSecond: 0,
    numBytesInPerSecond: 0,
    numBytesOutPerSecond: 0,
    busyTimeMsPerSecond: 12,
    idleTimeMsPerSecond: 988,
    backPressuredTimeMsPerSecond: 0,
    accumulatedBusyTime: 0,
    accumulatedIdleTime: 0,
    accumulatedBackPressuredTime: 0,
    buffersInUse: 0,
    buffersOutUse: 0,
    buffersInTotal: 24,
    buffersOutTotal: 24,
    ...change,
  };
}

export function taskManager(n: number, slots: number, status: TaskManagerStatus = 'healthy', at = START): TaskManagerInfo {
  return {
    id: `taskmanager-${n}`,
    attempt: status === 'restarted' ? 2 : 1,
    status,
    registered: status !== 'failed',
    slots,
    freeSlots: 0,
    firstSlot: (n - 1) * slots + 1,
    lastHeartbeat: at - 200 * n,
    startedAt: START - 600_000,
    metrics: {
      at,
      heapUsed: (44 + n * 3) * 2 ** 20,
      heapCommitted: 80 * 2 ** 20,
      heapMax: 256 * 2 ** 20,
      externalUsed: 4 * 2 ** 20,
      cpuLoad: 0.011 * n,
      networkBuffersTotal: 64,
      networkBuffersUsed: 3,
    },
  };
}

export function vertex(
  id: string,
  name: string,
  kind: 'source' | 'operator' | 'sink',
  subtasks: readonly SubtaskInfo[],
  input?: readonly [string, ShipStrategy],
  maxParallelism = 103,
): VertexInfo {
  return {
    id,
    name,
    parallelism: subtasks.length,
    maxParallelism,
    slotSharingGroup: kind,
    operators: [{ uid: UIDS[name] ?? name, name, kind }],
    inputs: input === undefined ? [] : [{ sourceVertexId: input[0], shipStrategy: input[1] }],
    subtasks,
  };
}

export function subtask(index: number, taskManagerId: string, slot: number, state: ExecutionState, own: TaskMetrics): SubtaskInfo {
  const timestamps = Object.fromEntries(EXECUTION_STATES.map((name) => [name, name === 'RUNNING' ? START : 0])) as Record<
    ExecutionState,
    number
  >;
  return { index, attempt: 0, state, taskManagerId, slot, timestamps, metrics: own };
}

export function checkpoint(id: number, subtasks: number, change: Partial<CheckpointInfo> = {}): CheckpointInfo {
  const triggerTimestamp = change.triggerTimestamp ?? START - (200 - id) * 10_000;
  const task = (vertexId: string, first: number) => ({
    vertexId,
    status: 'COMPLETED' as const,
    latestAckTimestamp: triggerTimestamp + first + 30,
    numSubtasks: subtasks,
    numAcknowledgedSubtasks: subtasks,
    subtasks: Array.from({ length: subtasks }, (_, index) => ({
      index,
      ackTimestamp: triggerTimestamp + first + 20 + index,
      endToEndDuration: first + 20 + index,
      checkpointedSize: 680,
      stateSize: 680,
      syncDuration: 1,
      asyncDuration: 9,
      alignmentDuration: first > 1 ? 2 + index : 0,
      processedData: 0,
      persistedData: 0,
      startDelay: first + index,
      unaligned: false,
    })),
  });
  return {
    id,
    status: 'COMPLETED',
    type: 'CHECKPOINT',
    isSavepoint: false,
    triggerTimestamp,
    latestAckTimestamp: triggerTimestamp + 58,
    endToEndDuration: 58,
    checkpointedSize: 6_120,
    stateSize: 6_120,
    alignmentBuffered: 0,
    processedData: 0,
    persistedData: 0,
    numSubtasks: subtasks * 3,
    numAcknowledgedSubtasks: subtasks * 3,
    externalPath: `file:///tmp/flink-checkpoints/job/chk-${id}`,
    discarded: false,
    tasks: { [SOURCE]: task(SOURCE, 1), [PROCESS]: task(PROCESS, 6), [SINK]: task(SINK, 14) },
    ...change,
  };
}

export function keyState(n: number, keys: number, parallelism: number, maxParallelism: number, abnormalCount = 0): KeyState {
  const seeds = [17, 63, 95];
  const keyGroup = keys === 3 && maxParallelism === 103 ? seeds[n - 1]! : (n * 37) % maxParallelism;
  const subtaskIndex = Math.floor((keyGroup * parallelism) / maxParallelism);
  return {
    key: `user${n}`,
    keyGroup,
    subtask: subtaskIndex,
    abnormalCount,
    events: n * 100,
    alerts: n,
    lastEventAt: START,
    countKnown: true,
  };
}

export function job(shape: Shape = {}): JobInfo {
  const { taskManagers = 3, perTaskManager = 1, slots = 3, rate = 0.2, maxParallelism = 103, threshold = 3, taskState = 'RUNNING' } = shape;
  const parallelism = taskManagers * perTaskManager;
  const place = (index: number, column: number) => {
    const row = Math.floor(index / perTaskManager);
    return [`taskmanager-${row + 1}`, row * slots + 1 + ((column * perTaskManager + (index % perTaskManager)) % slots)] as const;
  };
  const many = (column: number, own: (index: number) => TaskMetrics) =>
    Array.from({ length: parallelism }, (_, index) => subtask(index, ...place(index, column), taskState, own(index)));
  const busy = (index: number, column: number) => {
    if (shape.bottleneck === undefined) return {};
    if (column === 0) return { busyTimeMsPerSecond: 140, backPressuredTimeMsPerSecond: 640, idleTimeMsPerSecond: 220 };
    if (column === 1 && index === shape.bottleneck)
      return { busyTimeMsPerSecond: 985, idleTimeMsPerSecond: 15, buffersInUse: 24, backPressuredTimeMsPerSecond: 0 };
    return {};
  };
  const records = (at: number) => Math.floor((rate * (at - START)) / 1_000);
  const at = shape.at ?? START;
  const flow = records(at);
  return {
    id: '7f3a9c0112e84d5fb6c2a1908d34e7f1',
    lineage: '7f3a9c0112e84d5fb6c2a1908d34e7f1',
    name: 'abnormal-behaviour-detection',
    state: shape.jobState ?? 'RUNNING',
    startTime: START - 600_000,
    endTime: -1,
    lastModification: START,
    timestamps: { RUNNING: START - 599_000 } as JobInfo['timestamps'],
    parallelism,
    vertices: [
      vertex(
        SOURCE,
        'RandomUserEventSource',
        'source',
        many(0, (index) => metrics({ numRecordsOut: flow, numRecordsOutPerSecond: rate, ...busy(index, 0) })),
      ),
      vertex(
        PROCESS,
        'AbnormalCountProcess',
        'operator',
        many(1, (index) =>
          metrics({ numRecordsIn: flow, numRecordsInPerSecond: rate, numRecordsOut: Math.floor(flow * 0.027), ...busy(index, 1) }),
        ),
        [SOURCE, 'HASH'],
        maxParallelism,
      ),
      vertex(
        SINK,
        'AlertSink',
        'sink',
        many(2, (index) => metrics({ numRecordsIn: Math.floor(flow * 0.027), ...busy(index, 2) })),
        [PROCESS, 'FORWARD'],
      ),
    ],
    checkpointConfig: {
      enabled: true,
      mode: 'EXACTLY_ONCE',
      interval: 10_000,
      timeout: 600_000,
      minPause: 0,
      maxConcurrent: 1,
      unaligned: true,
      retained: 3,
      directory: 'file:///tmp/flink-checkpoints',
      stateBackend: 'hashmap',
      tolerableFailed: -1,
    },
    checkpoints: checkpointsOf(shape.checkpoints ?? [165, 164, 163].map((id) => checkpoint(id, parallelism))),
    restartStrategy: 'fixed-delay (50 ms, without limit)',
    numRestarts: shape.recoveries?.length ?? 0,
    exceptions: [],
    recoveries: shape.recoveries ?? [],
    committed: { 'alert-sink': 538 },
    parameters: { threshold },
  };
}

function checkpointsOf(history: readonly CheckpointInfo[]): JobInfo['checkpoints'] {
  const completed = history.filter((each) => each.status === 'COMPLETED');
  const newest = completed[0];
  return {
    counts: {
      restored: 0,
      total: history[0]?.id ?? 0,
      inProgress: history.length - completed.length,
      completed: newest?.id ?? 0,
      failed: 0,
    },
    history,
    ...(newest === undefined ? {} : { latestCompleted: newest }),
  };
}

export function state(shape: Shape = {}): DashboardState {
  const { taskManagers = 3, perTaskManager = 1, slots = 3, keys = 3, maxParallelism = 103, at = START, statuses = {} } = shape;
  const parallelism = taskManagers * perTaskManager;
  return {
    server: {
      version: '0.1.0',
      startedAt: START - 600_000,
      now: at,
      clients: 1,
      residentMemory: 200 * 2 ** 20,
      cpuLoad: 0.02,
      webhook: false,
    },
    engine: {
      engine: 'embedded',
      at,
      jobManager: { attempt: 1, leading: true, startedAt: START - 600_000 },
      taskManagers: Array.from({ length: taskManagers }, (_, index) =>
        taskManager(index + 1, slots, statuses[`taskmanager-${index + 1}`], at),
      ),
      jobs: [job(shape)],
    },
    source: { kind: 'simulated', speed: 1, intervalMs: 5_000, abnormalRate: 0.3 },
    keys: Array.from({ length: keys }, (_, index) =>
      keyState(index + 1, keys, parallelism, maxParallelism, shape.counts?.[index] ?? [1, 4, 2][index % 3]!),
    ),
    series: { at: [], throughput: {} },
    pendingAlerts: 0,
    alertsTakenBack: {},
  };
}
