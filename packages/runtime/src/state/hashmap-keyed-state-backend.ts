import type { ValueState, ValueStateDescriptor } from '../api/state.js';
import type { TypeSchema } from '../api/types.js';
import { CorruptCheckpointError } from '../common/errors.js';
import type { KeyGroupRange } from '../graph/key-groups.js';
import { serializerFor } from '../memory/serializers.js';
import { BlockEntries } from './keyed-block-entries.js';
import { restoreKeyedSection } from './keyed-restore.js';
import { type KeyedBlock, KeyedSectionReader } from './keyed-section-reader.js';
import { KeyedSectionWriter } from './keyed-section-writer.js';
import { checkKeyGroups, checkMaxParallelism, checkValueState, incompatibleState, stateTaken } from './keyed-state-checks.js';
import { KeyedStateTable } from './keyed-state-table.js';
import { sameType } from './schema-equality.js';
import type { KeyedStateBackend, KeyedStateBackendOptions, RestoredSection, StateSnapshot } from './state-backend.js';
import { StateError } from './state-error.js';
import { valueStateOver } from './value-state.js';

/**
 * Keyed state in memory: a `KeyedStateTable` per state name.
 *
 * Values that are objects are kept as they are, not serialized. They belong to the state after update(): a function may change what value() gave it
 * during the same element and hand it back, but must not change it later, nor give one object to two keys.
 *
 * A state that came with a restore and was never asked for is kept, and stands in the next snapshot.
 */
export class HashMapKeyedStateBackend implements KeyedStateBackend {
  readonly keyGroupRange: KeyGroupRange;
  readonly #options: KeyedStateBackendOptions;
  readonly #tables = new Map<string, KeyedStateTable>();
  /** What was given out, by name: the same state object for the same descriptor. */
  readonly #states = new Map<string, { readonly defaultValue: unknown; readonly state: ValueState<unknown> }>();
  #snapshot: StateSnapshot | undefined;
  #writers: readonly KeyedSectionWriter[] = [];

  constructor(options: KeyedStateBackendOptions) {
    checkKeyGroups(options);
    this.#options = options;
    this.keyGroupRange = options.keyGroupRange;
  }

  getValueState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    const { name, defaultValue } = descriptor;
    const { schema } = descriptor.type;
    const known = this.#tables.get(name);
    const given = this.#states.get(name);
    if (known !== undefined && !sameType(known.schema, schema)) {
      throw (given === undefined ? incompatibleState : stateTaken)(this.#options.operatorUid, name, known.schema, schema);
    }
    if (given !== undefined && Object.is(given.defaultValue, defaultValue)) return given.state as ValueState<T>;
    if (defaultValue !== undefined) serializerFor(schema).check(defaultValue);
    const table = known ?? this.#newTable(name, schema);
    // What was restored takes the order of fields that the job has now; not under a snapshot that already serializes by the old one.
    if (given === undefined && this.#snapshot === undefined) {
      table.schema = schema;
      table.serializer = serializerFor(schema);
    }
    // Without a default, value() gives undefined; T says whether the caller reckons with that.
    const state = valueStateOver(table, defaultValue as T);
    this.#states.set(name, { defaultValue, state: state as ValueState<unknown> });
    return state;
  }

  snapshot(): StateSnapshot {
    if (this.#snapshot !== undefined) {
      throw new StateError(`operator ${this.#options.operatorUid}: a snapshot is under way; release it before the next`);
    }
    const sections: KeyedSectionWriter[] = [];
    this.#writers = sections;
    for (const table of this.#tables.values()) sections.push(new KeyedSectionWriter(table));
    const snapshot: StateSnapshot = {
      sections,
      release: () => {
        for (const section of sections) section.release();
        if (this.#snapshot !== snapshot) return;
        this.#snapshot = undefined;
        this.#writers = [];
      },
    };
    this.#snapshot = snapshot;
    return snapshot;
  }

  /** A failure leaves part of the section in place: the backend is of no use then but to be disposed. */
  async restore(section: RestoredSection): Promise<void> {
    if (section.kind === 'keyed-changes') return this.#restoreChanges(section);
    const { name } = section;
    const { type } = checkValueState(this.#options.operatorUid, section);
    const table = this.#restoredTable(name, type);
    const { start, end } = this.keyGroupRange;
    const reader = new KeyedSectionReader(name, (keyGroup) => keyGroup >= start && keyGroup <= end);
    const entries = new BlockEntries(name, type);
    for await (const chunk of section.chunks()) {
      for (const block of reader.push(chunk)) {
        checkMaxParallelism(this.#options, name, reader.maxParallelism);
        entries.start(block);
        this.#restoreBlock(table, block, entries, reader.entriesPerKeyGroup);
      }
    }
    reader.finish();
    checkMaxParallelism(this.#options, name, reader.maxParallelism);
  }

  /** What the disk backend wrote. */
  #restoreChanges(section: RestoredSection): Promise<void> {
    return restoreKeyedSection(section, {
      ...this.#options,
      stateOf: (name, schema) => {
        const table = this.#restoredTable(name, schema);
        const state = valueStateOver<unknown>(table, undefined);
        return { has: () => state.value() !== undefined, put: (value) => state.update(value), remove: () => state.clear() };
      },
    });
  }

  #restoredTable(name: string, schema: TypeSchema): KeyedStateTable {
    const known = this.#tables.get(name);
    if (known !== undefined && !sameType(known.schema, schema)) {
      throw incompatibleState(this.#options.operatorUid, name, schema, known.schema);
    }
    const table = known ?? this.#newTable(name, schema);
    table.version = -1;
    return table;
  }

  touch(hashes: Int32Array, count: number): void {
    for (const table of this.#tables.values()) table.touch(hashes, count);
  }

  size(stateName: string): number {
    return this.#tables.get(stateName)?.size ?? 0;
  }

  get memoryUsed(): number {
    let bytes = 0;
    for (const table of this.#tables.values()) bytes += table.memoryUsed;
    for (const writer of this.#writers) bytes += writer.memoryUsed;
    return bytes;
  }

  dispose(): void {
    this.#snapshot?.release();
    for (const table of this.#tables.values()) {
      table.version = -1;
      table.tables.length = 0;
    }
    this.#tables.clear();
    this.#states.clear();
  }

  #newTable(name: string, schema: TypeSchema): KeyedStateTable {
    const { keyContext, maxParallelism } = this.#options;
    const table = new KeyedStateTable(name, schema, keyContext, maxParallelism, this.keyGroupRange);
    this.#tables.set(name, table);
    return table;
  }

  #restoreBlock(state: KeyedStateTable, block: KeyedBlock, entries: BlockEntries, expected: number): void {
    const table = state.tableOf(block.keyGroup);
    // Room for the whole key group at once, but not much for what only a header says.
    table.reserve(table.count > 0 ? block.count : Math.max(block.count, Math.min(Math.ceil(expected * 1.03), block.count * 64)));
    while (entries.next()) {
      const { hash, keySegment, keyPosition, keyLength } = entries;
      if (hash < 0 || hash % state.maxParallelism !== block.keyGroup) {
        throw new CorruptCheckpointError(state.name, `a key of another key group stands under key group ${block.keyGroup}`);
      }
      const free = table.find(keySegment, keyPosition, keyLength, hash);
      if (free >= 0) throw new CorruptCheckpointError(state.name, `a key of key group ${block.keyGroup} stands in it twice`);
      const entry = table.insert(free, keySegment, keyPosition, keyLength, hash);
      state.restoreValue(table, entry, entries);
    }
  }
}
