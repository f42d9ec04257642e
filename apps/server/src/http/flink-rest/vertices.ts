import type { SubtaskInfo, VertexInfo } from '@weir/protocol';
import { RestError } from '../rest-error.js';
import { aggregated, aggregateState, countStates, execution, host, ioMetrics, span } from './executions.js';
import { type Figure, figure } from './figures.js';
import { answerAggregated, answerMetrics } from './metric-query.js';
import { jobOf, numberParameter, type RestRequest, type RestRoute, subtaskOf, vertexOf } from './route.js';
import { taskMetrics, vertexMetrics } from './task-metrics.js';

/** Java's Long.MIN_VALUE: Flink's watermark of an input that has had none. */
const NO_WATERMARK = '-9223372036854775808';

const vertex = (request: RestRequest): VertexInfo => vertexOf(jobOf(request), request);

function byTaskManager(of: VertexInfo, now: number): readonly object[] {
  const groups = new Map<string, SubtaskInfo[]>();
  for (const subtask of of.subtasks) {
    const id = subtask.taskManagerId ?? '(unassigned)';
    const group = groups.get(id);
    if (group) group.push(subtask);
    else groups.set(id, [subtask]);
  }
  return [...groups].map(([id, subtasks]) => {
    const counts = countStates(subtasks.map((subtask) => subtask.state));
    return {
      host: host(subtasks[0]),
      status: aggregateState(counts, subtasks.length),
      ...span(subtasks, now),
      metrics: ioMetrics(subtasks),
      'status-counts': counts,
      'taskmanager-id': id,
      aggregated: aggregated(subtasks, now),
    };
  });
}

type Level = 'ok' | 'low' | 'high';

/** Flink's thresholds. */
function level(ratio: number): Level {
  return ratio <= 0.1 ? 'ok' : ratio <= 0.5 ? 'low' : 'high';
}

function backpressure(of: VertexInfo, at: number): object {
  const share = (ms: number): number => Math.min(1, Math.max(0, ms / 1_000));
  const subtasks = of.subtasks.map(({ index, metrics }) => {
    const ratio = share(metrics.backPressuredTimeMsPerSecond);
    const idleRatio: Figure = figure(share(metrics.idleTimeMsPerSecond));
    const busyRatio: Figure = figure(share(metrics.busyTimeMsPerSecond));
    return { subtask: index, backpressureLevel: level(ratio), ratio, idleRatio, busyRatio, 'backpressure-level': level(ratio) };
  });
  const worst = level(Math.max(0, ...subtasks.map((subtask) => subtask.ratio)));
  return { status: 'ok', backpressureLevel: worst, 'end-timestamp': at, subtasks, 'backpressure-level': worst };
}

function times(subtask: SubtaskInfo, now: number): object {
  const first = subtask.timestamps.CREATED || subtask.timestamps.SCHEDULED;
  const end = span([subtask], now)['end-time'];
  return {
    subtask: subtask.index,
    host: host(subtask),
    duration: first === 0 ? -1 : (end < 0 ? now : end) - first,
    timestamps: subtask.timestamps,
  };
}

/** Only the current attempt is known: earlier ones are in the job's exceptions. */
function attemptOf(request: RestRequest): SubtaskInfo {
  const subtask = subtaskOf(vertex(request), request);
  const attempt = numberParameter(request.params, 'attempt');
  if (attempt !== subtask.attempt)
    throw new RestError(404, `Could not find execution for subtask ${subtask.index} and attempt number ${attempt}.`);
  return subtask;
}

const BASE = '/jobs/:jobid/vertices/:vertexid';

export const vertexRoutes: readonly RestRoute[] = [
  {
    path: BASE,
    answer: (request) => {
      const { id, name, parallelism, maxParallelism, subtasks } = vertex(request);
      const { now } = request;
      return {
        id,
        name,
        parallelism,
        maxParallelism,
        now,
        subtasks: subtasks.map((subtask) => execution(subtask, now)),
        aggregated: aggregated(subtasks, now),
      };
    },
  },
  {
    path: `${BASE}/taskmanagers`,
    answer: (request) => {
      const of = vertex(request);
      return { id: of.id, name: of.name, now: request.now, taskmanagers: byTaskManager(of, request.now) };
    },
  },
  {
    path: `${BASE}/subtasktimes`,
    answer: (request) => {
      const { id, name, subtasks } = vertex(request);
      return { id, name, now: request.now, subtasks: subtasks.map((subtask) => times(subtask, request.now)) };
    },
  },
  { path: `${BASE}/accumulators`, answer: (request) => ({ id: vertex(request).id, 'user-accumulators': [] }) },
  {
    path: `${BASE}/subtasks/accumulators`,
    answer: (request) => {
      const { id, parallelism, subtasks } = vertex(request);
      return {
        id,
        parallelism,
        subtasks: subtasks.map((each) => ({ subtask: each.index, attempt: each.attempt, host: host(each), 'user-accumulators': [] })),
      };
    },
  },
  { path: `${BASE}/metrics`, answer: (request) => answerMetrics(request, vertexMetrics(vertex(request).subtasks)) },
  { path: `${BASE}/subtasks/metrics`, answer: (request) => answerAggregated(request, vertex(request).subtasks.map(taskMetrics)) },
  {
    path: `${BASE}/watermarks`,
    answer: (request) => {
      const { inputs, subtasks } = vertex(request);
      return inputs.length === 0 ? [] : subtasks.map(({ index }) => ({ id: `${index}.currentInputWatermark`, value: NO_WATERMARK }));
    },
  },
  { path: `${BASE}/backpressure`, answer: (request) => backpressure(vertex(request), request.snapshot.at) },
  { path: `${BASE}/subtasks/:subtaskindex`, answer: (request) => execution(subtaskOf(vertex(request), request), request.now) },
  { path: `${BASE}/subtasks/:subtaskindex/attempts/:attempt`, answer: (request) => execution(attemptOf(request), request.now) },
  {
    path: `${BASE}/subtasks/:subtaskindex/attempts/:attempt/accumulators`,
    answer: (request) => {
      const { index, attempt } = attemptOf(request);
      return { subtask: index, attempt, id: request.params.vertexid, 'user-accumulators': [] };
    },
  },
  {
    path: `${BASE}/subtasks/:subtaskindex/metrics`,
    answer: (request) => answerMetrics(request, taskMetrics(subtaskOf(vertex(request), request))),
  },
];
