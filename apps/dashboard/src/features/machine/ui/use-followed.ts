import type { KeyState } from '@weir/protocol';
import { useMemo } from 'react';
import { useFollowedKeys } from '../../../keys/followed-store.js';
import { type FollowedKey, followedKeys } from '../model/followed-keys.js';

/** The same array until another key is followed, or one lands elsewhere: the ways in the drawing are made from it. */
export function useFollowed(keys: readonly KeyState[]): readonly FollowedKey[] {
  const places = useFollowedKeys((followed) => followed.places);
  const now = followedKeys(keys, places);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same keys are the same ways, whatever their counts.
  return useMemo(() => now, [JSON.stringify(now)]);
}
