import type { EdgeInfo, ShipStrategy, VertexInfo } from '@weir/protocol';

/** What part a vertex plays in the picture. */
export type VertexRole = 'source' | 'keyed' | 'operator' | 'sink';

export interface MachineEdge {
  readonly id: string;
  readonly sourceVertexId: string;
  readonly targetVertexId: string;
  readonly strategy: ShipStrategy;
}

export interface MachineColumn {
  /** Topological level: the longest way from a source. */
  readonly level: number;
  readonly vertices: readonly VertexInfo[];
  /** Whether records change subtasks on the way to the next column: the gap is wide, and has a gate if they go by key. */
  readonly exchangeAfter: boolean;
}

export interface Topology {
  readonly columns: readonly MachineColumn[];
  readonly edges: readonly MachineEdge[];
  readonly roles: ReadonlyMap<string, VertexRole>;
}

/** Columns by topological level, for a job graph of any shape. Pure. */
export function topologyOf(vertices: readonly VertexInfo[]): Topology {
  const levels = levelsOf(vertices);
  const edges = vertices.flatMap((vertex) =>
    vertex.inputs.map((input, ordinal): MachineEdge => ({ id: edgeId(vertex.id, ordinal), targetVertexId: vertex.id, ...endOf(input) })),
  );
  const count = Math.max(0, ...levels.values()) + 1;
  const columns = Array.from({ length: vertices.length === 0 ? 0 : count }, (_, level): MachineColumn => {
    const own = vertices.filter((vertex) => levels.get(vertex.id) === level);
    const ids = new Set(own.map((vertex) => vertex.id));
    return {
      level,
      vertices: own,
      exchangeAfter: edges.some((edge) => ids.has(edge.sourceVertexId) && edge.strategy !== 'FORWARD'),
    };
  });
  return { columns, edges, roles: new Map(vertices.map((vertex) => [vertex.id, roleOf(vertex)])) };
}

function endOf(input: EdgeInfo): Pick<MachineEdge, 'sourceVertexId' | 'strategy'> {
  return { sourceVertexId: input.sourceVertexId, strategy: input.shipStrategy };
}

function edgeId(targetVertexId: string, ordinal: number): string {
  return `${targetVertexId}<${ordinal}`;
}

function roleOf(vertex: VertexInfo): VertexRole {
  if (vertex.inputs.length === 0) return 'source';
  if (vertex.inputs.some((input) => input.shipStrategy === 'HASH')) return 'keyed';
  return vertex.operators.some((operator) => operator.kind === 'sink') ? 'sink' : 'operator';
}

/** A cycle cannot be in a job graph; should one arrive, each vertex is visited at most once per path, so that this ends. */
function levelsOf(vertices: readonly VertexInfo[]): ReadonlyMap<string, number> {
  const byId = new Map(vertices.map((vertex) => [vertex.id, vertex]));
  const levels = new Map<string, number>();
  const level = (vertex: VertexInfo, open: ReadonlySet<string>): number => {
    const known = levels.get(vertex.id);
    if (known !== undefined) return known;
    let found = 0;
    for (const { sourceVertexId } of vertex.inputs) {
      const source = byId.get(sourceVertexId);
      if (source !== undefined && !open.has(sourceVertexId)) found = Math.max(found, level(source, new Set([...open, vertex.id])) + 1);
    }
    levels.set(vertex.id, found);
    return found;
  };
  for (const vertex of vertices) level(vertex, new Set());
  return levels;
}
