import type { ReactNode } from 'react';

interface Props {
  readonly label: string;
  readonly children: ReactNode;
  /** Contract's name, with the exact value as a plain integer. */
  readonly testId?: string;
  readonly value?: number | undefined;
  readonly exact?: string | undefined;
  readonly tone?: 'warn' | 'bad' | undefined;
  readonly className?: string;
}

const tones = { warn: 'text-alert', bad: 'text-fail' };

/** Label over value. A figure that is wrong gets its status colour, not a box. */
export function Figure({ label, children, testId, value, exact, tone, className = '' }: Props) {
  return (
    <div className={`flex min-w-0 flex-col justify-center gap-0.5 px-3 py-1.5 desk:px-2.5 ${className}`} title={exact}>
      <dt className="truncate text-ink-3 text-small tracking-[-0.015em]">{label}</dt>
      <dd
        data-testid={testId}
        data-value={value}
        className={`whitespace-nowrap font-semibold text-figure tracking-[-0.01em] ${tone ? tones[tone] : ''}`}
      >
        {children}
      </dd>
    </div>
  );
}
