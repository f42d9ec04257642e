import { dirname } from 'node:path';
import type { SharedStateHandle } from '../../checkpoint/checkpoint-storage.js';

/** More files than this are put together into one: each has to be opened at a restore. */
const MOST_FILES = 64;

/** The files that make up a subtask's keyed state as of a completed checkpoint: everything there was, then the changes since, in order. */
export interface Chain {
  /** The job's own checkpoint directory: files of another are not referred to. */
  readonly directory: string;
  readonly files: readonly SharedStateHandle[];
}

/** Whether the next checkpoint adds `bytes` of changes to the chain, rather than beginning another with all there is. */
export function mayExtend(chain: Chain | undefined, location: string, bytes: number): chain is Chain {
  if (chain === undefined || chain.directory !== dirname(location) || chain.files.length >= MOST_FILES) return false;
  const [base, ...changes] = chain.files;
  // Then at least half of what is kept, and of what a restore reads, is out of date at worst; and writing all anew costs no more than the changes did.
  return changes.reduce((sum, { size }) => sum + size, bytes) <= base.size;
}
