import type { ReactNode } from 'react';

interface Props {
  readonly id: string;
  readonly title: string;
  readonly side: ReactNode;
  /** Beside the title. */
  readonly tool?: ReactNode;
  readonly children: ReactNode;
  readonly testId?: string | undefined;
}

/** One lane of the tray: its figures at the left, under the machine's first column; its plot at the right, on the axis that all lanes share. */
export function Lane({ id, title, side, tool, children, testId }: Props) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-lane`}
      data-testid={testId}
      className="grid grid-cols-1 gap-x-0 gap-y-1.5 pt-3 pb-1 [&+&]:border-line-2 [&+&]:border-t wide:grid-cols-[204px_minmax(0,1fr)]"
    >
      <div className="min-w-0 wide:pr-4">
        <div className="flex items-center justify-between gap-2">
          <h2 id={`${id}-lane`} className="whitespace-nowrap font-bold text-title">
            {title}
          </h2>
          {tool}
        </div>
        {side}
      </div>
      <div className="relative min-w-0">{children}</div>
    </section>
  );
}

/** Label and figure, one a line; beside each other on a phone. */
export function LaneFigures({ figures }: { readonly figures: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="mt-1 grid grid-cols-2 gap-x-4 gap-y-px text-small phone:grid-cols-4 wide:grid-cols-1">
      {figures.map(([label, value]) => (
        <div key={label} className="flex min-w-0 justify-between gap-2">
          <dt className="truncate text-ink-3">{label}</dt>
          <dd className="whitespace-nowrap font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
