import type { VertexInfo } from '@weir/protocol';

export interface Column {
  /** `vertexId:subtask`, as the series has it. */
  readonly id: string;
  readonly name: string;
  /** Stacked from the bottom. */
  readonly index: number;
}

/** More than these cannot be told apart in a stack: they are drawn as one. */
export const MOST_STACKED = 8;
const HUES = 3;

/** One for each source subtask; `title` is what a vertex is called on the page. */
export function sourceColumns(vertices: readonly VertexInfo[], title: (vertexId: string) => string): readonly Column[] {
  return vertices
    .filter((vertex) => vertex.inputs.length === 0)
    .flatMap(({ id, subtasks }) => subtasks.map(({ index }) => ({ id: `${id}:${index}`, name: `${title(id)} ${index + 1}` })))
    .map((column, index) => ({ ...column, index }));
}

/** Up to three have hues; more are shades of plain water. */
export function columnColour(index: number, count: number): string {
  if (count <= HUES) return `var(--key-${index + 1})`;
  return `color-mix(in srgb, var(--water) ${100 - (index / count) * 60}%, var(--panel))`;
}
