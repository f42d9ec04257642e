import type { RestorePoint } from '../checkpoint/checkpoint-restore.js';
import { assignState } from '../checkpoint/state-assignment.js';
import { exchangeName } from '../graph/exchange-name.js';
import type { JobEdge, JobGraph } from '../graph/job-graph.js';
import { ringBytes } from '../network/ring-layout.js';
import type { EdgeDeployment, InputDeployment, OutputDeployment, TaskDeployment } from '../rpc/taskmanager-messages.js';
import type { Execution, ExecutionGraph } from './execution-graph.js';

/** Buffers of a channel: enough to keep both ends busy while the other has its turn, few enough for a job of many channels. */
const SEGMENTS = 8;
const SEGMENTS_MANY = 4;
const MANY_CHANNELS = 1_024;

interface Channel {
  readonly from: number;
  readonly to: number;
  readonly memory: SharedArrayBuffer;
}

/** What each TaskManager is told to run: tasks by TaskManager id. `doorbellOf` gives the doorbell of a TaskManager. */
export function createDeployments(
  execution: ExecutionGraph,
  point: RestorePoint | undefined,
  doorbellOf: (taskManagerId: string) => SharedArrayBuffer,
): ReadonlyMap<string, readonly TaskDeployment[]> {
  const { graph } = execution;
  const channels = graph.edges.map((edge) => createChannels(graph, edge, channelCount(graph)));
  const byTaskManager = new Map<string, TaskDeployment[]>();
  for (const task of execution.executions) {
    const deployment = deploymentOf(task, execution, channels, point, doorbellOf);
    const list = byTaskManager.get(task.slot.taskManagerId) ?? [];
    list.push(deployment);
    byTaskManager.set(task.slot.taskManagerId, list);
  }
  return byTaskManager;
}

function deploymentOf(
  task: Execution,
  execution: ExecutionGraph,
  channels: readonly (readonly Channel[])[],
  point: RestorePoint | undefined,
  doorbellOf: (taskManagerId: string) => SharedArrayBuffer,
): TaskDeployment {
  const { graph } = execution;
  const { vertex, subtask } = task;
  const peer = (vertexId: string, index: number) => doorbellOf((execution.find(vertexId, index) as Execution).slot.taskManagerId);
  const inputs: InputDeployment[] = graph.edges
    .filter((edge) => edge.target === vertex.id)
    .map((edge) => ({
      edge: describe(graph, edge),
      channels: (channels[edge.index] as readonly Channel[])
        .filter((channel) => channel.to === subtask)
        .map((channel) => ({ memory: channel.memory, peer: peer(edge.source, channel.from), subtask: channel.from })),
    }));
  const outputs: OutputDeployment[] = graph.edges
    .filter((edge) => edge.source === vertex.id)
    .map((edge) => ({
      edge: describe(graph, edge),
      channels: (channels[edge.index] as readonly Channel[])
        .filter((channel) => channel.from === subtask)
        .map((channel) => ({ memory: channel.memory, peer: peer(edge.target, channel.to), subtask: channel.to })),
    }));
  return {
    vertexId: vertex.id,
    name: `${vertex.name} (${subtask + 1}/${vertex.parallelism})`,
    subtask,
    parallelism: vertex.parallelism,
    maxParallelism: vertex.maxParallelism,
    attempt: task.attempt,
    slot: task.slot.slot,
    chain: vertex.operators.map((operator, position) => ({
      node: vertex.chain[position] as number,
      uid: operator.uid,
      name: operator.name,
      maxParallelism: operator.maxParallelism,
    })),
    inputs,
    outputs,
    restore: point === undefined ? undefined : assignState(graph, vertex, subtask, point),
    metrics: task.metricsMemory,
  };
}

function describe(graph: JobGraph, edge: JobEdge): EdgeDeployment {
  const uidOf = (vertexId: string, node: number): string => {
    const vertex = graph.vertices.find((candidate) => candidate.id === vertexId);
    return vertex?.operators[vertex.chain.indexOf(node)]?.uid ?? '';
  };
  const target = graph.vertices.find((vertex) => vertex.id === edge.target);
  return {
    from: edge.sourceNode,
    to: edge.targetNode,
    name: exchangeName(uidOf(edge.source, edge.sourceNode), uidOf(edge.target, edge.targetNode)),
    shipStrategy: edge.shipStrategy,
    targetMaxParallelism: target?.maxParallelism ?? 1,
  };
}

function createChannels(graph: JobGraph, edge: JobEdge, total: number): Channel[] {
  const source = parallelismOf(graph, edge.source);
  const target = parallelismOf(graph, edge.target);
  const bytes = ringBytes(total > MANY_CHANNELS ? SEGMENTS_MANY : SEGMENTS);
  const channels: Channel[] = [];
  for (let from = 0; from < source; from++) {
    for (let to = 0; to < target; to++) {
      if (edge.shipStrategy === 'FORWARD' && from !== to) continue;
      channels.push({ from, to, memory: new SharedArrayBuffer(bytes) });
    }
  }
  return channels;
}

function channelCount(graph: JobGraph): number {
  return graph.edges.reduce((sum, edge) => {
    const source = parallelismOf(graph, edge.source);
    return sum + (edge.shipStrategy === 'FORWARD' ? source : source * parallelismOf(graph, edge.target));
  }, 0);
}

function parallelismOf(graph: JobGraph, vertexId: string): number {
  return graph.vertices.find((vertex) => vertex.id === vertexId)?.parallelism ?? 0;
}
