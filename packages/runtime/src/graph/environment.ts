import type { ShipStrategy } from '@weir/protocol';
import type {
  DataStream,
  DataStreamSink,
  KeyedStream,
  SingleOutputStreamOperator,
  StreamExecutionEnvironment,
} from '../api/environment.js';
import type { Key, KeyedProcessFunction } from '../api/functions.js';
import type { JobDefinition, Parameters } from '../api/job.js';
import { json, type TypeInformation } from '../api/types.js';
import { InvalidConfigurationError } from '../common/errors.js';
import type { KeySelector, OperatorDescription, StreamEdge, StreamGraph, StreamNode } from './stream-graph.js';

/** Runs a job's `build` and returns what it described. Deterministic: the same definition and parameters give the same ids. */
export function buildStreamGraph<P>(definition: JobDefinition<P>, parameters: Parameters, parallelism: number): StreamGraph {
  const environment = new GraphBuilder(parallelism);
  definition.build(environment, definition.parameters(parameters));
  return environment.graph();
}

class GraphBuilder implements StreamExecutionEnvironment {
  readonly nodes: StreamNode[] = [];
  readonly edges: StreamEdge[] = [];
  #parallelism: number;
  #maxParallelism: number | undefined;
  #objectReuse = false;

  constructor(parallelism: number) {
    this.#parallelism = parallelism;
  }

  graph(): StreamGraph {
    return {
      nodes: this.nodes,
      edges: this.edges,
      parallelism: this.#parallelism,
      maxParallelism: this.#maxParallelism,
      objectReuse: this.#objectReuse,
    };
  }

  setParallelism(parallelism: number): this {
    this.#parallelism = positive(parallelism, 'parallelism');
    return this;
  }

  setMaxParallelism(maxParallelism: number): this {
    this.#maxParallelism = positive(maxParallelism, 'maxParallelism');
    return this;
  }

  enableObjectReuse(): this {
    this.#objectReuse = true;
    return this;
  }

  fromSource: StreamExecutionEnvironment['fromSource'] = (source, type) =>
    this.add({ type: 'source', source: source as never }, 'Source', type, []) as never;

  addSource: StreamExecutionEnvironment['addSource'] = (source, type) =>
    this.add({ type: 'legacy-source', source: source as never }, 'Source', type ?? json(), []) as never;

  add(operator: OperatorDescription, name: string, type: TypeInformation<unknown> | null, inputs: readonly Input[]): StreamOperator {
    const node: StreamNode = {
      id: this.nodes.length,
      operator,
      outputType: type === null ? null : type.schema,
      uid: undefined,
      name,
      parallelism: undefined,
      maxParallelism: undefined,
      slotSharingGroup: undefined,
      chaining: true,
    };
    this.nodes.push(node);
    for (const { node: from, ...edge } of inputs) this.edges.push({ from: from.id, to: node.id, ...edge });
    return new StreamOperator(this, node);
  }
}

interface Input {
  readonly node: StreamNode;
  readonly partitioner: ShipStrategy | undefined;
  readonly keySelector: KeySelector | undefined;
  readonly keyField?: string;
}

class Stream implements DataStream<unknown> {
  readonly builder: GraphBuilder;
  readonly inputs: readonly Input[];

  constructor(builder: GraphBuilder, inputs: readonly Input[]) {
    this.builder = builder;
    this.inputs = inputs;
  }

  #next(operator: OperatorDescription, name: string, type: TypeInformation<unknown> | null): StreamOperator {
    return this.builder.add(operator, name, type, this.inputs);
  }

  /** Filters and the like keep the type of what they are given. */
  #inputType(): TypeInformation<unknown> {
    const schemas = this.inputs.map((input) => JSON.stringify(input.node.outputType));
    return new Set(schemas).size === 1 ? { schema: this.inputs[0]?.node.outputType ?? { kind: 'json' } } : json();
  }

  map: DataStream<unknown>['map'] = (fn, type) => this.#next({ type: 'map', fn: fn as never }, 'Map', type ?? json()) as never;
  filter: DataStream<unknown>['filter'] = (fn) => this.#next({ type: 'filter', fn: fn as never }, 'Filter', this.#inputType()) as never;
  flatMap: DataStream<unknown>['flatMap'] = (fn, type) =>
    this.#next({ type: 'flat-map', fn: fn as never }, 'Flat Map', type ?? json()) as never;
  process: DataStream<unknown>['process'] = (fn, type) =>
    this.#next({ type: 'process', fn: fn as never }, 'Process', type ?? json()) as never;
  addSink: DataStream<unknown>['addSink'] = (fn) => this.#next({ type: 'sink-function', fn: fn as never }, 'Sink', null);
  sinkTo: DataStream<unknown>['sinkTo'] = (sink) => this.#next({ type: 'sink', sink: sink as never }, 'Sink', null);

  keyBy(selector: string | ((value: unknown) => Key)): KeyedStream<unknown, never> {
    const keySelector = typeof selector === 'string' ? (value: unknown) => (value as Record<string, Key>)[selector] as Key : selector;
    const named = typeof selector === 'string' ? { keyField: selector } : {};
    const inputs = this.inputs.map(({ node }): Input => ({ node, partitioner: 'HASH', keySelector: keySelector as KeySelector, ...named }));
    const builder = this.builder;
    return {
      process: ((fn: KeyedProcessFunction<never, never, unknown>, type?: TypeInformation<unknown>) =>
        builder.add({ type: 'keyed-process', fn }, 'KeyedProcess', type ?? json(), inputs)) as never,
    };
  }

  union(...others: readonly DataStream<unknown>[]): DataStream<unknown> {
    return new Stream(this.builder, [...this.inputs, ...others.flatMap((other) => (other as Stream).inputs)]);
  }

  rebalance(): DataStream<unknown> {
    return this.#partitioned('REBALANCE');
  }

  broadcast(): DataStream<unknown> {
    return this.#partitioned('BROADCAST');
  }

  #partitioned(partitioner: ShipStrategy): DataStream<unknown> {
    return new Stream(
      this.builder,
      this.inputs.map((input) => ({ ...input, partitioner })),
    );
  }
}

class StreamOperator extends Stream implements SingleOutputStreamOperator<unknown>, DataStreamSink {
  readonly #node: StreamNode;

  constructor(builder: GraphBuilder, node: StreamNode) {
    super(builder, [{ node, partitioner: undefined, keySelector: undefined }]);
    this.#node = node;
  }

  uid(uid: string): this {
    if (uid === '') throw new InvalidConfigurationError('uid must not be empty: it names the operator in checkpoints.');
    if (uid.includes('->')) {
      throw new InvalidConfigurationError(
        `uid ${uid} must not hold "->": exchanges are named in checkpoints by the uids of both ends with that between them.`,
      );
    }
    this.#node.uid = uid;
    return this;
  }

  name(name: string): this {
    this.#node.name = name;
    return this;
  }

  setParallelism(parallelism: number): this {
    this.#node.parallelism = positive(parallelism, 'parallelism');
    return this;
  }

  setMaxParallelism(maxParallelism: number): this {
    this.#node.maxParallelism = positive(maxParallelism, 'maxParallelism');
    return this;
  }

  slotSharingGroup(group: string): this {
    this.#node.slotSharingGroup = group;
    return this;
  }

  disableChaining(): this {
    this.#node.chaining = false;
    return this;
  }
}

function positive(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 1 || value > 32_768) {
    throw new InvalidConfigurationError(`${what} must be a whole number from 1 to 32768, not ${value}.`);
  }
  return value;
}
