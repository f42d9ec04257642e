import type { ExecutionState, SubtaskInfo, VertexInfo } from '@weir/protocol';
import { type Aggregate, aggregate, sum } from './figures.js';

const STATES: readonly ExecutionState[] = [
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
/** Those that Flink gives the duration of. */
const TIMED: readonly ExecutionState[] = ['CREATED', 'SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'];
const ENDED: readonly ExecutionState[] = ['FINISHED', 'CANCELED', 'FAILED'];

export type StateCounts = Readonly<Record<ExecutionState, number>>;

export function countStates(states: readonly ExecutionState[]): StateCounts {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<ExecutionState, number>;
  for (const state of states) counts[state]++;
  return counts;
}

/** Flink's `ExecutionJobVertex.getAggregateJobVertexState`. */
export function aggregateState(counts: StateCounts, parallelism: number): ExecutionState {
  for (const state of ['FAILED', 'CANCELING', 'CANCELED', 'INITIALIZING', 'RUNNING'] as const) if (counts[state] > 0) return state;
  if (counts.FINISHED > 0) return counts.FINISHED === parallelism ? 'FINISHED' : 'RUNNING';
  return 'CREATED';
}

export interface Span {
  readonly 'start-time': number;
  readonly 'end-time': number;
  readonly duration: number;
}

/** From the deployment to the end, -1 for what has not come; of several subtasks the earliest start and, once all ended, the latest end. */
export function span(subtasks: readonly SubtaskInfo[], now: number): Span {
  const starts = subtasks.map((subtask) => subtask.timestamps.DEPLOYING).filter((at) => at > 0);
  const start = starts.length === 0 ? -1 : Math.min(...starts);
  const allEnded = subtasks.length > 0 && subtasks.every((subtask) => ENDED.includes(subtask.state));
  const end = allEnded ? Math.max(...subtasks.map((subtask) => subtask.timestamps[subtask.state])) : -1;
  return { 'start-time': start, 'end-time': end, duration: start < 0 ? -1 : Math.max(0, (end < 0 ? now : end) - start) };
}

/** How long the subtask was in each state; -1 for one that it never entered. A state lasts until the next one was entered. */
function stateDurations(subtask: SubtaskInfo, now: number): Readonly<Record<string, number>> {
  const entered = STATES.map((state) => subtask.timestamps[state]).filter((at) => at > 0);
  return Object.fromEntries(
    TIMED.map((state) => {
      const at = subtask.timestamps[state];
      if (at <= 0) return [state, -1];
      const later =
        subtask.state === state
          ? []
          : STATES.filter((other) => STATES.indexOf(other) > STATES.indexOf(state)).map((other) => subtask.timestamps[other]);
      const next = later.filter((time) => time >= at && entered.includes(time));
      return [state, Math.max(0, (next.length > 0 ? Math.min(...next) : now) - at)];
    }),
  );
}

/** The `metrics` block of vertices and subtasks. The engine always has them whole, so each is complete. */
export function ioMetrics(subtasks: readonly SubtaskInfo[]): Readonly<Record<string, number | boolean>> {
  const total = (pick: (metrics: SubtaskInfo['metrics']) => number): number => sum(subtasks.map((subtask) => pick(subtask.metrics)));
  return {
    'read-bytes': total((m) => m.numBytesIn),
    'read-bytes-complete': true,
    'write-bytes': total((m) => m.numBytesOut),
    'write-bytes-complete': true,
    'read-records': total((m) => m.numRecordsIn),
    'read-records-complete': true,
    'write-records': total((m) => m.numRecordsOut),
    'write-records-complete': true,
    'accumulated-backpressured-time': total((m) => m.accumulatedBackPressuredTime),
    'accumulated-idle-time': total((m) => m.accumulatedIdleTime),
    'accumulated-busy-time': total((m) => m.accumulatedBusyTime),
  };
}

/** The `aggregated` block over a vertex's subtasks. */
export function aggregated(subtasks: readonly SubtaskInfo[], now: number): object {
  const over = (pick: (metrics: SubtaskInfo['metrics']) => number): Aggregate =>
    aggregate(subtasks.map((subtask) => pick(subtask.metrics)));
  const durations = subtasks.map((subtask) => stateDurations(subtask, now));
  return {
    metrics: {
      'write-records': over((m) => m.numRecordsOut),
      'accumulated-backpressured-time': over((m) => m.accumulatedBackPressuredTime),
      'accumulated-idle-time': over((m) => m.accumulatedIdleTime),
      'write-bytes': over((m) => m.numBytesOut),
      'read-bytes': over((m) => m.numBytesIn),
      'read-records': over((m) => m.numRecordsIn),
      'accumulated-busy-time': over((m) => m.accumulatedBusyTime),
    },
    'status-duration': Object.fromEntries(TIMED.map((state) => [state, aggregate(durations.map((each) => each[state]))])),
  };
}

/** One execution, as `/subtasks/:n` and its attempts show it. */
export function execution(subtask: SubtaskInfo, now: number): object {
  const times = span([subtask], now);
  return {
    subtask: subtask.index,
    status: subtask.state,
    attempt: subtask.attempt,
    host: host(subtask),
    ...times,
    metrics: ioMetrics([subtask]),
    'taskmanager-id': subtask.taskManagerId ?? '(unassigned)',
    'status-duration': stateDurations(subtask, now),
    // Flink writes it twice, for old clients.
    start_time: times['start-time'],
  };
}

/** Every TaskManager is a thread of this machine. */
export function host(subtask: SubtaskInfo): string {
  return subtask.taskManagerId === undefined ? '(unassigned)' : 'localhost';
}

export function vertexStates(vertex: VertexInfo): StateCounts {
  return countStates(vertex.subtasks.map((subtask) => subtask.state));
}
