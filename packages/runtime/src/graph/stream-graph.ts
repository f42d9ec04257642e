import type { ShipStrategy } from '@weir/protocol';
import type {
  FilterFunction,
  FlatMapFunction,
  Key,
  KeyedProcessFunction,
  MapFunction,
  ProcessFunction,
  SinkFunction,
} from '../api/functions.js';
import type { Sink } from '../api/sink.js';
import type { Source, SourceFunction } from '../api/source.js';
import type { TypeSchema } from '../api/types.js';

/** What the user's program describes, node by node: the step before operators are chained into the vertices of a JobGraph. */
export interface StreamGraph {
  readonly nodes: readonly StreamNode[];
  readonly edges: readonly StreamEdge[];
  readonly parallelism: number;
  readonly maxParallelism: number | undefined;
  readonly objectReuse: boolean;
}

export interface StreamNode {
  readonly id: number;
  readonly operator: OperatorDescription;
  /** Type of what it emits; null for a sink. */
  readonly outputType: TypeSchema | null;
  uid: string | undefined;
  name: string;
  parallelism: number | undefined;
  maxParallelism: number | undefined;
  slotSharingGroup: string | undefined;
  chaining: boolean;
}

export interface StreamEdge {
  readonly from: number;
  readonly to: number;
  /** Undefined: forward where the parallelism allows it, else rebalance. */
  readonly partitioner: ShipStrategy | undefined;
  readonly keySelector: KeySelector | undefined;
  /** The field that `keySelector` takes, if it was given by name. */
  readonly keyField?: string;
}

export type KeySelector = (value: never) => Key;

/** An operator and the user's function in it. The function objects belong to one call of `build`, hence to one subtask. */
export type OperatorDescription =
  | { readonly type: 'source'; readonly source: Source<unknown, unknown> }
  | { readonly type: 'legacy-source'; readonly source: SourceFunction<unknown> }
  | { readonly type: 'map'; readonly fn: MapFunction<never, unknown> }
  | { readonly type: 'filter'; readonly fn: FilterFunction<never> }
  | { readonly type: 'flat-map'; readonly fn: FlatMapFunction<never, unknown> }
  | { readonly type: 'process'; readonly fn: ProcessFunction<never, unknown> }
  | { readonly type: 'keyed-process'; readonly fn: KeyedProcessFunction<never, never, unknown> }
  | { readonly type: 'sink-function'; readonly fn: SinkFunction<never> }
  | { readonly type: 'sink'; readonly sink: Sink<never> };

export function operatorKind(operator: OperatorDescription): 'source' | 'operator' | 'sink' {
  switch (operator.type) {
    case 'source':
    case 'legacy-source':
      return 'source';
    case 'sink':
    case 'sink-function':
      return 'sink';
    default:
      return 'operator';
  }
}
