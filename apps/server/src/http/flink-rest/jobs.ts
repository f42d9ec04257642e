import type { ExceptionInfo, JobInfo } from '@weir/protocol';
import { aggregateState, countStates, ioMetrics, span, vertexStates } from './executions.js';
import { jobMetrics } from './job-metrics.js';
import { answerAggregated, answerMetrics } from './metric-query.js';
import { jobOf, type RestRequest, type RestRoute } from './route.js';

function duration(job: JobInfo, now: number): number {
  return Math.max(0, (job.endTime >= 0 ? job.endTime : now) - job.startTime);
}

function overview(job: JobInfo, now: number): object {
  const counts = countStates(job.vertices.flatMap((vertex) => vertex.subtasks.map((subtask) => subtask.state)));
  const byName = Object.fromEntries(Object.entries(counts).map(([state, count]) => [state.toLowerCase(), count]));
  return {
    jid: job.id,
    name: job.name,
    'start-time': job.startTime,
    'end-time': job.endTime,
    duration: duration(job, now),
    state: job.state,
    'last-modification': job.lastModification,
    tasks: { ...byName, total: job.vertices.reduce((total, vertex) => total + vertex.parallelism, 0) },
  };
}

/** Sinks first, as Flink lists them. */
function plan(job: JobInfo): object {
  return {
    jid: job.id,
    name: job.name,
    type: 'STREAMING',
    nodes: [...job.vertices].reverse().map((vertex) => ({
      id: vertex.id,
      parallelism: vertex.parallelism,
      operator: '',
      operator_strategy: '',
      description: `${vertex.name}<br/>`,
      ...(vertex.inputs.length === 0
        ? {}
        : {
            inputs: vertex.inputs.map((edge, num) => ({
              num,
              id: edge.sourceVertexId,
              ship_strategy: edge.shipStrategy,
              exchange: 'pipelined_bounded',
            })),
          }),
      optimizer_properties: {},
    })),
  };
}

function details(job: JobInfo, now: number): object {
  const vertices = job.vertices.map((vertex) => {
    const tasks = vertexStates(vertex);
    return {
      id: vertex.id,
      name: vertex.name,
      maxParallelism: vertex.maxParallelism,
      parallelism: vertex.parallelism,
      status: aggregateState(tasks, vertex.parallelism),
      ...span(vertex.subtasks, now),
      tasks,
      metrics: ioMetrics(vertex.subtasks),
    };
  });
  return {
    jid: job.id,
    name: job.name,
    isStoppable: false,
    state: job.state,
    'start-time': job.startTime,
    'end-time': job.endTime,
    duration: duration(job, now),
    maxParallelism: -1,
    now,
    timestamps: job.timestamps,
    vertices,
    'status-counts': countStates(vertices.map((vertex) => vertex.status)),
    plan: plan(job),
  };
}

function configuration(job: JobInfo): object {
  return {
    jid: job.id,
    name: job.name,
    'execution-config': {
      'execution-mode': 'PIPELINED',
      'restart-strategy': job.restartStrategy,
      'job-parallelism': job.parallelism,
      'object-reuse-mode': true,
      'user-config': Object.fromEntries(
        Object.entries(job.parameters).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
      ),
    },
  };
}

function exceptions(job: JobInfo, request: RestRequest): object {
  const asked = request.query.maxExceptions;
  const limit = asked !== undefined && /^\d{1,6}$/.test(asked) ? Number(asked) : 20;
  const [root] = job.exceptions;
  const shown = job.exceptions.slice(0, limit);
  const truncated = shown.length < job.exceptions.length;
  const place = (each: ExceptionInfo): object => ({
    location: each.taskManagerId === undefined ? null : 'localhost',
    taskManagerId: each.taskManagerId ?? null,
  });
  return {
    'root-exception': root?.stack ?? null,
    timestamp: root?.at ?? null,
    'all-exceptions': shown.map((each) => ({ exception: each.stack, task: each.task ?? null, timestamp: each.at, ...place(each) })),
    truncated,
    exceptionHistory: {
      entries: shown.map((each) => ({
        exceptionName: each.name,
        stacktrace: each.stack,
        timestamp: each.at,
        taskName: each.task ?? null,
        ...place(each),
        concurrentExceptions: [],
      })),
      truncated,
    },
  };
}

export const jobRoutes: readonly RestRoute[] = [
  { path: '/jobs', answer: ({ snapshot }) => ({ jobs: snapshot.jobs.map((job) => ({ id: job.id, status: job.state })) }) },
  { path: '/jobs/overview', answer: ({ snapshot, now }) => ({ jobs: snapshot.jobs.map((job) => overview(job, now)) }) },
  {
    path: '/jobs/metrics',
    answer: (request) => {
      const chosen = request.query.jobs?.split(',');
      const these = request.snapshot.jobs.filter((job) => !chosen || chosen.includes(job.id));
      return answerAggregated(
        request,
        these.map((job) => jobMetrics(job, request.now)),
      );
    },
  },
  { path: '/jobs/:jobid', answer: (request) => details(jobOf(request), request.now) },
  { path: '/jobs/:jobid/plan', answer: (request) => ({ plan: plan(jobOf(request)) }) },
  { path: '/jobs/:jobid/config', answer: (request) => configuration(jobOf(request)) },
  { path: '/jobs/:jobid/exceptions', answer: (request) => exceptions(jobOf(request), request) },
  {
    path: '/jobs/:jobid/accumulators',
    answer: (request) =>
      jobOf(request) && { 'job-accumulators': [], 'user-task-accumulators': [], 'serialized-user-task-accumulators': {} },
  },
  { path: '/jobs/:jobid/status', answer: (request) => ({ status: jobOf(request).state }) },
  { path: '/jobs/:jobid/metrics', answer: (request) => answerMetrics(request, jobMetrics(jobOf(request), request.now)) },
];
