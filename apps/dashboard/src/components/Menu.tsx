import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

export interface MenuItem {
  readonly label: string;
  readonly danger?: boolean;
  readonly onChoose: () => void;
}

interface Props {
  readonly name: string;
  readonly icon: ReactNode;
  readonly items: readonly MenuItem[];
  readonly disabled?: boolean;
  readonly className: string;
}

/** A button that opens a list of commands; arrows move in it, Escape leaves it. */
export function Menu({ name, icon, items, disabled = false, className }: Props) {
  const [open, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  const menuItems = () => [...(frame.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];

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
      setOpen(false);
      frame.current?.querySelector<HTMLElement>('[aria-haspopup]')?.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const all = menuItems();
    all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the menu within bubble to here.
    <div ref={frame} className="relative inline-flex" onKeyDown={onKeyDown}>
      <button
        type="button"
        aria-label={name}
        title={name}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        disabled={disabled}
        onClick={() => setOpen(!open)}
        className={className}
      >
        {icon}
      </button>
      <div
        id={id}
        role="menu"
        aria-label={name}
        hidden={!open}
        className="absolute top-full left-0 z-40 mt-1 w-max max-w-[min(320px,calc(100vw-32px))] rounded-medium border border-line bg-panel p-1 shadow-menu"
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              setOpen(false);
              item.onChoose();
            }}
            className={`block w-full rounded-small px-3 py-1.5 text-left text-body hover:bg-sunken focus-visible:bg-sunken pointer-coarse:py-3 ${item.danger ? 'text-fail' : 'text-ink'}`}
          >
            {item.label}
          </button>
        ))}
      </div>
    </div>
  );
}
