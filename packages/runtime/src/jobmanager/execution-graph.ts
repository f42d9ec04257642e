import type { ExecutionState, SubtaskInfo, VertexInfo } from '@weir/protocol';
import type { JobGraph, JobVertex } from '../graph/job-graph.js';
import type { TaskCounters } from '../rpc/taskmanager-messages.js';
import { allocateTaskMetrics, TaskMetricsReader } from '../taskmanager/task-metrics.js';
import type { Slot } from './slot-pool.js';

const STATES: readonly ExecutionState[] = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
  'RECONCILING',
];

/** One attempt at one subtask. */
export class Execution {
  readonly vertex: JobVertex;
  readonly subtask: number;
  readonly attempt: number;
  readonly slot: Slot;
  readonly metricsMemory = allocateTaskMetrics();
  readonly metrics = new TaskMetricsReader(this.metricsMemory);
  state: ExecutionState = 'CREATED';
  inputEnded = false;
  counters: Readonly<Record<string, number>> | undefined;
  readonly #timestamps: Record<ExecutionState, number>;

  constructor(vertex: JobVertex, subtask: number, attempt: number, slot: Slot, at: number) {
    this.vertex = vertex;
    this.subtask = subtask;
    this.attempt = attempt;
    this.slot = slot;
    this.#timestamps = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<ExecutionState, number>;
    this.#timestamps.CREATED = Math.round(at);
  }

  enter(state: ExecutionState, at: number): void {
    this.state = state;
    // Whole milliseconds, as Flink gives them.
    this.#timestamps[state] = Math.round(at);
  }

  get isTerminal(): boolean {
    return this.state === 'FINISHED' || this.state === 'CANCELED' || this.state === 'FAILED';
  }

  info(now: number): SubtaskInfo {
    const metrics = this.metrics.sample(now, this.state === 'RUNNING');
    return {
      index: this.subtask,
      attempt: this.attempt,
      state: this.state,
      taskManagerId: this.slot.taskManagerId,
      slot: this.slot.slot,
      timestamps: { ...this.#timestamps },
      metrics: this.counters === undefined ? metrics : { ...metrics, operatorCounters: this.counters },
    };
  }
}

/** All subtasks of one execution attempt of a job. */
export class ExecutionGraph {
  readonly graph: JobGraph;
  readonly attempt: number;
  readonly executions: readonly Execution[];

  constructor(graph: JobGraph, attempt: number, slots: ReadonlyMap<string, readonly Slot[]>, at: number) {
    this.graph = graph;
    this.attempt = attempt;
    this.executions = graph.vertices.flatMap((vertex) =>
      Array.from({ length: vertex.parallelism }, (_, subtask) => {
        return new Execution(vertex, subtask, attempt, slots.get(vertex.id)?.[subtask] as Slot, at);
      }),
    );
  }

  find(vertexId: string, subtask: number): Execution | undefined {
    return this.executions.find((execution) => execution.vertex.id === vertexId && execution.subtask === subtask);
  }

  all(state: ExecutionState): boolean {
    return this.executions.every((execution) => execution.state === state);
  }

  /** Of those that have a task of it. */
  get taskManagerIds(): ReadonlySet<string> {
    return new Set(this.executions.map((execution) => execution.slot.taskManagerId));
  }

  get inputEnded(): boolean {
    return this.executions.every((execution) => execution.inputEnded);
  }

  /** Ends what has not ended, as of a failure or cancellation. */
  endAll(state: ExecutionState, at: number): void {
    for (const execution of this.executions) if (!execution.isTerminal) execution.enter(state, at);
  }

  setCounters(counters: readonly TaskCounters[]): void {
    for (const { vertexId, subtask, counters: values } of counters) {
      const execution = this.find(vertexId, subtask);
      if (execution !== undefined) execution.counters = values;
    }
  }

  vertexInfos(now: number): VertexInfo[] {
    return this.graph.vertices.map((vertex) => ({
      id: vertex.id,
      name: vertex.name,
      parallelism: vertex.parallelism,
      maxParallelism: vertex.maxParallelism,
      slotSharingGroup: vertex.slotSharingGroup,
      operators: vertex.operators.map(({ uid, name, kind }) => ({ uid, name, kind })),
      inputs: this.graph.edges
        .filter((edge) => edge.target === vertex.id)
        .map((edge) => ({ sourceVertexId: edge.source, shipStrategy: edge.shipStrategy })),
      subtasks: this.executions.filter((execution) => execution.vertex === vertex).map((execution) => execution.info(now)),
    }));
  }
}

/** The vertices of a job nothing of which has been deployed: no subtasks yet. */
export function undeployedVertices(graph: JobGraph): VertexInfo[] {
  return new ExecutionGraph({ ...graph, vertices: graph.vertices.map((vertex) => ({ ...vertex, parallelism: 0 })) }, 0, new Map(), 0)
    .vertexInfos(0)
    .map((vertex, index) => ({ ...vertex, parallelism: graph.vertices[index]?.parallelism ?? 0 }));
}
