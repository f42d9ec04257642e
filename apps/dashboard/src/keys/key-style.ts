/** A hue is never alone: each comes with a shape of its own. */
export interface KeyStyle {
  /** 1, 2, 3: `--key-N` and `--key-N-text` in tokens.css. */
  readonly hue: 1 | 2 | 3;
  readonly shape: 'circle' | 'square' | 'triangle';
}

const styles: readonly KeyStyle[] = [
  { hue: 1, shape: 'circle' },
  { hue: 2, shape: 'square' },
  { hue: 3, shape: 'triangle' },
];

/** Where three keys or fewer are all there are, each has a hue; where there are more, all are plain water (undefined). `known` is in a fixed order. */
export function keyStyle(key: string | undefined, known: readonly string[]): KeyStyle | undefined {
  if (key === undefined || known.length > styles.length) return undefined;
  return styles[known.indexOf(key)];
}
