// Data plane: no allocation per access.
import type { ValueState } from '../api/state.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { plain } from '../memory/record-view.js';
import { SerializationError } from '../memory/serialization-error.js';
import { NARROW_WORDS, WIDE_WORDS } from './key-table.js';
import type { KeyedStateTable } from './keyed-state-table.js';

const WIDE_DOUBLES = WIDE_WORDS >> 1;

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
      return new Int32ValueState(table, defaultValue as number) as ValueState<unknown> as ValueState<T>;
    case 'int64':
    case 'float64':
      return new DoubleValueState(table, defaultValue as number) as ValueState<unknown> as ValueState<T>;
  }
}

class Int32ValueState implements ValueState<number> {
  readonly #state: KeyedStateTable;
  readonly #default: number;

  constructor(state: KeyedStateTable, defaultValue: number) {
    this.#state = state;
    this.#default = defaultValue;
  }

  value(): number {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    return state.slot < 0 ? this.#default : state.table!.i32[state.slot * NARROW_WORDS + NARROW_WORDS - 1];
  }

  update(value: number): void {
    const state = this.#state;
    if (typeof value !== 'number' || (value | 0) !== value) refuse(state, value);
    if (state.version !== state.context.version) state.locate();
    let { table } = state;
    if (state.slot < 0 || table!.frozen) table = state.writable();
    table!.i32[state.slot * NARROW_WORDS + NARROW_WORDS - 1] = value | 0;
  }

  clear(): void {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    state.removeCurrent();
  }
}

/** int64 and float64. */
class DoubleValueState implements ValueState<number> {
  readonly #state: KeyedStateTable;
  readonly #default: number;
  readonly #isFloat64: boolean;

  constructor(state: KeyedStateTable, defaultValue: number) {
    this.#state = state;
    this.#default = defaultValue;
    this.#isFloat64 = state.kind === 'float64';
  }

  value(): number {
    const state = this.#state;
    if (state.version !== state.context.version) state.locate();
    return state.slot < 0 ? this.#default : state.table!.f64[state.slot * WIDE_DOUBLES + WIDE_DOUBLES - 1];
  }

  update(value: number): void {
    const state = this.#state;
    if (typeof value !== 'number' || !(this.#isFloat64 || Number.isSafeInteger(value))) refuse(state, value);
    if (state.version !== state.context.version) state.locate();
    let { table } = state;
    if (state.slot < 0 || table!.frozen) table = state.writable();
    // + 0: an integer has no −0.
    table!.f64[state.slot * WIDE_DOUBLES + WIDE_DOUBLES - 1] = this.#isFloat64 ? value : value + 0;
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
    return state.slot < 0 ? this.#default : state.table!.i32[state.slot * NARROW_WORDS + NARROW_WORDS - 1] !== 0;
  }

  update(value: boolean): void {
    const state = this.#state;
    if (typeof value !== 'boolean') refuse(state, value);
    if (state.version !== state.context.version) state.locate();
    let { table } = state;
    if (state.slot < 0 || table!.frozen) table = state.writable();
    table!.i32[state.slot * NARROW_WORDS + NARROW_WORDS - 1] = value ? 1 : 0;
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
    const value = table.objects[state.slot];
    // A function may change the object it gets and hand it back; strings and the like cannot change.
    if (table.frozen && typeof value === 'object') table.beforeChange(state.slot);
    return value;
  }

  update(value: unknown): void {
    const state = this.#state;
    state.serializer.check(value);
    if (state.version !== state.context.version) state.locate();
    let { table } = state;
    if (state.slot < 0 || table!.frozen) table = state.writable();
    table!.objects[state.slot] = plain(value);
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
