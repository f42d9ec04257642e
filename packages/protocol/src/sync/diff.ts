import type { Change } from '../wire.js';
import { equal } from './equal.js';
import { isPlain, own, type Plain } from './own.js';

/** How far an array is searched for where its old content went, and how many such moves are told apart before it is replaced. */
const LONGEST_SHIFT = 32;
const MOST_SHIFTS = 8;
/** A flat object of which this share changed is sent whole: its name is longer than its fields. */
const WHOLE_FROM = 0.5;

type Path = readonly (string | number)[];

/** What has to be done to `before`, in this order, so that it equals `after`. Both are plain data; parts that are the same object are not looked into. */
export function diff(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: Path, changes: Change[]): void {
  if (before === after) return;
  if (Array.isArray(before) && Array.isArray(after)) compareArrays(before, after, path, changes);
  else if (isPlain(before) && isPlain(after)) compareObjects(before, after, path, changes);
  else changes.push({ path, value: after });
}

function compareObjects(before: Plain, after: Plain, path: Path, changes: Change[]): void {
  const found: Change[] = [];
  for (const key of Object.keys(after)) {
    if (after[key] === undefined) continue;
    const value = own(before, key);
    if (value === undefined) found.push({ path: [...path, key], value: after[key] });
    else compare(value, after[key], [...path, key], found);
  }
  for (const key of Object.keys(before))
    if (before[key] !== undefined && own(after, key) === undefined) found.push({ path: [...path, key] });
  if (path.length > 0 && found.length > 2 && isFlat(after) && found.length > WHOLE_FROM * Object.keys(after).length)
    changes.push({ path, value: after });
  else changes.push(...found);
}

function isFlat(object: Plain): boolean {
  return Object.values(object).every((value) => typeof value !== 'object' || value === null);
}

/**
 * Lists here grow at one end and lose what is old at the other (checkpoints, samples), or stay as long as they are while their elements change (tasks). So:
 * what is equal at both ends is left alone; what moved is spliced; elements of lists of one length are compared one by one.
 */
function compareArrays(before: readonly unknown[], after: readonly unknown[], path: Path, changes: Change[]): void {
  let b = 0;
  // Everything before `a` is as it should be, so it is a place in the array as it stands then, too.
  let a = 0;
  let bEnd = before.length;
  let aEnd = after.length;
  const splice = (at: number, removed: number, value: readonly unknown[]): void => {
    changes.push({ path, splice: [at, removed], value });
  };
  while (bEnd > 0 && aEnd > 0 && equal(before[bEnd - 1], after[aEnd - 1])) {
    bEnd--;
    aEnd--;
  }
  for (let shifts = 0; ; shifts++) {
    while (b < bEnd && a < aEnd && equal(before[b], after[a])) {
      b++;
      a++;
    }
    const shift = shifts < MOST_SHIFTS ? findShift(before.slice(b, bEnd), after.slice(a, aEnd)) : 0;
    if (shift === 0) break;
    if (shift > 0) {
      splice(a, 0, after.slice(a, a + shift));
      a += shift;
    } else {
      splice(a, -shift, []);
      b -= shift;
    }
  }
  if (bEnd - b === aEnd - a) {
    for (; a < aEnd; a++, b++) compare(before[b], after[a], [...path, a], changes);
  } else {
    splice(a, bEnd - b, after.slice(a, aEnd));
  }
}

/** n > 0: the old content begins n places later now; n < 0: so many are gone from its front; 0: neither can be seen. */
function findShift(before: readonly unknown[], after: readonly unknown[]): number {
  if (before.length === 0 || after.length === 0) return 0;
  for (let n = 1; n <= LONGEST_SHIFT; n++) {
    if (n < before.length && equal(before[n], after[0])) return -n;
    if (n < after.length && equal(before[0], after[n])) return n;
  }
  return 0;
}
