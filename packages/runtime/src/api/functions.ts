import type { ListState, ListStateDescriptor, ValueState, ValueStateDescriptor } from './state.js';

/** What a key may be: its hash is Java's (`String`, `Integer`, `Long`, `Double`, `Boolean`), so key groups are Flink's. */
export type Key = string | number | bigint | boolean;

/** What a function knows of where it runs. One per operator and subtask attempt. */
export interface RuntimeContext {
  readonly jobId: string;
  /** The id of the first job of this line; the same after a restart under a new job id. */
  readonly lineage: string;
  readonly operatorUid: string;
  readonly taskName: string;
  readonly indexOfThisSubtask: number;
  readonly numberOfParallelSubtasks: number;
  readonly maxNumberOfParallelSubtasks: number;
  readonly attemptNumber: number;
  readonly taskManagerId: string;
  /** Checkpoint that this attempt was restored from; undefined when it started empty. */
  readonly restoredCheckpointId: number | undefined;
  /** Keyed state; only in functions behind a keyBy, and only in `open`. */
  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  /** Operator state; already restored when `open` runs. */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  /** A counter shown with the task's metrics. */
  counter(name: string): Counter;
  /**
   * Sends plain data to the engine's listeners (log lines, alerts for the page). Never in the way of the stream: beyond a
   * bounded rate they are left out and counted. A function as payload is called only if its result will be sent.
   */
  publish(topic: string, payload: unknown | (() => unknown)): void;
}

export interface Counter {
  inc(by?: number): void;
  readonly count: number;
}

/** Life of every function: `open` once, then elements, then `finish` if its input ended, then `close` (not after a crash). */
export interface RichFunction {
  open?(context: RuntimeContext): void | Promise<void>;
  /** All input has been processed; state may still be changed, the last checkpoint follows. */
  finish?(): void;
  close?(): void | Promise<void>;
}

/** Called before the state of this subtask is taken for a checkpoint; must be quick. */
export interface CheckpointedFunction {
  snapshotState(checkpointId: number): void;
}

export interface CheckpointListener {
  /** At most once per checkpoint, in order; may be missing altogether after a failure. */
  notifyCheckpointComplete(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
}

export interface Collector<T> {
  /** Never waits. */
  collect(value: T): void;
}

export type MapFunction<T, R> = ((value: T) => R) | (RichFunction & { map(value: T): R });
export type FilterFunction<T> = ((value: T) => boolean) | (RichFunction & { filter(value: T): boolean });
export type FlatMapFunction<T, R> =
  | ((value: T, out: Collector<R>) => void)
  | (RichFunction & { flatMap(value: T, out: Collector<R>): void });

/** What a function is told beside the element. Event time and timers will come in here. */
export type ProcessContext = object;

export interface KeyedProcessContext<K extends Key> {
  getCurrentKey(): K;
}

export interface ProcessFunction<T, R> extends RichFunction, Partial<CheckpointedFunction>, Partial<CheckpointListener> {
  processElement(value: T, context: ProcessContext, out: Collector<R>): void;
}

export interface KeyedProcessFunction<K extends Key, T, R>
  extends RichFunction,
    Partial<CheckpointedFunction>,
    Partial<CheckpointListener> {
  processElement(value: T, context: KeyedProcessContext<K>, out: Collector<R>): void;
}

/** A plain sink without transactions: at least once. A returned promise is waited for before the next element; the other tasks go on. */
export type SinkFunction<T> =
  | ((value: T) => void | Promise<void>)
  | (RichFunction & Partial<CheckpointedFunction> & Partial<CheckpointListener> & { invoke(value: T): void | Promise<void> });
