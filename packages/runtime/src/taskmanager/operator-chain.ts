import type { Collector, Counter, ListStateDescriptor, RuntimeContext, ValueStateDescriptor } from '../api/index.js';
import type { Source, SourceReader } from '../api/source.js';
import { ListStateDescriptor as OperatorState } from '../api/state.js';
import { SOURCE_READER_STATE } from '../checkpoint/checkpoint-reader.js';
import { committableName } from '../checkpoint/sink-committers.js';
import { InvalidConfigurationError } from '../common/errors.js';
import { computeKeyGroupRangeForOperatorIndex } from '../graph/key-groups.js';
import type { StreamGraph, StreamNode } from '../graph/stream-graph.js';
import type { RecordWriter } from '../network/record-writer.js';
import type { TaskDeployment } from '../rpc/taskmanager-messages.js';
import { KeyContext } from '../state/key-context.js';
import { DefaultOperatorStateBackend } from '../state/operator-state-backend.js';
import type {
  IncrementalSnapshot,
  KeyedStateBackend,
  KeyedStateBackendOptions,
  OperatorStateBackend,
  SnapshotRequest,
  SnapshotSection,
  StateSnapshot,
} from '../state/state-backend.js';
import { createOperator, type OneInputOperator, SimpleCounter, type WaitFor } from './operators.js';
import { adaptSourceFunction } from './source-adapter.js';

/** One operator with its state. */
export interface ChainedOperator {
  readonly uid: string;
  readonly name: string;
  readonly operator: OneInputOperator | undefined;
  readonly source:
    | { readonly reader: SourceReader<unknown, unknown>; readonly state: ReturnType<OperatorStateBackend['getListState']> }
    | undefined;
  readonly keyed: KeyedStateBackend | undefined;
  readonly operatorState: OperatorStateBackend;
  readonly context: RuntimeContext;
  readonly counters: Map<string, Counter>;
}

export interface TaskEnvironment {
  readonly jobId: string;
  readonly lineage: string;
  readonly taskManagerId: string;
  readonly restoredCheckpointId: number | undefined;
  readonly publish: (topic: string, payload: unknown) => void;
  /** Of the backend that the job is configured with. */
  readonly createKeyedState: (options: KeyedStateBackendOptions, waitFor: WaitFor) => KeyedStateBackend;
}

/** Operators of one task, connected head to tail and to the task's outputs. Built before state is restored, opened after. */
export class OperatorChain {
  readonly operators: readonly ChainedOperator[];
  readonly keyContext = new KeyContext();
  /** Where input goes; the source's output if the head is one. */
  readonly head: Collector<unknown>;

  constructor(
    graph: StreamGraph,
    deployment: TaskDeployment,
    writers: ReadonlyMap<number, readonly RecordWriter[]>,
    environment: TaskEnvironment,
    waitFor: WaitFor,
  ) {
    const built: ChainedOperator[] = [];
    const inputOf = new Map<number, (value: unknown) => void>();
    // Tail first: an operator's output must exist before it.
    for (const link of [...deployment.chain].reverse()) {
      const node = graph.nodes[link.node] as StreamNode;
      const targets = graph.edges.flatMap((edge) => {
        const chained = edge.from === link.node ? inputOf.get(edge.to) : undefined;
        return chained === undefined ? [] : [chained];
      });
      for (const writer of writers.get(link.node) ?? []) targets.push(writer.emit);
      const output = { collect: fanOut(targets) };
      const member = this.#build(node, link, deployment, environment, output, waitFor);
      built.unshift(member);
      const operator = member.operator;
      inputOf.set(link.node, operator === undefined ? output.collect : operator.processElement);
    }
    this.operators = built;
    this.head = { collect: inputOf.get((deployment.chain[0] as { node: number }).node) as (value: unknown) => void };
  }

  #build(
    node: StreamNode,
    link: TaskDeployment['chain'][number],
    deployment: TaskDeployment,
    environment: TaskEnvironment,
    output: Collector<unknown>,
    waitFor: WaitFor,
  ): ChainedOperator {
    const description = node.operator;
    const keyed =
      description.type === 'keyed-process'
        ? environment.createKeyedState(
            {
              operatorUid: link.uid,
              keyContext: this.keyContext,
              maxParallelism: link.maxParallelism,
              keyGroupRange: computeKeyGroupRangeForOperatorIndex(link.maxParallelism, deployment.parallelism, deployment.subtask),
            },
            waitFor,
          )
        : undefined;
    const operatorState = new DefaultOperatorStateBackend(link.uid);
    const counters = new Map<string, Counter>();
    const context = makeContext(node, link, deployment, environment, keyed, operatorState, counters);
    const shared = { uid: link.uid, name: link.name, keyed, operatorState, context, counters };
    if (description.type === 'source' || description.type === 'legacy-source') {
      const source: Source<unknown, unknown> = description.type === 'source' ? description.source : adaptSourceFunction(description.source);
      const state = operatorState.getListState(new OperatorState(SOURCE_READER_STATE, source.stateType));
      return { ...shared, operator: undefined, source: { reader: source.createReader(context), state } };
    }
    return { ...shared, operator: createOperator(description, output, this.keyContext, waitFor), source: undefined };
  }

  /** Tells the keyed state of the head which keys come next. */
  get touch(): ((hashes: Int32Array, count: number) => void) | undefined {
    const keyed = this.operators[0]?.keyed;
    return keyed && ((hashes, count) => keyed.touch(hashes, count));
  }

  get source(): ChainedOperator['source'] {
    return this.operators[0]?.source;
  }

  /** If that fails, what was opened is closed again: the task is never heard of. */
  async open(): Promise<void> {
    const begun: ChainedOperator[] = [];
    try {
      // Tail first, as in Flink: an operator may emit in its own open.
      for (const member of [...this.operators].reverse()) {
        begun.unshift(member);
        await member.operator?.open(member.context);
      }
      const restored = this.operators[0]?.context.restoredCheckpointId !== undefined;
      await this.source?.reader.start(restored ? this.source.state.get() : undefined);
    } catch (error) {
      await closeAll(begun).catch(() => {});
      throw error;
    }
  }

  /** The synchronous part of a snapshot. */
  snapshot(request: SnapshotRequest): OperatorSnapshot[] {
    const { checkpointId } = request;
    return this.operators.map(({ uid, operator, source, keyed, operatorState }) => {
      operator?.snapshotState?.(checkpointId);
      if (source !== undefined) source.state.update([...source.reader.snapshotState(checkpointId)]);
      const parts: StateSnapshot[] = [operatorState.snapshot()];
      const keyedSnapshot = keyed?.snapshot(request);
      if (keyedSnapshot !== undefined) parts.unshift(keyedSnapshot);
      const sections = parts.flatMap((part) => part.sections);
      const committables = operator?.prepareCommit?.(checkpointId) ?? [];
      for (const id of new Set(committables.map((part) => part.checkpointId))) {
        const parts = committables.filter((part) => part.checkpointId === id).map((part) => part.bytes);
        sections.push(bytesSection(committableName(id), 'committable', parts));
      }
      return {
        uid,
        sections,
        incremental: keyedSnapshot?.incremental,
        release: () => {
          for (const part of parts) part.release();
        },
      };
    });
  }

  notifyCheckpointComplete(checkpointId: number): void {
    for (const { operator, source, keyed } of this.operators) {
      keyed?.notifyCheckpointComplete?.(checkpointId);
      operator?.notifyCheckpointComplete?.(checkpointId);
      source?.reader.notifyCheckpointComplete?.(checkpointId);
    }
  }

  notifyCheckpointAborted(checkpointId: number): void {
    for (const { operator, keyed } of this.operators) {
      keyed?.notifyCheckpointAborted?.(checkpointId);
      operator?.notifyCheckpointAborted?.(checkpointId);
    }
  }

  finish(): void {
    for (const { operator } of this.operators) operator?.finish();
  }

  close(): Promise<void> {
    return closeAll(this.operators);
  }

  counters(): Record<string, number> {
    const all: Record<string, number> = {};
    for (const { name, counters } of this.operators) {
      for (const [counter, value] of counters) all[`${name}.${counter}`] = value.count;
    }
    return all;
  }
}

/** Every one of them; rejects with what the first that failed threw. */
async function closeAll(operators: readonly ChainedOperator[]): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(operators.map(({ operator }) => operator?.stop?.()));
  for (const { operator, source, keyed } of operators) {
    try {
      await operator?.close();
      await source?.reader.close?.();
    } catch (error) {
      failures.push(error);
    }
    keyed?.dispose();
  }
  if (failures.length > 0) throw failures[0];
}

export interface OperatorSnapshot {
  readonly uid: string;
  readonly sections: SnapshotSection[];
  readonly incremental: IncrementalSnapshot | undefined;
  release(): void;
}

/** A section of bytes that are there already; `count`: the elements in them. */
export function bytesSection(
  name: string,
  kind: SnapshotSection['kind'],
  chunks: readonly Uint8Array[],
  count = chunks.length,
): SnapshotSection {
  let next = 0;
  return { name, kind, schema: null, count, nextChunk: () => chunks[next++] ?? null };
}

function fanOut(targets: readonly ((value: unknown) => void)[]): (value: unknown) => void {
  if (targets.length === 1) return targets[0] as (value: unknown) => void;
  return (value) => {
    for (const target of targets) target(value);
  };
}

function makeContext(
  node: StreamNode,
  link: TaskDeployment['chain'][number],
  deployment: TaskDeployment,
  environment: TaskEnvironment,
  keyed: KeyedStateBackend | undefined,
  operatorState: OperatorStateBackend,
  counters: Map<string, Counter>,
): RuntimeContext {
  return {
    jobId: environment.jobId,
    lineage: environment.lineage,
    operatorUid: link.uid,
    taskName: deployment.name,
    indexOfThisSubtask: deployment.subtask,
    numberOfParallelSubtasks: deployment.parallelism,
    maxNumberOfParallelSubtasks: link.maxParallelism,
    attemptNumber: deployment.attempt,
    taskManagerId: environment.taskManagerId,
    restoredCheckpointId: environment.restoredCheckpointId,
    getState: <T>(descriptor: ValueStateDescriptor<T>) => {
      if (keyed === undefined) {
        throw new InvalidConfigurationError(`operator ${node.name}: keyed state "${descriptor.name}" needs a keyBy before the operator.`);
      }
      return keyed.getValueState(descriptor);
    },
    getListState: <T>(descriptor: ListStateDescriptor<T>) => {
      if (node.uid === undefined) {
        throw new InvalidConfigurationError(`operator "${node.name}" keeps state but has no uid: call .uid('…') on it.`);
      }
      return operatorState.getListState(descriptor);
    },
    counter: (name) => {
      const existing = counters.get(name);
      if (existing !== undefined) return existing;
      const counter = new SimpleCounter();
      counters.set(name, counter);
      return counter;
    },
    publish: environment.publish,
  };
}
