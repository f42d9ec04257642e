import type { DashboardState, EngineSnapshot, JobInfo, SourceState, SubtaskInfo, TaskManagerInfo } from '@weir/protocol';

/**
 * `next` with the figures of `before` wherever both speak of the same thing: what is left different is a change of state. States go out at once, figures a few
 * times a second; so a change of state need not carry every counter along, and how many changes come does not say how much is sent.
 */
export function withFiguresOf(before: DashboardState, next: DashboardState): DashboardState {
  return {
    ...next,
    server: before.server,
    keys: before.keys,
    series: before.series,
    pendingAlerts: before.pendingAlerts,
    source: sourceWith(before.source, next.source),
    engine: engineWith(before.engine, next.engine),
  };
}

function sourceWith(before: SourceState, next: SourceState): SourceState {
  if (before.kind === 'files' && next.kind === 'files') return { ...next, figures: before.figures };
  if (before.kind === 'http' && next.kind === 'http') return { ...next, figures: before.figures };
  return next;
}

function engineWith(before: EngineSnapshot, next: EngineSnapshot): EngineSnapshot {
  const known = new Map(before.taskManagers.map((taskManager) => [taskManager.id, taskManager]));
  const jobs = new Map(before.jobs.map((job) => [job.id, job]));
  return {
    ...next,
    at: before.at,
    taskManagers: next.taskManagers.map((taskManager) => taskManagerWith(known.get(taskManager.id), taskManager)),
    jobs: next.jobs.map((job) => jobWith(jobs.get(job.id), job)),
  };
}

function taskManagerWith(before: TaskManagerInfo | undefined, next: TaskManagerInfo): TaskManagerInfo {
  if (before?.attempt !== next.attempt) return next;
  const { metrics, ...rest } = next;
  return { ...rest, lastHeartbeat: before.lastHeartbeat, ...(before.metrics === undefined ? {} : { metrics: before.metrics }) };
}

function jobWith(before: JobInfo | undefined, next: JobInfo): JobInfo {
  if (before === undefined) return next;
  const subtasks = new Map<string, SubtaskInfo>();
  for (const { id, subtasks: list } of before.vertices) for (const subtask of list) subtasks.set(`${id}:${subtask.index}`, subtask);
  return {
    ...next,
    vertices: next.vertices.map((vertex) => ({
      ...vertex,
      subtasks: vertex.subtasks.map((subtask) => {
        const known = subtasks.get(`${vertex.id}:${subtask.index}`);
        return known?.attempt === subtask.attempt ? { ...subtask, metrics: known.metrics } : subtask;
      }),
    })),
  };
}
