import type { ReactNode } from 'react';

export const toolClass =
  'inline-flex h-8 min-w-8 items-center justify-center whitespace-nowrap rounded-small border border-line bg-panel px-2 text-body text-ink-2 hover:border-ink-3 hover:text-ink aria-pressed:bg-ink aria-pressed:text-panel pointer-coarse:h-11 pointer-coarse:min-w-11';

interface ToolProps {
  readonly name: string;
  readonly pressed?: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

export function Tool({ name, pressed, onPress, children }: ToolProps) {
  return (
    <button type="button" aria-label={name} title={name} aria-pressed={pressed} onClick={onPress} className={toolClass}>
      {children}
    </button>
  );
}
