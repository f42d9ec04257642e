import type { ReactNode } from 'react';

interface Props {
  readonly id: string;
  readonly title: string;
  readonly note?: ReactNode;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  readonly testId?: string | undefined;
  readonly className?: string;
}

/** A part of the page: a title, one grey note, tools at the right. Hairlines part one from the next; there are no cards. */
export function Panel({ id, title, note, tools, children, testId, className = '' }: Props) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} data-testid={testId} className={`flex min-h-0 min-w-0 flex-col ${className}`}>
      <header className="flex min-h-11 flex-none flex-wrap items-center gap-x-2 py-1.5 pr-3 pl-4">
        <h2 id={`${id}-title`} className="whitespace-nowrap font-bold text-title">
          {title}
        </h2>
        {note !== undefined && <span className="min-w-0 truncate text-ink-3 text-small">{note}</span>}
        {tools !== undefined && <div className="ml-auto flex items-center gap-1.5">{tools}</div>}
      </header>
      {children}
    </section>
  );
}
