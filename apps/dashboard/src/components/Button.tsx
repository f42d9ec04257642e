import type { ButtonHTMLAttributes } from 'react';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: 'plain' | 'danger' | 'solid-danger' | 'primary';
}

const tones = {
  plain: 'border-line bg-panel text-ink-2 enabled:hover:border-ink-3 enabled:hover:text-ink',
  danger: 'border-line bg-panel text-fail enabled:hover:border-fail enabled:hover:bg-fail enabled:hover:text-on-fail',
  'solid-danger': 'border-fail bg-fail text-on-fail',
  primary: 'border-ink bg-ink text-panel',
};

export function Button({ tone = 'plain', className = '', ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex h-7 items-center justify-center gap-1.5 whitespace-nowrap rounded-small border px-2.5 font-semibold text-small transition-colors duration-150 disabled:border-dashed disabled:text-ink-3 pointer-coarse:h-11 pointer-coarse:min-w-11 ${tones[tone]} ${className}`}
    />
  );
}
