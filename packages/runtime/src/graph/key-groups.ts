// Data plane: `computeKeyGroupForKeyHash` is what every keyed record goes through.
import type { Key } from '../api/functions.js';
import { InvalidConfigurationError } from '../common/errors.js';
import { keyHash } from './java-hash.js';

/** Key groups `start` … `end`, both included. */
export interface KeyGroupRange {
  readonly start: number;
  readonly end: number;
}

/** Flink's `KeyGroupRangeAssignment.UPPER_BOUND_MAX_PARALLELISM`. */
export const UPPER_BOUND_MAX_PARALLELISM = 1 << 15;

/** The key group of a key, as Flink 1.17's `KeyGroupRangeAssignment` assigns it. Throws `InvalidKeyError` for what cannot be a key. */
export function assignToKeyGroup(key: Key, maxParallelism: number): number {
  checkMaxParallelism(maxParallelism);
  return keyHash(key) % maxParallelism;
}

/**
 * `hash` is `keyHash(key)`, so murmur is in it already: it travels with the record, and everything here is made from it.
 * (Flink's method of this name takes the bare `hashCode` and applies murmur itself.)
 */
export function computeKeyGroupForKeyHash(hash: number, maxParallelism: number): number {
  if ((hash | 0) !== hash || hash < 0) {
    throw new InvalidConfigurationError(`a key hash must be an integer of 0 … 2³¹−1 as keyHash(key) gives it, not ${hash}`);
  }
  checkMaxParallelism(maxParallelism);
  return hash % maxParallelism;
}

/** The subtask, of `parallelism` many, that a key group belongs to. */
export function computeOperatorIndexForKeyGroup(maxParallelism: number, parallelism: number, keyGroup: number): number {
  checkParallelism(maxParallelism, parallelism);
  if (!Number.isInteger(keyGroup) || keyGroup < 0 || keyGroup >= maxParallelism) {
    throw new InvalidConfigurationError(`key group ${keyGroup} is not one of 0 … ${maxParallelism - 1}`);
  }
  return Math.floor((keyGroup * parallelism) / maxParallelism);
}

/** The key groups of one subtask: the inverse of `computeOperatorIndexForKeyGroup`. */
export function computeKeyGroupRangeForOperatorIndex(maxParallelism: number, parallelism: number, index: number): KeyGroupRange {
  checkParallelism(maxParallelism, parallelism);
  if (!Number.isInteger(index) || index < 0 || index >= parallelism) {
    throw new InvalidConfigurationError(`subtask index ${index} is not one of 0 … ${parallelism - 1}`);
  }
  return {
    start: Math.ceil((index * maxParallelism) / parallelism),
    end: Math.floor(((index + 1) * maxParallelism - 1) / parallelism),
  };
}

function checkMaxParallelism(maxParallelism: number): void {
  if (!Number.isInteger(maxParallelism) || maxParallelism < 1 || maxParallelism > UPPER_BOUND_MAX_PARALLELISM) {
    throw new InvalidConfigurationError(`maxParallelism must be an integer of 1 … ${UPPER_BOUND_MAX_PARALLELISM}, not ${maxParallelism}`);
  }
}

function checkParallelism(maxParallelism: number, parallelism: number): void {
  checkMaxParallelism(maxParallelism);
  if (!Number.isInteger(parallelism) || parallelism < 1 || parallelism > maxParallelism) {
    throw new InvalidConfigurationError(`parallelism must be an integer of 1 … maxParallelism (${maxParallelism}), not ${parallelism}`);
  }
}
