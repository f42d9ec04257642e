import type { Counter, SourceReaderContext } from '@weir/runtime';

/** How things stand with a source: no part of its state. Each is there for people only once it has been set: until then it is not known. */
export class SourceGauges<Name extends string> {
  readonly #context: SourceReaderContext;
  readonly #counters = new Map<Name, Counter>();

  constructor(context: SourceReaderContext) {
    this.#context = context;
  }

  set(name: Name, value: number): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = this.#context.counter(name);
      this.#counters.set(name, counter);
    }
    counter.inc(value - counter.count);
  }
}
