import { createHash } from 'node:crypto';
import type { OperatorInfo, ShipStrategy } from '@weir/protocol';
import type { TypeSchema } from '../api/types.js';
import { InvalidConfigurationError } from '../common/errors.js';
import { operatorKind, type StreamEdge, type StreamGraph, type StreamNode } from './stream-graph.js';

/**
 * What the JobManager schedules: chains of operators and the exchanges between them. Plain data; the functions stay behind in the bundle
 * and are found again by node id.
 */
export interface JobGraph {
  readonly name: string;
  /** In topological order: inputs before what reads them. */
  readonly vertices: readonly JobVertex[];
  readonly edges: readonly JobEdge[];
}

export interface JobVertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly slotSharingGroup: string;
  /** Node ids of the StreamGraph, head first. */
  readonly chain: readonly number[];
  readonly operators: readonly JobOperator[];
}

export interface JobOperator extends OperatorInfo {
  readonly maxParallelism: number;
  /** Has a committer, so its checkpoints are committed in the JobManager. */
  readonly commits: boolean;
}

export interface JobEdge {
  /** Index in `edges`. */
  readonly index: number;
  readonly source: string;
  readonly target: string;
  /** The node of the source vertex that emits into it (the tail of its chain, or one before a branch). */
  readonly sourceNode: number;
  readonly targetNode: number;
  readonly shipStrategy: ShipStrategy;
  readonly type: TypeSchema;
}

export function createJobGraph(name: string, graph: StreamGraph): JobGraph {
  if (graph.nodes.length === 0)
    throw new InvalidConfigurationError(`job ${name} has no operators: build() must describe at least a source.`);
  const nodes = resolve(graph);
  const chains = chain(graph, nodes);
  const vertexOf = new Map<number, JobVertex>();
  const vertices = chains.map((ids) => {
    const vertex = makeVertex(ids, nodes);
    for (const id of ids) vertexOf.set(id, vertex);
    return vertex;
  });
  checkUids(nodes);
  const edges: JobEdge[] = [];
  for (const edge of graph.edges) {
    const source = vertexOf.get(edge.from) as JobVertex;
    const target = vertexOf.get(edge.to) as JobVertex;
    if (source === target) continue;
    const from = nodes[edge.from] as ResolvedNode;
    edges.push({
      index: edges.length,
      source: source.id,
      target: target.id,
      sourceNode: edge.from,
      targetNode: edge.to,
      shipStrategy: partitionerOf(edge, nodes),
      type: from.node.outputType as TypeSchema,
    });
  }
  return { name, vertices, edges };
}

interface ResolvedNode {
  readonly node: StreamNode;
  readonly uid: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly group: string;
}

function resolve(graph: StreamGraph): ResolvedNode[] {
  const resolved: ResolvedNode[] = [];
  for (const node of graph.nodes) {
    const inputs = graph.edges.filter((edge) => edge.to === node.id);
    const groups = new Set(inputs.map((edge) => (resolved[edge.from] as ResolvedNode).group));
    const parallelism = node.parallelism ?? graph.parallelism;
    const maxParallelism = node.maxParallelism ?? graph.maxParallelism ?? defaultMaxParallelism(parallelism);
    if (parallelism > maxParallelism) {
      throw new InvalidConfigurationError(
        `operator ${node.uid ?? node.name}: parallelism ${parallelism} is above its maxParallelism ${maxParallelism}; raise maxParallelism or lower parallelism.`,
      );
    }
    resolved.push({
      node,
      uid: node.uid ?? `_${node.id}`,
      parallelism,
      maxParallelism,
      group: node.slotSharingGroup ?? (groups.size === 1 ? ([...groups][0] as string) : 'default'),
    });
  }
  return resolved;
}

/** Flink's default: a power of two at least half above the parallelism, from 128 to 32768. */
function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + (parallelism >> 1);
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(wanted)), 128), 32_768);
}

function partitionerOf(edge: StreamEdge, nodes: readonly ResolvedNode[]): ShipStrategy {
  const same = (nodes[edge.from] as ResolvedNode).parallelism === (nodes[edge.to] as ResolvedNode).parallelism;
  return edge.partitioner ?? (same ? 'FORWARD' : 'REBALANCE');
}

function isChainable(edge: StreamEdge, graph: StreamGraph, nodes: readonly ResolvedNode[]): boolean {
  const from = nodes[edge.from] as ResolvedNode;
  const to = nodes[edge.to] as ResolvedNode;
  return (
    partitionerOf(edge, nodes) === 'FORWARD' &&
    from.group === to.group &&
    from.node.chaining &&
    to.node.chaining &&
    // Key groups of operators in one chain must not differ, else a rescale would split them (FLINK-26358).
    (from.maxParallelism === to.maxParallelism || to.node.operator.type !== 'keyed-process') &&
    graph.edges.filter((other) => other.to === edge.to).length === 1
  );
}

/** Nodes of each chain, heads in topological order (nodes are numbered as they were described, inputs first). */
function chain(graph: StreamGraph, nodes: readonly ResolvedNode[]): number[][] {
  const chains: number[][] = [];
  const chainOf = new Map<number, number[]>();
  for (const { node } of nodes) {
    const edge = graph.edges.find((candidate) => candidate.to === node.id && isChainable(candidate, graph, nodes));
    const joined = edge === undefined ? undefined : chainOf.get(edge.from);
    if (joined === undefined) {
      const fresh = [node.id];
      chains.push(fresh);
      chainOf.set(node.id, fresh);
    } else {
      joined.push(node.id);
      chainOf.set(node.id, joined);
    }
  }
  return chains;
}

function makeVertex(ids: readonly number[], nodes: readonly ResolvedNode[]): JobVertex {
  const members = ids.map((id) => nodes[id] as ResolvedNode);
  const head = members[0] as ResolvedNode;
  return {
    id: createHash('md5').update(head.uid).digest('hex'),
    name: members.map(({ node }) => displayName(node)).join(' -> '),
    parallelism: head.parallelism,
    maxParallelism: head.maxParallelism,
    slotSharingGroup: head.group,
    chain: ids,
    operators: members.map(({ node, uid, maxParallelism }) => ({
      uid,
      name: node.name,
      kind: operatorKind(node.operator),
      maxParallelism,
      commits: node.operator.type === 'sink' && node.operator.sink.createCommitter !== undefined,
    })),
  };
}

function displayName(node: StreamNode): string {
  const kind = operatorKind(node.operator);
  if (kind === 'source') return `Source: ${node.name}`;
  return kind === 'sink' ? `Sink: ${node.name}` : node.name;
}

function checkUids(nodes: readonly ResolvedNode[]): void {
  const seen = new Set<string>();
  for (const { node, uid } of nodes) {
    const stateful = ['keyed-process', 'source', 'legacy-source', 'sink'].includes(node.operator.type);
    if (stateful && node.uid === undefined) {
      throw new InvalidConfigurationError(
        `operator "${node.name}" keeps state but has no uid: call .uid('…') on it, so that a checkpoint can find it again.`,
      );
    }
    if (seen.has(uid)) throw new InvalidConfigurationError(`uid ${uid} is used twice: each operator needs its own.`);
    seen.add(uid);
  }
}
