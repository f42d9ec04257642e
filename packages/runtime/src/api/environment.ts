import type {
  FilterFunction,
  FlatMapFunction,
  Key,
  KeyedProcessFunction,
  MapFunction,
  ProcessFunction,
  SinkFunction,
} from './functions.js';
import type { Sink } from './sink.js';
import type { Source, SourceFunction } from './source.js';
import type { TypeInformation } from './types.js';

/** Where a job says what it is made of. Calls only describe; nothing runs. */
export interface StreamExecutionEnvironment {
  /** Default of every operator that says nothing itself. */
  setParallelism(parallelism: number): this;
  /** Number of key groups; 1 … 32768. */
  setMaxParallelism(maxParallelism: number): this;
  /**
   * Records that come over an exchange are not made anew each: a function is given the same object every time, whose fields are read from the buffer when they are
   * asked for. It is valid during the call only: what is to be kept beyond it must be copied (`{ ...record }`), and it cannot be written to. What is emitted, put into
   * state, published or given to a sink is copied where need be. Off unless called; concerns records of a declared type.
   */
  enableObjectReuse(): this;
  fromSource<T, S>(source: Source<T, S>, type: TypeInformation<T>): SingleOutputStreamOperator<T>;
  addSource<T>(source: SourceFunction<T>, type?: TypeInformation<T>): SingleOutputStreamOperator<T>;
}

export interface DataStream<T> {
  map<R>(fn: MapFunction<T, R>, type?: TypeInformation<R>): SingleOutputStreamOperator<R>;
  filter(fn: FilterFunction<T>): SingleOutputStreamOperator<T>;
  flatMap<R>(fn: FlatMapFunction<T, R>, type?: TypeInformation<R>): SingleOutputStreamOperator<R>;
  process<R>(fn: ProcessFunction<T, R>, type?: TypeInformation<R>): SingleOutputStreamOperator<R>;
  /** By a field's name or a function; both must give a string, number, bigint or boolean. */
  keyBy<F extends KeyFields<T>>(field: F): KeyedStream<T, T[F] & Key>;
  keyBy<K extends Key>(selector: (value: T) => K): KeyedStream<T, K>;
  union(...others: readonly DataStream<T>[]): DataStream<T>;
  /** Round robin over the subtasks of the next operator. */
  rebalance(): DataStream<T>;
  /** Every record to every subtask of the next operator. */
  broadcast(): DataStream<T>;
  addSink(fn: SinkFunction<T>): DataStreamSink;
  sinkTo(sink: Sink<T>): DataStreamSink;
}

/** Names of the fields of T whose values can be keys. */
export type KeyFields<T> = { [F in keyof T]-?: T[F] extends Key ? F : never }[keyof T] & string;

export interface KeyedStream<T, K extends Key> {
  process<R>(fn: KeyedProcessFunction<K, T, R>, type?: TypeInformation<R>): SingleOutputStreamOperator<R>;
}

/** Settings of the operator that a call just made. */
export interface OperatorSettings {
  /** Stable name of the operator in checkpoints; required on stateful ones, unique in the job. */
  uid(uid: string): this;
  name(name: string): this;
  setParallelism(parallelism: number): this;
  setMaxParallelism(maxParallelism: number): this;
  /** Operators of one group share slots; an operator takes its inputs' group unless told, `default` at first. */
  slotSharingGroup(group: string): this;
  /** Runs as a task of its own. */
  disableChaining(): this;
}

export interface SingleOutputStreamOperator<T> extends DataStream<T>, OperatorSettings {}
export interface DataStreamSink extends OperatorSettings {}
