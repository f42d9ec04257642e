import type { ExecutionState, JobInfo, SubtaskInfo, TaskMetrics, VertexInfo } from '@weir/protocol';

const NOTHING: TaskMetrics = {
  numRecordsIn: 0,
  numRecordsOut: 0,
  numBytesIn: 0,
  numBytesOut: 0,
  numRecordsInPerSecond: 0,
  numRecordsOutPerSecond: 0,
  numBytesInPerSecond: 0,
  numBytesOutPerSecond: 0,
  busyTimeMsPerSecond: 0,
  idleTimeMsPerSecond: 0,
  backPressuredTimeMsPerSecond: 0,
  accumulatedBusyTime: 0,
  accumulatedIdleTime: 0,
  accumulatedBackPressuredTime: 0,
  buffersInUse: 0,
  buffersOutUse: 0,
  buffersInTotal: 0,
  buffersOutTotal: 0,
};

const NEVER: Readonly<Record<ExecutionState, number>> = {
  CREATED: 0,
  SCHEDULED: 0,
  DEPLOYING: 0,
  INITIALIZING: 0,
  RUNNING: 0,
  FINISHED: 0,
  CANCELING: 0,
  CANCELED: 0,
  FAILED: 0,
  RECONCILING: 0,
};

/** A job that a new JobManager has just taken over has vertices but no executions yet: their places stay, with nothing in them. */
export function wholeJob(job: JobInfo): JobInfo {
  if (job.vertices.every((vertex) => vertex.subtasks.length >= vertex.parallelism)) return job;
  return { ...job, vertices: job.vertices.map(wholeVertex) };
}

function wholeVertex(vertex: VertexInfo): VertexInfo {
  const known = new Map(vertex.subtasks.map((subtask) => [subtask.index, subtask]));
  return { ...vertex, subtasks: Array.from({ length: vertex.parallelism }, (_, index) => known.get(index) ?? waiting(index)) };
}

function waiting(index: number): SubtaskInfo {
  return { index, attempt: 0, state: 'CREATED', timestamps: NEVER, metrics: NOTHING };
}
