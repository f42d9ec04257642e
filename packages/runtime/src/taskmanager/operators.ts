import type { Collector, Counter, KeyedProcessContext, RichFunction, RuntimeContext } from '../api/functions.js';
import type { SinkWriter } from '../api/sink.js';
import type { OperatorDescription } from '../graph/stream-graph.js';
import type { KeyContext } from '../state/key-context.js';

/**
 * One operator of a task's chain. Calls, all from the task's thread: `open` (after its state is restored) → `processElement`
 * again and again → `finish` if the input ended → `close`.
 */
export interface OneInputOperator {
  open(context: RuntimeContext): void | Promise<void>;
  processElement(value: unknown): void;
  /** The last chance to put what it holds into its state, just before that is taken. */
  snapshotState?(checkpointId: number): void;
  /** First phase of the commit: what becomes part of the checkpoint. */
  prepareCommit?(checkpointId: number): readonly PreparedPart[];
  notifyCheckpointComplete?(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
  finish(): void;
  close(): void | Promise<void>;
}

/** What a sink's writer handed over for a checkpoint. */
export interface PreparedPart {
  readonly checkpointId: number;
  readonly bytes: Uint8Array;
}

/** Lets an operator stop its task until a promise has settled. */
export type WaitFor = (promise: Promise<unknown>) => void;

export function createOperator(
  description: OperatorDescription,
  output: Collector<unknown>,
  keyContext: KeyContext,
  waitFor: WaitFor,
): OneInputOperator {
  switch (description.type) {
    case 'map': {
      const fn = description.fn as ((value: unknown) => unknown) | (RichFunction & { map(value: unknown): unknown });
      const map = typeof fn === 'function' ? fn : (value: unknown) => fn.map(value);
      return new FunctionOperator(fn, (value) => output.collect(map(value)));
    }
    case 'filter': {
      const fn = description.fn as ((value: unknown) => boolean) | (RichFunction & { filter(value: unknown): boolean });
      const filter = typeof fn === 'function' ? fn : (value: unknown) => fn.filter(value);
      return new FunctionOperator(fn, (value) => {
        if (filter(value)) output.collect(value);
      });
    }
    case 'flat-map': {
      const fn = description.fn as
        | ((value: unknown, out: Collector<unknown>) => void)
        | (RichFunction & { flatMap(value: unknown, out: Collector<unknown>): void });
      const flatMap = typeof fn === 'function' ? fn : (value: unknown, out: Collector<unknown>) => fn.flatMap(value, out);
      return new FunctionOperator(fn, (value) => flatMap(value, output));
    }
    case 'process': {
      const fn = description.fn as RichFunction & { processElement(value: unknown, context: object, out: Collector<unknown>): void };
      return new FunctionOperator(fn, (value) => fn.processElement(value, NO_KEY, output));
    }
    case 'keyed-process': {
      const fn = description.fn as RichFunction & {
        processElement(value: unknown, context: KeyedProcessContext<never>, out: Collector<unknown>): void;
      };
      const context = { getCurrentKey: () => keyContext.key as never };
      return new FunctionOperator(fn, (value) => fn.processElement(value, context, output));
    }
    case 'sink-function': {
      const fn = description.fn as
        | ((value: unknown) => void | Promise<void>)
        | (RichFunction & { invoke(value: unknown): void | Promise<void> });
      const write = typeof fn === 'function' ? fn : (value: unknown) => fn.invoke(value);
      return new FunctionOperator(fn, sequentially(write, waitFor));
    }
    case 'sink':
      return new SinkOperator(description, waitFor);
    case 'source':
    case 'legacy-source':
      throw new Error(`a ${description.type} reads no input`);
  }
}

const NO_KEY = {};

interface Hooks extends RichFunction {
  snapshotState?(checkpointId: number): void;
  notifyCheckpointComplete?(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
}

/** Any operator that is a user function and a way to call it. */
class FunctionOperator implements OneInputOperator {
  readonly processElement: (value: unknown) => void;
  readonly #fn: Hooks;

  constructor(fn: unknown, processElement: (value: unknown) => void) {
    this.#fn = fn as Hooks;
    this.processElement = processElement;
  }

  open(context: RuntimeContext): void | Promise<void> {
    return this.#fn.open?.(context);
  }

  snapshotState(checkpointId: number): void {
    this.#fn.snapshotState?.(checkpointId);
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#fn.notifyCheckpointComplete?.(checkpointId);
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.#fn.notifyCheckpointAborted?.(checkpointId);
  }

  finish(): void {
    this.#fn.finish?.();
  }

  close(): void | Promise<void> {
    return this.#fn.close?.();
  }
}

class SinkOperator implements OneInputOperator {
  readonly #sink: Extract<OperatorDescription, { type: 'sink' }>['sink'];
  readonly #waitFor: WaitFor;
  /**
   * Handed over for a checkpoint that, as far as is known here, has not been committed: should it fail, they belong to the next one. The next barrier may
   * be faster than the word of the commit, so each keeps its checkpoint's id, by which `SinkCommitters` passes over what has been committed.
   */
  #uncommitted: PreparedPart[] = [];
  #writer: SinkWriter<unknown> | undefined;
  #write: (value: unknown) => void = () => {
    throw new Error('the sink is not open');
  };

  constructor(description: Extract<OperatorDescription, { type: 'sink' }>, waitFor: WaitFor) {
    this.#sink = description.sink;
    this.#waitFor = waitFor;
  }

  open(context: RuntimeContext): void {
    const writer = this.#sink.createWriter(context) as SinkWriter<unknown>;
    this.#writer = writer;
    this.#write = sequentially((value) => writer.write(value), this.#waitFor);
  }

  processElement(value: unknown): void {
    this.#write(value);
  }

  prepareCommit(checkpointId: number): readonly PreparedPart[] {
    for (const bytes of this.#writer?.prepareCommit?.(checkpointId) ?? []) this.#uncommitted.push({ checkpointId, bytes });
    return [...this.#uncommitted];
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#uncommitted = this.#uncommitted.filter((each) => each.checkpointId > checkpointId);
    this.#writer?.notifyCheckpointComplete?.(checkpointId);
  }

  finish(): void {
    this.#writer?.finish?.();
  }

  close(): void | Promise<void> {
    return this.#writer?.close?.();
  }
}

/** One element after the other, also where the function is asynchronous; the task waits meanwhile. */
function sequentially(write: (value: unknown) => void | Promise<void>, waitFor: WaitFor): (value: unknown) => void {
  let waiting: unknown[] | undefined;
  const drain = async (first: Promise<void>, queue: unknown[]): Promise<void> => {
    await first;
    for (let next = 0; next < queue.length; next++) await write(queue[next]);
    waiting = undefined;
  };
  return (value) => {
    if (waiting !== undefined) {
      waiting.push(value);
      return;
    }
    const result = write(value);
    if (result instanceof Promise) {
      waiting = [];
      waitFor(drain(result, waiting));
    }
  };
}

export class SimpleCounter implements Counter {
  #count = 0;

  inc(by = 1): void {
    this.#count += by;
  }

  get count(): number {
    return this.#count;
  }
}
