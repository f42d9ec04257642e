import type { KeyStyle } from './key-style.js';

const paths = { circle: 'M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8z', square: 'M1.4 1.4h7.2v7.2H1.4z', triangle: 'M5 1L9.3 8.800H.7z' };

/** ● ■ ▲ in the key's hue; a grey dot for a key without one. */
export function KeyMark({ style, size = 9 }: { readonly style: KeyStyle | undefined; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 10 10"
      aria-hidden="true"
      className="flex-none"
      fill={style ? `var(--key-${style.hue})` : 'var(--water)'}
    >
      <path d={paths[style?.shape ?? 'circle']} />
    </svg>
  );
}
