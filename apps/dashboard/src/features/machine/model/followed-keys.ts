import type { KeyState } from '@weir/protocol';

/** 1 ●, 2 ■, 3 ▲: the hue and shape of a followed key; 0 is plain water. */
export type Hue = 0 | 1 | 2 | 3;

export interface FollowedKey {
  readonly key: string;
  readonly keyGroup: number;
  readonly subtask: number;
  readonly hue: Hue;
}

const MAX_FOLLOWED = 3;

/** Where there are few keys each has its hue, in the order of their names; where there are many, none has. Pure. */
export function followedKeys(keys: readonly KeyState[]): readonly FollowedKey[] {
  if (keys.length > MAX_FOLLOWED) return [];
  return [...keys]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((key, index) => ({ key: key.key, keyGroup: key.keyGroup, subtask: key.subtask, hue: (index + 1) as Hue }));
}
