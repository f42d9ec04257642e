import type { Collector, Counter, KeyedProcessContext, RichFunction, RuntimeContext } from '../api/functions.js';
import type { SinkWriter } from '../api/sink.js';
import type { OperatorDescription } from '../graph/stream-graph.js';
import { compileApart } from '../memory/compile-apart.js';
import { plain } from '../memory/record-view.js';
import type { KeyContext } from '../state/key-context.js';

/**
 * One operator of a task's chain. Calls, all from the task's thread: `open` (after its state is restored) → `processElement`
 * again and again → `finish` if the input ended → `stop` → `close`.
 */
export interface OneInputOperator {
  open(context: RuntimeContext): void | Promise<void>;
  /** Called without the operator as `this`: it is a part of the code that the chain compiles to. */
  readonly processElement: (value: unknown) => void;
  /** The last chance to put what it holds into its state, just before that is taken. */
  snapshotState?(checkpointId: number): void;
  /** First phase of the commit: what becomes part of the checkpoint. */
  prepareCommit?(checkpointId: number): readonly PreparedPart[];
  notifyCheckpointComplete?(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
  finish(): void;
  /** Begins nothing more of what it does asynchronously; resolves once what it has begun is through, or has failed. */
  stop?(): Promise<void>;
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
      return new FunctionOperator(fn, apart('collect(map(value))', { map, collect: output.collect }));
    }
    case 'filter': {
      const fn = description.fn as ((value: unknown) => boolean) | (RichFunction & { filter(value: unknown): boolean });
      const filter = typeof fn === 'function' ? fn : (value: unknown) => fn.filter(value);
      return new FunctionOperator(fn, apart('filter(value) && collect(value)', { filter, collect: output.collect }));
    }
    case 'flat-map': {
      const fn = description.fn as
        | ((value: unknown, out: Collector<unknown>) => void)
        | (RichFunction & { flatMap(value: unknown, out: Collector<unknown>): void });
      const flatMap = typeof fn === 'function' ? fn : (value: unknown, out: Collector<unknown>) => fn.flatMap(value, out);
      return new FunctionOperator(fn, apart('flatMap(value, output)', { flatMap, output }));
    }
    case 'process': {
      const fn = description.fn as RichFunction & { processElement(value: unknown, context: object, out: Collector<unknown>): void };
      return new FunctionOperator(fn, apart('fn.processElement(value, context, output)', { fn, context: NO_KEY, output }));
    }
    case 'keyed-process': {
      const fn = description.fn as RichFunction & {
        processElement(value: unknown, context: KeyedProcessContext<never>, out: Collector<unknown>): void;
      };
      const context = { getCurrentKey: () => keyContext.key as never };
      return new FunctionOperator(fn, apart('fn.processElement(value, context, output)', { fn, context, output }));
    }
    case 'sink-function': {
      const fn = description.fn as
        | ((value: unknown) => void | Promise<void>)
        | (RichFunction & { invoke(value: unknown): void | Promise<void> });
      const invoke = typeof fn === 'function' ? fn : (value: unknown) => fn.invoke(value);
      const { write, stop } = sequentially(invoke, waitFor);
      return new FunctionOperator(fn, write, stop);
    }
    case 'sink':
      return new SinkOperator(description, waitFor);
    case 'source':
    case 'legacy-source':
      throw new Error(`a ${description.type} reads no input`);
  }
}

const NO_KEY = {};

/** What an operator does with a value, as code with a type feedback of its own: operators of one kind must not make each other's calls megamorphic. */
function apart(call: string, names: Readonly<Record<string, unknown>>): (value: unknown) => void {
  return compileApart(`'use strict'; return (value) => { ${call}; };`, names) as (value: unknown) => void;
}

interface Hooks extends RichFunction {
  snapshotState?(checkpointId: number): void;
  notifyCheckpointComplete?(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
}

/** Any operator that is a user function and a way to call it. */
class FunctionOperator implements OneInputOperator {
  readonly processElement: (value: unknown) => void;
  readonly stop: () => Promise<void>;
  readonly #fn: Hooks;

  constructor(fn: unknown, processElement: (value: unknown) => void, stop: () => Promise<void> = () => Promise.resolve()) {
    this.#fn = fn as Hooks;
    this.processElement = processElement;
    this.stop = stop;
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
  #writes: SequentialWrites | undefined;

  constructor(description: Extract<OperatorDescription, { type: 'sink' }>, waitFor: WaitFor) {
    this.#sink = description.sink;
    this.#waitFor = waitFor;
  }

  open(context: RuntimeContext): void {
    const writer = this.#sink.createWriter(context) as SinkWriter<unknown>;
    this.#writer = writer;
    this.#writes = sequentially((value) => writer.write(value), this.#waitFor);
  }

  readonly processElement = (value: unknown): void => {
    (this.#writes as SequentialWrites).write(value);
  };

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

  async stop(): Promise<void> {
    await this.#writes?.stop();
  }

  close(): void | Promise<void> {
    return this.#writer?.close?.();
  }
}

interface SequentialWrites {
  readonly write: (value: unknown) => void;
  readonly stop: () => Promise<void>;
}

/** One element after the other, also where the function is asynchronous; the task waits meanwhile. */
function sequentially(write: (value: unknown) => void | Promise<void>, waitFor: WaitFor): SequentialWrites {
  let waiting: unknown[] | undefined;
  let draining: Promise<void> | undefined;
  let stopped = false;
  const drain = async (first: Promise<void>, queue: unknown[]): Promise<void> => {
    await first;
    for (let next = 0; next < queue.length && !stopped; next++) await write(queue[next]);
    waiting = undefined;
  };
  return {
    write: (given) => {
      // A sink keeps what it is given, or awaits with it.
      const value = plain(given);
      if (waiting !== undefined) {
        waiting.push(value);
        return;
      }
      const result = write(value);
      if (result instanceof Promise) {
        waiting = [];
        draining = drain(result, waiting);
        waitFor(draining);
      }
    },
    stop: async () => {
      stopped = true;
      await draining?.catch(() => {});
    },
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
