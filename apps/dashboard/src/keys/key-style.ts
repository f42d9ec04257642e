import type { Followed } from './choose-followed.js';

/** A hue is never alone: each comes with a shape of its own. */
export interface KeyStyle {
  /** 1, 2, 3: `--key-N` and `--key-N-text` in tokens.css. */
  readonly hue: 1 | 2 | 3;
  readonly shape: 'circle' | 'square' | 'triangle';
}

/** By place. */
export const keyStyles: readonly KeyStyle[] = [
  { hue: 1, shape: 'circle' },
  { hue: 2, shape: 'square' },
  { hue: 3, shape: 'triangle' },
];

/** That of a key that is followed; all others are plain water (undefined). */
export function keyStyle(key: string | undefined, followed: Followed): KeyStyle | undefined {
  return key === undefined ? undefined : keyStyles[followed.indexOf(key)];
}
