import { useShallow } from 'zustand/react/shallow';
import { type Dashboard, useDashboard } from '../connection/store.js';
import { type KeyStyle, keyStyle } from './key-style.js';

const selectKnownKeys = (dashboard: Dashboard): readonly string[] => (dashboard.state?.keys ?? []).map((key) => key.key).sort();

/** Names of the keys, in a fixed order; the same array until a key comes or goes. */
function useKnownKeys(): readonly string[] {
  return useDashboard(useShallow(selectKnownKeys));
}

export function useKeyStyle(key: string | undefined): KeyStyle | undefined {
  return keyStyle(key, useKnownKeys());
}
