import type { ListState, ListStateDescriptor } from '../api/state.js';
import type { TypeSchema } from '../api/types.js';
import { CorruptCheckpointError, IncompatibleStateError } from '../common/errors.js';
import { plain } from '../memory/record-view.js';
import { type CheckingSerializer, serializerFor } from '../memory/serializers.js';
import { operatorSection, readOperatorSection, serializeElements } from './operator-section.js';
import { sameType, typeName } from './schema-equality.js';
import type { OperatorStateBackend, RestoredSection, StateSnapshot } from './state-backend.js';
import { StateError } from './state-error.js';

/**
 * Operator list state in memory, by name. A snapshot serializes it whole, at once: it is small by nature (offsets of a source, parts of a sink).
 * A list that came with a restore and was never asked for is kept, and stands in the next snapshot.
 */
export class DefaultOperatorStateBackend implements OperatorStateBackend {
  readonly #operatorUid: string;
  readonly #lists = new Map<string, OperatorListState>();

  constructor(operatorUid: string) {
    this.#operatorUid = operatorUid;
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    const { name, type } = descriptor;
    let list = this.#lists.get(name);
    if (list !== undefined && !sameType(list.schema, type.schema)) {
      if (list.registered) {
        throw new StateError(
          `operator ${this.#operatorUid}: list state ${name} is of ${typeName(list.schema)}, and cannot be of ${typeName(type.schema)} too`,
        );
      }
      throw this.#incompatible(name, list.schema, type.schema);
    }
    list ??= this.#newList(name, type.schema);
    list.register(type.schema);
    return list as ListState<unknown> as ListState<T>;
  }

  snapshot(): StateSnapshot {
    const sections = [...this.#lists].map(([name, list]) => operatorSection(name, { state: 'list', type: list.schema }, list.serialized()));
    return { sections, release: () => {} };
  }

  /** Sections of one name are put one after the other. */
  async restore(section: RestoredSection): Promise<void> {
    const { name, schema } = section;
    if (section.kind !== 'operator' || schema === null) throw new CorruptCheckpointError(name, 'it is not a section of operator state');
    if (schema.state !== 'list')
      throw new IncompatibleStateError(this.#operatorUid, `state ${name} is operator ${schema.state} state, not a list`);
    const known = this.#lists.get(name);
    if (known !== undefined && !sameType(known.schema, schema.type)) throw this.#incompatible(name, schema.type, known.schema);
    const list = known ?? this.#newList(name, schema.type);
    for await (const element of readOperatorSection(section)) list.add(element);
  }

  #newList(name: string, schema: TypeSchema): OperatorListState {
    const list = new OperatorListState(schema);
    this.#lists.set(name, list);
    return list;
  }

  #incompatible(name: string, stored: TypeSchema, declared: TypeSchema): IncompatibleStateError {
    return new IncompatibleStateError(
      this.#operatorUid,
      `list state ${name} is stored as ${typeName(stored)}, but the job declares it as ${typeName(declared)}; declare the stored type, or use another name`,
    );
  }
}

class OperatorListState implements ListState<unknown> {
  registered = false;
  #schema: TypeSchema;
  #serializer: CheckingSerializer<unknown>;
  #elements: unknown[] = [];

  constructor(schema: TypeSchema) {
    this.#schema = schema;
    this.#serializer = serializerFor(schema);
  }

  get schema(): TypeSchema {
    return this.#schema;
  }

  register(schema: TypeSchema): void {
    this.registered = true;
    this.#schema = schema;
    this.#serializer = serializerFor(schema);
  }

  get(): readonly unknown[] {
    return this.#elements;
  }

  update(values: readonly unknown[]): void {
    for (const value of values) this.#serializer.check(value);
    this.#elements = values.map(plain);
  }

  add(value: unknown): void {
    this.#serializer.check(value);
    this.#elements.push(plain(value));
  }

  clear(): void {
    this.#elements = [];
  }

  serialized(): Uint8Array[] {
    return serializeElements(this.#serializer, this.#elements);
  }
}
