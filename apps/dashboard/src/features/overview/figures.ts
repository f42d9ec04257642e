import type { LatencyStats, Series, TaskManagerInfo, VertexInfo } from '@weir/protocol';

export interface Slots {
  readonly total: number;
  readonly free: number;
}

/** As Flink counts them: of the TaskManagers that are registered. */
export function slotsOf(taskManagers: readonly TaskManagerInfo[]): Slots {
  const registered = taskManagers.filter((taskManager) => taskManager.registered);
  return { total: sum(registered.map(({ slots }) => slots)), free: sum(registered.map(({ freeSlots }) => freeSlots)) };
}

/** Records a second out of all sources, mean of the last `span` ms: at a few records a second a single second says nothing. */
export function meanThroughput(series: Series | undefined, vertices: readonly VertexInfo[], span = 30_000): number | undefined {
  const last = series?.at.at(-1);
  if (!series || last === undefined) return undefined;
  const from = series.at.findIndex((at) => at > last - span);
  const sources = new Set(vertices.filter(({ inputs }) => inputs.length === 0).map(({ id }) => id));
  const columns = Object.entries(series.throughput).flatMap(([name, column]) => (sources.has(name.split(':')[0] ?? '') ? [column] : []));
  if (columns.length === 0) return undefined;
  const samples = series.at.length - from;
  return sum(columns.map((column) => sum(column.slice(from).map((rate) => rate ?? 0)))) / samples;
}

/** Source → sink: of the sinks the one that is slowest. Undefined before the first marker. */
export function slowestSink(vertices: readonly VertexInfo[]): LatencyStats | undefined {
  const feeding = new Set(vertices.flatMap((vertex) => vertex.inputs.map((input) => input.sourceVertexId)));
  return vertices
    .filter((vertex) => !feeding.has(vertex.id))
    .flatMap((vertex) => vertex.subtasks.map((subtask) => subtask.metrics.latency))
    .filter((latency) => latency !== undefined && latency.count > 0)
    .reduce((worst, latency) => (worst && latency && worst.p99 >= latency.p99 ? worst : latency), undefined);
}

/** Completed of those that have ended; undefined before one has. */
export function successRate(counts: { readonly completed: number; readonly failed: number } | undefined): number | undefined {
  if (!counts || counts.completed + counts.failed === 0) return undefined;
  return counts.completed / (counts.completed + counts.failed);
}

/** Undefined if none of them is known. */
export function sumKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : sum(known);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
