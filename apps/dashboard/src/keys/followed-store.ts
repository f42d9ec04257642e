import { create } from 'zustand';
import { selectKeys } from '../connection/selectors.js';
import { useDashboard } from '../connection/store.js';
import { chooseFollowed, FOLLOWED, type Followed, NOBODY } from './choose-followed.js';

interface FollowedKeys {
  readonly places: Followed;
  /** Keys that this person asked for, the newest first. */
  readonly asked: readonly string[];
}

/** Which keys have a hue on this page: one answer for drawings, lists and logs. */
export const useFollowedKeys = create<FollowedKeys>(() => ({ places: NOBODY, asked: [] }));

/** Asks for a key, or no longer. */
export function toggleFollowed(key: string): void {
  const { asked } = useFollowedKeys.getState();
  useFollowedKeys.setState({ asked: asked.includes(key) ? asked.filter((each) => each !== key) : [key, ...asked].slice(0, FOLLOWED) });
  choose();
}

let seen: ReturnType<typeof selectKeys> | undefined;

function choose(): void {
  const { places, asked } = useFollowedKeys.getState();
  const next = chooseFollowed(selectKeys(useDashboard.getState()), places, asked);
  if (next !== places) useFollowedKeys.setState({ places: next });
}

useDashboard.subscribe((dashboard) => {
  const keys = selectKeys(dashboard);
  if (keys === seen) return;
  seen = keys;
  choose();
});
