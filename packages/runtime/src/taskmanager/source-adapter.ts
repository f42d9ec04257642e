import type { Source, SourceFunction, SourceReader, SourceReaderContext } from '../api/source.js';
import { InputStatus, type ReaderOutput } from '../api/source.js';
import { json } from '../api/types.js';

const BATCH = 256;

/** Makes a source by generator look like one by reader. */
export function adaptSourceFunction(fn: SourceFunction<unknown>): Source<unknown, unknown> {
  return {
    boundedness: 'CONTINUOUS_UNBOUNDED',
    stateType: json(),
    createReader: (context) => new GeneratorReader(fn, context),
  };
}

class GeneratorReader implements SourceReader<unknown, unknown> {
  readonly #fn: SourceFunction<unknown>;
  readonly #context: SourceReaderContext;
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  /** A `next()` that has not resolved yet, and what it resolved to. */
  #pending: Promise<void> | undefined;
  #arrived: IteratorResult<unknown> | undefined;
  #failure: { readonly thrown: unknown } | undefined;
  /** As of the last record handed over: the generator may be past its next change of state already. */
  #state: unknown;
  /** An asynchronous generator works on the next record while the state of the last one is taken: it must not change that. */
  #runsAhead = false;

  constructor(fn: SourceFunction<unknown>, context: SourceReaderContext) {
    this.#fn = fn;
    this.#context = context;
  }

  start(restored: readonly unknown[] | undefined): void {
    this.#state = restored?.[0];
    const iterable = this.#fn.run(this.#context, restored?.[0]);
    this.#runsAhead = Symbol.asyncIterator in iterable;
    this.#iterator =
      Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : (iterable as Iterable<unknown>)[Symbol.iterator]();
  }

  pollNext(output: ReaderOutput<unknown>): InputStatus {
    for (let taken = 0; taken < BATCH; taken++) {
      if (this.#failure !== undefined) throw this.#failure.thrown;
      if (this.#pending !== undefined) return InputStatus.NOTHING_AVAILABLE;
      const result = this.#arrived ?? (this.#iterator as Iterator<unknown>).next();
      this.#arrived = undefined;
      if (result instanceof Promise) {
        this.#await(result as Promise<IteratorResult<unknown>>);
        continue;
      }
      if (result.done === true) return InputStatus.END_OF_INPUT;
      output.collect(result.value);
      const state = this.#fn.snapshotState?.();
      this.#state = this.#runsAhead && typeof state === 'object' ? structuredClone(state) : state;
      if (!output.hasRoom()) break;
    }
    return InputStatus.MORE_AVAILABLE;
  }

  #await(next: Promise<IteratorResult<unknown>>): void {
    this.#pending = next
      .then(
        (result) => {
          this.#arrived = result;
        },
        (thrown: unknown) => {
          this.#failure = { thrown };
        },
      )
      .finally(() => {
        this.#pending = undefined;
      });
  }

  isAvailable(): Promise<void> {
    return this.#pending ?? Promise.resolve();
  }

  snapshotState(): readonly unknown[] {
    return this.#state === undefined ? [] : [this.#state];
  }

  /** Lets the generator clean up (its `finally`). One that is at work does so when it gets there; nothing waits for that. */
  async close(): Promise<void> {
    this.#fn.cancel?.();
    const working = this.#pending !== undefined;
    const cleanedUp = Promise.resolve(this.#iterator?.return?.());
    if (working) cleanedUp.catch(() => {});
    else await cleanedUp;
  }
}
