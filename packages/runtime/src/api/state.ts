import type { TypeInformation } from './types.js';

/** State of the current key. Only to be used while an element of that key is processed. */
export interface ValueState<T> {
  /** The descriptor's default, or undefined without one, if nothing is stored for the current key. */
  value(): T;
  update(value: T): void;
  /** Removes the entry of the current key. */
  clear(): void;
}

/** Names one value a key. `name` is unique within its operator and stands in checkpoints. */
export class ValueStateDescriptor<T> {
  readonly name: string;
  readonly type: TypeInformation<T>;
  readonly defaultValue: T | undefined;

  constructor(name: string, type: TypeInformation<T>, defaultValue?: T) {
    this.name = name;
    this.type = type;
    this.defaultValue = defaultValue;
  }
}

/** A list that belongs to an operator's subtask rather than to a key; at another parallelism its elements are dealt out anew, round robin. */
export interface ListState<T> {
  get(): readonly T[];
  update(values: readonly T[]): void;
  add(value: T): void;
  clear(): void;
}

export class ListStateDescriptor<T> {
  readonly name: string;
  readonly type: TypeInformation<T>;

  constructor(name: string, type: TypeInformation<T>) {
    this.name = name;
    this.type = type;
  }
}
