// Data plane: no allocation per access but for values that are objects.
import type { ValueState } from '../../api/state.js';
import { MemorySegment } from '../../memory/memory-segment.js';
import type { DiskState } from './disk-state.js';

/** What `getState` gives. Each value() of an object is a copy of its own: to change it, it has to be handed back. */
export class DiskValueState implements ValueState<unknown> {
  readonly #state: DiskState;
  readonly #default: unknown;
  readonly #encodedDefault: MemorySegment | undefined;

  constructor(state: DiskState, defaultValue: unknown) {
    this.#state = state;
    this.#default = defaultValue;
    if (typeof defaultValue !== 'object' || defaultValue === null) return;
    const { serializer } = state.codec;
    this.#encodedDefault = MemorySegment.allocate(serializer.maxSize(defaultValue));
    serializer.write(defaultValue, this.#encodedDefault, 0);
  }

  value(): unknown {
    if (this.#state.has()) return this.#state.read();
    // A function may change what it gets, and the default is every key's.
    return this.#encodedDefault === undefined ? this.#default : this.#state.codec.serializer.read(this.#encodedDefault, 0);
  }

  update(value: unknown): void {
    this.#state.put(value);
  }

  clear(): void {
    this.#state.remove();
  }
}
