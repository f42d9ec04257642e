import type { Series, VertexInfo } from '@weir/protocol';

export interface Column {
  /** As the series has it: `vertexId:subtask`, or `vertexId` where it tells no single tasks. */
  readonly id: string;
  readonly name: string;
  /** Stacked from the bottom. */
  readonly index: number;
}

/** More than these cannot be told apart in a stack: they are drawn as one. */
export const MOST_STACKED = 8;
const HUES = 3;

/** One for each subtask of a vertex, `title` is what it is called on the page; one for all of it where the series has no more. */
export function columnsOf(vertex: VertexInfo, title: string, series: Series | undefined): readonly Column[] {
  const tasks = vertex.subtasks.map(({ index }) => ({ id: `${vertex.id}:${index}`, name: `${title} ${index + 1}`, index }));
  return series?.throughput[vertex.id] !== undefined && !tasks.some(({ id }) => series.throughput[id] !== undefined)
    ? [{ id: vertex.id, name: title, index: 0 }]
    : tasks;
}

/** Where each task is one user's (the simulated source), that user's hue; else shades of plain water. */
export function columnColour(index: number, count: number, isOfUser: boolean): string {
  if (isOfUser && count <= HUES) return `var(--key-${index + 1})`;
  return `color-mix(in srgb, var(--water) ${100 - (index / count) * 60}%, var(--panel))`;
}
