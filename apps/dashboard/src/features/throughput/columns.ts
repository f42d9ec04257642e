import type { VertexInfo } from '@weir/protocol';
import { vertexName } from '../../format/names.js';

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

/** One for each source subtask. */
export function sourceColumns(vertices: readonly VertexInfo[]): readonly Column[] {
  return vertices
    .filter((vertex) => vertex.inputs.length === 0)
    .flatMap((vertex) =>
      vertex.subtasks.map((subtask) => ({ id: `${vertex.id}:${subtask.index}`, name: `${vertexName(vertex.name)} ${subtask.index + 1}` })),
    )
    .map((column, index) => ({ ...column, index }));
}

/** Up to three have hues; more are shades of plain water. */
export function columnColour(index: number, count: number): string {
  if (count <= HUES) return `var(--key-${index + 1})`;
  return `color-mix(in srgb, var(--water) ${100 - (index / count) * 60}%, var(--panel))`;
}
