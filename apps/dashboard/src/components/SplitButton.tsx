import { ChevronDown } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';

export interface SplitAction {
  readonly label: string;
  /** One line on what follows. */
  readonly note: string;
  readonly testId?: string;
  readonly onChoose: () => void;
}

interface Props {
  readonly label: string;
  /** What a screen reader says of the main part; the label alone does not name what fails. */
  readonly name: string;
  readonly menuName: string;
  readonly testId: string;
  readonly disabled?: boolean;
  readonly onPress: () => void;
  readonly actions: readonly SplitAction[];
}

/** A dangerous action that is done at once; the arrow offers its other ways, each with a line on what follows. */
export function SplitButton({ label, name, menuName, testId, disabled = false, onPress, actions }: Props) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const menuId = useId();

  useEffect(() => {
    if (!open) return;
    frame.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (!frame.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      setOpen(false);
      frame.current?.querySelector<HTMLElement>('[aria-haspopup]')?.focus();
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const items = [...(frame.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const at = items.indexOf(document.activeElement as HTMLElement);
      items[(at + step + items.length) % items.length]?.focus();
    }
  };

  const part =
    'border border-line text-fail font-semibold text-small h-7 enabled:hover:bg-fail enabled:hover:text-on-fail enabled:hover:border-fail disabled:border-dashed disabled:text-ink-3 pointer-coarse:h-11';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the menu within bubble to here.
    <div ref={frame} className="nodrag nopan relative inline-flex" onKeyDown={onKeyDown}>
      <button
        type="button"
        data-testid={testId}
        aria-label={name}
        disabled={disabled}
        onClick={onPress}
        className={`${part} rounded-l-small px-2.5 pointer-coarse:px-4`}
      >
        {label}
      </button>
      <button
        type="button"
        aria-label={menuName}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={menuId}
        disabled={disabled}
        onClick={() => setOpen(!open)}
        className={`${part} -ml-px rounded-r-small px-[5px] pointer-coarse:min-w-11 pointer-coarse:px-3`}
      >
        <ChevronDown size={13} strokeWidth={2.4} aria-hidden="true" />
      </button>
      <div
        id={menuId}
        role="menu"
        hidden={!open}
        className="absolute top-full right-0 z-40 mt-1 w-64 rounded-medium border border-line bg-panel p-1 shadow-menu"
      >
        {actions.map((action) => (
          <button
            key={action.label}
            type="button"
            role="menuitem"
            data-testid={action.testId}
            tabIndex={-1}
            onClick={() => {
              setOpen(false);
              action.onChoose();
            }}
            className="block w-full rounded-small px-3 py-2 text-left hover:bg-fail-ground focus-visible:bg-fail-ground"
          >
            <span className="block font-semibold text-body text-fail">{action.label}</span>
            <span className="block text-ink-2 text-small">{action.note}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
