import type { Change, DashboardState } from '@weir/protocol';

/** `state` after `changes`. What did not change is the same object, so a selector sees what did. */
export function applyChanges(state: DashboardState, changes: readonly Change[]): DashboardState {
  return changes.reduce<unknown>((value, change) => setAt(value, change.path, 0, change), state) as DashboardState;
}

function setAt(value: unknown, path: Change['path'], depth: number, change: Change): unknown {
  const step = path[depth];
  if (step === undefined) return change.value;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  if (depth === path.length - 1 && !('value' in change)) delete copy[step];
  else copy[step] = setAt(copy[step], path, depth + 1, change);
  return copy;
}
