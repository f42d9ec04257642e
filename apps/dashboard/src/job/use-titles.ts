import type { VertexInfo } from '@weir/protocol';
import { useCallback, useMemo } from 'react';
import { selectVertices } from '../connection/selectors.js';
import { useDashboard } from '../connection/store.js';
import { titlesOf } from './titles.js';
import { topologyOf } from './topology.js';

/** What each vertex is called on the page, by its id: the same in the drawing, the charts and the tables. */
function vertexTitles(vertices: readonly VertexInfo[]): ReadonlyMap<string, string> {
  const { columns, roles } = topologyOf(vertices);
  return titlesOf(columns, roles);
}

/** Made anew only when the graph changes, not with each figure of its tasks. */
export function useTitle(): (vertexId: string) => string {
  const shape = useDashboard((dashboard) => shapeOf(selectVertices(dashboard)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the vertices as far as their names go.
  const titles = useMemo(() => vertexTitles(selectVertices(useDashboard.getState())), [shape]);
  return useCallback((vertexId: string) => titles.get(vertexId) ?? vertexId, [titles]);
}

function shapeOf(vertices: readonly VertexInfo[]): string {
  return vertices.map(({ id, name, inputs }) => `${id} ${name} ${inputs.map(({ sourceVertexId }) => sourceVertexId)}`).join('\n');
}
