// Data plane: no allocation per access to what memory holds, but for values that are objects.
import type { TypeSchema } from '../../api/types.js';
import type { KeyGroupRange } from '../../graph/key-groups.js';
import type { KeyContext } from '../key-context.js';
import { StateError } from '../state-error.js';
import { EPOCH, REMOVED, type RecordArena, SUPERSEDED, VALUE_LENGTH, VALUE_ROOM } from './record-arena.js';
import { storedEntry } from './store-keys.js';
import { ValueCodec } from './value-codec.js';

/** Key and value as the store has them. */
export interface StoredBytes {
  readonly storeKey: Uint8Array;
  readonly bytes: Uint8Array;
}

/** What a state needs of its backend. */
export interface DiskMemory {
  /** Takes new records. */
  readonly young: RecordArena;
  /** Full, on its way into the store; none of its records is changed. */
  readonly old: RecordArena | undefined;
  readonly epoch: number;
  /** The last epoch that a snapshot under way shows; −1 without one. */
  readonly shown: number;
  stored(state: number, keyGroup: number, key: Uint8Array, position: number, length: number): StoredBytes | undefined;
  /** After each record that may have been added. */
  grown(): void;
}

/**
 * All entries of one keyed state in one subtask. `locate` finds the entry of the current key once: in memory, or in the store, from where it is brought into
 * memory; `value`, `update` and `clear` of the same element then use what it found.
 */
export class DiskState {
  readonly index: number;
  readonly name: string;
  /** Of the first registration, or of the checkpoint: what the bytes are by. */
  readonly schema: TypeSchema;
  readonly codec: ValueCodec;
  readonly maxParallelism: number;
  readonly range: KeyGroupRange;
  /** Keys that have an entry. */
  size = 0;
  readonly #context: KeyContext;
  readonly #memory: DiskMemory;
  /** `KeyContext.version` that the fields below are of; −1 for none. */
  #version = -1;
  #arena: RecordArena;
  #record = 0;
  #group = 0;

  constructor(
    index: number,
    name: string,
    schema: TypeSchema,
    context: KeyContext,
    maxParallelism: number,
    range: KeyGroupRange,
    memory: DiskMemory,
  ) {
    this.index = index;
    this.name = name;
    this.schema = schema;
    this.codec = new ValueCodec(schema);
    this.maxParallelism = maxParallelism;
    this.range = range;
    this.#context = context;
    this.#memory = memory;
    this.#arena = memory.young;
  }

  /** Whether the current key has an entry. */
  has(): boolean {
    if (this.#version !== this.#context.version) this.#locate();
    return this.#record !== 0 && this.#arena.word(this.#record, VALUE_LENGTH) >= 0;
  }

  /** After `has` has said so. */
  read(): unknown {
    return this.codec.decode(this.#arena.segment, this.#arena.valueAt(this.#record));
  }

  put(value: unknown): void {
    const length = this.codec.encode(value);
    const present = this.has();
    this.#makeWritable(length);
    const arena = this.#arena;
    const { u8 } = arena.segment;
    const from = this.codec.encoded.u8;
    const at = arena.valueAt(this.#record);
    if (length > 64) u8.set(from.subarray(0, length), at);
    else for (let i = 0; i < length; i++) u8[at + i] = from[i];
    arena.setWord(this.#record, VALUE_LENGTH, length);
    if (!present) this.size++;
    this.#memory.grown();
  }

  remove(): void {
    if (!this.has()) return;
    this.#makeWritable(0);
    this.#arena.setWord(this.#record, VALUE_LENGTH, REMOVED);
    this.size--;
    this.#memory.grown();
  }

  forget(): void {
    this.#version = -1;
  }

  #locate(): void {
    const { segment, position, length, hash, version } = this.#context;
    const keyGroup = hash % this.maxParallelism;
    if (length === 0 || keyGroup < this.range.start || keyGroup > this.range.end) this.#refuse(keyGroup);
    this.#group = keyGroup - this.range.start;
    const { young, old } = this.#memory;
    this.#arena = young;
    this.#record = young.find(this.index, segment, position, length, hash);
    if (this.#record === 0 && old !== undefined) {
      this.#record = old.find(this.index, segment, position, length, hash);
      if (this.#record !== 0) this.#arena = old;
    }
    if (this.#record === 0) this.#fetch(keyGroup);
    this.#version = version;
  }

  #fetch(keyGroup: number): void {
    const { segment, position, length, hash } = this.#context;
    const found = this.#memory.stored(this.index, keyGroup, segment.u8, position, length);
    if (found === undefined) return;
    const { value } = storedEntry(found.storeKey, found.bytes);
    const { young } = this.#memory;
    this.#record = young.append(this.index, this.#group, segment, position, length, hash, value.length);
    young.segment.u8.set(value, young.valueAt(this.#record));
    this.#memory.grown();
  }

  /** Gives the current key a record in `young` that may be written to, with room for `length` bytes. */
  #makeWritable(length: number): void {
    const memory = this.#memory;
    const { young, epoch } = memory;
    const arena = this.#arena;
    const record = this.#record;
    if (record !== 0) {
      const inPlace = arena === young && arena.word(record, EPOCH) > memory.shown && length <= arena.word(record, VALUE_ROOM);
      if (inPlace) {
        young.change(record, epoch);
        return;
      }
      arena.setWord(record, SUPERSEDED, epoch);
    }
    const { segment, position, hash } = this.#context;
    this.#record = young.append(this.index, this.#group, segment, position, this.#context.length, hash, length);
    this.#arena = young;
    young.change(this.#record, epoch);
  }

  #refuse(keyGroup: number): never {
    if (this.#context.length === 0)
      throw new StateError(`state ${this.name}: there is no current key; keyed state can only be used while an element is processed`);
    throw new StateError(
      `state ${this.name}: key ${String(this.#context.key)} is of key group ${keyGroup}, but this subtask has ${this.range.start} … ${this.range.end}`,
    );
  }
}
