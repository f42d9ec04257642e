import type { Change } from '../wire.js';
import { isPlain, own, type Plain, setOwn } from './own.js';

/** A change speaks of something that the state does not have: the two ends differ, and only a new snapshot helps. */
export class ChangeError extends Error {
  override readonly name = 'ChangeError';
  readonly change: Change;

  constructor(change: Change, reason: string) {
    super(`a change at ${JSON.stringify(change.path)} cannot be made: ${reason}`);
    this.change = change;
  }
}

/** `state` with the changes made, in order. What no change touches is the same object as before; `state` itself stays as it is. */
export function apply<T>(state: T, changes: readonly Change[]): T {
  // Copied in this call already, so they may be written to.
  const fresh = new Set<unknown>();
  let root: unknown = state;
  for (const change of changes) root = changed(root, change, 0, fresh);
  return root as T;
}

function changed(node: unknown, change: Change, depth: number, fresh: Set<unknown>): unknown {
  const { path, splice, value } = change;
  if (depth === path.length) return splice === undefined ? value : spliced(node, change, splice, fresh);
  const key = path[depth];
  if (Array.isArray(node)) {
    if (typeof key !== 'number' || !(Number.isInteger(key) && key >= 0 && key < node.length))
      throw new ChangeError(change, `there is no element ${key}`);
    const copy = writable(node, fresh) as unknown[];
    copy[key] = changed(copy[key], change, depth + 1, fresh);
    return copy;
  }
  if (!isPlain(node)) throw new ChangeError(change, `${path.slice(0, depth).join('.')} has no parts`);
  const copy = writable(node, fresh) as Plain;
  const name = String(key);
  if (depth === path.length - 1 && value === undefined && splice === undefined) delete copy[name];
  else setOwn(copy, name, changed(own(copy, name), change, depth + 1, fresh));
  return copy;
}

function spliced(node: unknown, change: Change, [at, removed]: readonly [number, number], fresh: Set<unknown>): unknown {
  if (!Array.isArray(node) || !Array.isArray(change.value) || !(at >= 0 && removed >= 0 && at + removed <= node.length))
    throw new ChangeError(change, 'there is no such part of a list');
  const copy = writable(node, fresh) as unknown[];
  copy.splice(at, removed, ...change.value);
  return copy;
}

function writable(node: unknown[] | Plain, fresh: Set<unknown>): unknown[] | Plain {
  if (fresh.has(node)) return node;
  const copy = Array.isArray(node) ? [...node] : { ...node };
  fresh.add(copy);
  return copy;
}
