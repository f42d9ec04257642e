import type { KeyState } from '@weir/protocol';
import type { Followed } from '../../../keys/choose-followed.js';

/** 1 ●, 2 ■, 3 ▲: the hue and shape of a followed key; 0 is plain water. */
export type Hue = 0 | 1 | 2 | 3;

export interface FollowedKey {
  readonly key: string;
  readonly keyGroup: number;
  readonly subtask: number;
  readonly hue: Hue;
}

/** Where those that are followed cross and land. Pure. */
export function followedKeys(keys: readonly KeyState[], places: Followed): readonly FollowedKey[] {
  return places.flatMap((name, place) => {
    const key = name === undefined ? undefined : keys.find((each) => each.key === name);
    return key === undefined ? [] : [{ key: key.key, keyGroup: key.keyGroup, subtask: key.subtask, hue: (place + 1) as Hue }];
  });
}
