import type { TypeSchema } from '../api/types.js';
import { CorruptCheckpointError, IncompatibleStateError, InvalidConfigurationError } from '../common/errors.js';
import { UPPER_BOUND_MAX_PARALLELISM } from '../graph/key-groups.js';
import { typeName } from './schema-equality.js';
import type { KeyedStateBackendOptions, RestoredSection, StateSchema } from './state-backend.js';
import { StateError } from './state-error.js';

/** What every backend of keyed state refuses, in the same words. */

export function checkKeyGroups({ maxParallelism, keyGroupRange }: KeyedStateBackendOptions): void {
  if (!Number.isInteger(maxParallelism) || maxParallelism < 1 || maxParallelism > UPPER_BOUND_MAX_PARALLELISM) {
    throw new InvalidConfigurationError(`maxParallelism must be an integer of 1 … ${UPPER_BOUND_MAX_PARALLELISM}, not ${maxParallelism}`);
  }
  if (!(keyGroupRange.start >= 0 && keyGroupRange.start <= keyGroupRange.end && keyGroupRange.end < maxParallelism)) {
    throw new InvalidConfigurationError(
      `key groups ${keyGroupRange.start} … ${keyGroupRange.end} are not within 0 … ${maxParallelism - 1}`,
    );
  }
}

export function stateTaken(operatorUid: string, name: string, taken: TypeSchema, wanted: TypeSchema): StateError {
  return new StateError(`operator ${operatorUid}: state ${name} is a ${typeName(taken)}, and cannot be a ${typeName(wanted)} too`);
}

export function incompatibleState(operatorUid: string, name: string, stored: TypeSchema, declared: TypeSchema): IncompatibleStateError {
  return new IncompatibleStateError(
    operatorUid,
    `state ${name} is stored as ${typeName(stored)}, but the job declares it as ${typeName(declared)}; declare the stored type, or use another name`,
  );
}

export function checkValueState(operatorUid: string, { name, kind, schema }: RestoredSection): StateSchema {
  if (!isKeyed(kind) || schema === null) throw new CorruptCheckpointError(name, 'it is not a section of keyed state');
  if (schema.state !== 'value') {
    throw new IncompatibleStateError(operatorUid, `state ${name} is keyed ${schema.state} state, which no backend here has`);
  }
  return schema;
}

export function checkMaxParallelism({ operatorUid, maxParallelism }: KeyedStateBackendOptions, name: string, written: number): void {
  if (written === maxParallelism) return;
  throw new IncompatibleStateError(
    operatorUid,
    `state ${name} was written with maxParallelism ${written}, the job has ${maxParallelism}; the number of key groups cannot be changed, so set it to ${written}`,
  );
}

/** Of either backend. */
export function isKeyed(kind: RestoredSection['kind']): boolean {
  return kind === 'keyed' || kind === 'keyed-changes';
}
