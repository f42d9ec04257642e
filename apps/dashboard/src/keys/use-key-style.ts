import { useFollowedKeys } from './followed-store.js';
import { type KeyStyle, keyStyle } from './key-style.js';

export function useKeyStyle(key: string | undefined): KeyStyle | undefined {
  return useFollowedKeys((followed) => keyStyle(key, followed.places));
}
