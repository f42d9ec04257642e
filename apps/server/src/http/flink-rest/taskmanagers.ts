import { cpus, totalmem } from 'node:os';
import type { EngineSnapshot, TaskManagerInfo } from '@weir/protocol';
import { answerAggregated, answerMetrics } from './metric-query.js';
import { type RestRoute, taskManagerOf } from './route.js';
import { BUFFER_SIZE, taskManagerMetrics } from './taskmanager-metrics.js';

const MIB = 1024 * 1024;
/** What Flink answers for a figure that it does not have. */
const UNKNOWN = -1;

/** A share of a TaskManager's resources; memory in MiB. There is no managed memory: state is on the heap. */
function resource({ slots, metrics }: TaskManagerInfo, share: number): object {
  const mib = (bytes: number): number => Math.floor((bytes * share) / MIB);
  return {
    cpuCores: slots * share,
    taskHeapMemory: metrics ? mib(metrics.heapMax) : UNKNOWN,
    taskOffHeapMemory: 0,
    managedMemory: 0,
    networkMemory: metrics ? mib(metrics.networkBuffersTotal * BUFFER_SIZE) : UNKNOWN,
    extendedResources: {},
  };
}

function summary(taskManager: TaskManagerInfo): object {
  const { metrics } = taskManager;
  const heap = metrics?.heapMax ?? UNKNOWN;
  const network = metrics ? metrics.networkBuffersTotal * BUFFER_SIZE : UNKNOWN;
  return {
    id: taskManager.id,
    path: `worker-thread:${taskManager.id}`,
    // Data goes through shared memory: no port.
    dataPort: UNKNOWN,
    jmxPort: UNKNOWN,
    // Flink's name notwithstanding, a time stamp.
    timeSinceLastHeartbeat: taskManager.lastHeartbeat,
    slotsNumber: taskManager.slots,
    freeSlots: taskManager.freeSlots,
    totalResource: resource(taskManager, 1),
    freeResource: resource(taskManager, taskManager.slots === 0 ? 0 : taskManager.freeSlots / taskManager.slots),
    hardware: { cpuCores: cpus().length, physicalMemory: totalmem(), freeMemory: heap, managedMemory: 0 },
    memoryConfiguration: {
      frameworkHeap: 0,
      taskHeap: heap,
      frameworkOffHeap: 0,
      taskOffHeap: 0,
      networkMemory: network,
      managedMemory: 0,
      jvmMetaspace: UNKNOWN,
      jvmOverhead: UNKNOWN,
      totalFlinkMemory: metrics ? heap + network : UNKNOWN,
      totalProcessMemory: UNKNOWN,
    },
  };
}

function allocatedSlots(snapshot: EngineSnapshot, taskManager: TaskManagerInfo): readonly object[] {
  const owners = new Map<number, string>();
  for (const job of snapshot.jobs) {
    for (const { taskManagerId, slot } of job.vertices.flatMap((vertex) => vertex.subtasks)) {
      if (taskManagerId === taskManager.id && slot !== undefined) owners.set(slot, job.id);
    }
  }
  return [...owners.values()].map((jobId) => ({ jobId, resource: resource(taskManager, 1 / taskManager.slots) }));
}

function details(snapshot: EngineSnapshot, taskManager: TaskManagerInfo): object {
  const m = taskManager.metrics;
  const total = m?.networkBuffersTotal ?? UNKNOWN;
  const used = m?.networkBuffersUsed ?? UNKNOWN;
  const available = m ? total - used : UNKNOWN;
  return {
    ...summary(taskManager),
    ...(taskManager.osThreadId === undefined ? {} : { osThreadId: taskManager.osThreadId }),
    allocatedSlots: allocatedSlots(snapshot, taskManager),
    metrics: {
      heapUsed: m?.heapUsed ?? UNKNOWN,
      heapCommitted: m?.heapCommitted ?? UNKNOWN,
      heapMax: m?.heapMax ?? UNKNOWN,
      nonHeapUsed: UNKNOWN,
      nonHeapCommitted: UNKNOWN,
      nonHeapMax: UNKNOWN,
      directCount: UNKNOWN,
      directUsed: m?.externalUsed ?? UNKNOWN,
      directMax: UNKNOWN,
      mappedCount: UNKNOWN,
      mappedUsed: UNKNOWN,
      mappedMax: UNKNOWN,
      memorySegmentsAvailable: available,
      memorySegmentsTotal: total,
      nettyShuffleMemorySegmentsAvailable: available,
      nettyShuffleMemorySegmentsUsed: used,
      nettyShuffleMemorySegmentsTotal: total,
      nettyShuffleMemoryAvailable: m ? available * BUFFER_SIZE : UNKNOWN,
      nettyShuffleMemoryUsed: m ? used * BUFFER_SIZE : UNKNOWN,
      nettyShuffleMemoryTotal: m ? total * BUFFER_SIZE : UNKNOWN,
      garbageCollectors: [],
    },
  };
}

export const taskManagerRoutes: readonly RestRoute[] = [
  {
    path: '/taskmanagers',
    answer: ({ snapshot }) => ({ taskmanagers: snapshot.taskManagers.filter((each) => each.registered).map(summary) }),
  },
  {
    path: '/taskmanagers/metrics',
    answer: (request) => {
      const chosen = request.query.taskmanagers?.split(',');
      const these = request.snapshot.taskManagers.filter((each) => each.registered && (!chosen || chosen.includes(each.id)));
      return answerAggregated(request, these.map(taskManagerMetrics));
    },
  },
  { path: '/taskmanagers/:taskmanagerid', answer: (request) => details(request.snapshot, taskManagerOf(request)) },
  { path: '/taskmanagers/:taskmanagerid/metrics', answer: (request) => answerMetrics(request, taskManagerMetrics(taskManagerOf(request))) },
  { path: '/taskmanagers/:taskmanagerid/logs', answer: (request) => taskManagerOf(request) && { logs: [] } },
];
