import type { KeyState } from '@weir/protocol';

/** As many as have a hue and a shape of their own. */
export const FOLLOWED = 3;
/** A key that is followed is let go once so many others are more active. */
const LET_GO = 8;

/** Who is followed in each of the places; a place keeps its hue. */
export type Followed = readonly (string | undefined)[];

export const NOBODY: Followed = Array.from({ length: FOLLOWED }, () => undefined);

/**
 * Where there are few keys all of them, in the order of their names. Where there are many the most active, in the places they have: one is not let go for
 * another that is hardly more active, so that hues do not jump. `asked` (the newest first) come before all.
 * The same array where nothing changes. Pure.
 */
export function chooseFollowed(keys: readonly KeyState[], before: Followed, asked: readonly string[]): Followed {
  const next = keys.length <= FOLLOWED ? allOf(keys) : mostActive(keys, before, asked);
  return next.every((key, place) => key === before[place]) ? before : next;
}

function allOf(keys: readonly KeyState[]): Followed {
  const names = keys.map(({ key }) => key).sort();
  return NOBODY.map((_, place) => names[place]);
}

function mostActive(keys: readonly KeyState[], before: Followed, asked: readonly string[]): Followed {
  const byActivity = [...keys].sort((a, b) => activityOf(b) - activityOf(a)).map(({ key }) => key);
  const known = new Set(byActivity);
  const wanted = asked.filter((key) => known.has(key)).slice(0, FOLLOWED);
  const active = new Set(byActivity.slice(0, LET_GO));
  const kept = before.filter((key) => key !== undefined && active.has(key) && !wanted.includes(key)).slice(0, FOLLOWED - wanted.length);
  const chosen = [...wanted, ...kept, ...byActivity.filter((key) => !wanted.includes(key) && !kept.includes(key))].slice(0, FOLLOWED);
  const places = before.map((key) => (key !== undefined && chosen.includes(key) ? key : undefined));
  const fresh = chosen.filter((key) => !places.includes(key));
  return places.map((key) => key ?? fresh.shift());
}

export function activityOf({ events, alerts }: KeyState): number {
  return events + alerts;
}
