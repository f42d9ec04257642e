import { UsageError } from '../usage-error.js';
import type { Reader } from '../values.js';

export type SourceChoice = { readonly kind: 'simulated' | 'load' | 'http' | 'none' } | { readonly kind: 'file'; readonly path: string };

/** `simulated`, `load`, `http`, `none` or `file:PATH`. */
export const sourceChoice: Reader<SourceChoice> = (given, what) => {
  if (given === 'simulated' || given === 'load' || given === 'http' || given === 'none') return { kind: given };
  if (given.startsWith('file:') && given.length > 'file:'.length) {
    const path = given.startsWith('file:///') ? given : given.slice('file:'.length);
    return { kind: 'file', path };
  }
  throw new UsageError(`${what}: "${given}" is not one of simulated, load, file:PATH, http, none`);
};
