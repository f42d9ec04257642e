// Data plane: no allocation per access.
import type { ValueState } from '../api/state.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { SerializationError } from '../memory/serialization-error.js';
import type { KeyedStateTable } from './keyed-state-table.js';

/**
 * What `getState` gives. One class for each way a value is stored, so that each stays monomorphic. All find the current key's entry through the
 * state's table, which remembers it: value() and then update() probe once.
 */
export function valueStateOver<T>(table: KeyedStateTable, defaultValue: T): ValueState<T> {
  switch (table.kind) {
    case 'object':
      return new ObjectValueState(table, defaultValue) as ValueState<unknown> as ValueState<T>;
    case 'boolean':
      return new BooleanValueState(table, defaultValue as boolean) as ValueState<unknown> as ValueState<T>;
    case 'int32':
    case 'int64':
    case 'float64':
      return new NumberValueState(table, defaultValue as number) as ValueState<unknown> as ValueState<T>;
  }
}

class NumberValueState implements ValueState<number> {
  readonly #state: KeyedStateTable;
  readonly #default: number;
  readonly #isInt32: boolean;
  readonly #isFloat64: boolean;

  constructor(state: KeyedStateTable, defaultValue: number) {
    this.#state = state;
    this.#default = defaultValue;
    this.#isInt32 = state.kind === 'int32';
    this.#isFloat64 = state.kind === 'float64';
  }

  value(): number {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    return state.slot < 0 ? this.#default : state.table!.f64[(state.slot << 2) + 1];
  }

  update(value: number): void {
    const state = this.#state;
    if (typeof value !== 'number' || (this.#isInt32 ? (value | 0) !== value : !this.#isFloat64 && !Number.isSafeInteger(value)))
      refuse(state, value);
    if (state.version !== state.context.version) state.locate();
    const { table } = state;
    if (state.slot < 0 || table!.frozen) {
      const writable = state.writable();
      writable.f64[(state.slot << 2) + 1] = this.#isFloat64 ? value : value + 0;
      return;
    }
    // + 0: an integer has no −0.
    table!.f64[(state.slot << 2) + 1] = this.#isFloat64 ? value : value + 0;
  }

  clear(): void {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    state.removeCurrent();
  }
}

class BooleanValueState implements ValueState<boolean> {
  readonly #state: KeyedStateTable;
  readonly #default: boolean;

  constructor(state: KeyedStateTable, defaultValue: boolean) {
    this.#state = state;
    this.#default = defaultValue;
  }

  value(): boolean {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    return state.slot < 0 ? this.#default : state.table!.f64[(state.slot << 2) + 1] !== 0;
  }

  update(value: boolean): void {
    const state = this.#state;
    if (typeof value !== 'boolean') refuse(state, value);
    if (state.version !== state.context.version) state.locate();
    const table = state.writable();
    table.f64[(state.slot << 2) + 1] = value ? 1 : 0;
  }

  clear(): void {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    state.removeCurrent();
  }
}

class ObjectValueState implements ValueState<unknown> {
  readonly #state: KeyedStateTable;
  readonly #default: unknown;
  readonly #encodedDefault: MemorySegment | undefined;

  constructor(state: KeyedStateTable, defaultValue: unknown) {
    this.#state = state;
    this.#default = defaultValue;
    if (typeof defaultValue === 'object' && defaultValue !== null) {
      this.#encodedDefault = MemorySegment.allocate(state.serializer.maxSize(defaultValue));
      state.serializer.write(defaultValue, this.#encodedDefault, 0);
    }
  }

  value(): unknown {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    if (state.slot < 0) return this.#freshDefault();
    const table = state.table!;
    if (table.frozen) state.preserve(table, state.slot);
    return table.objects[table.i32[(state.slot << 3) + 2]];
  }

  update(value: unknown): void {
    const state = this.#state;
    state.serializer.check(value);
    if (state.version !== state.context.version) state.locate();
    const table = state.writable();
    table.objects[table.i32[(state.slot << 3) + 2]] = value;
  }

  /** A function may change what it gets, and the default is every key's: each gets its own copy, as in Flink. */
  #freshDefault(): unknown {
    return this.#encodedDefault === undefined ? this.#default : this.#state.serializer.read(this.#encodedDefault, 0);
  }

  clear(): void {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    state.removeCurrent();
  }
}

/** The serializer says what is wrong; where it does not (a hot check refuses more than it), the type does. */
function refuse(state: KeyedStateTable, value: unknown): never {
  state.serializer.check(value);
  throw new SerializationError('', state.kind, value);
}
