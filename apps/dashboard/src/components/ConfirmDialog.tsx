import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './Button.js';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly verb: string;
  readonly cancel: string;
  readonly busy?: boolean;
  readonly error?: string | undefined;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** What does not come back asks first, names what it is about, and its button says the verb. */
export function ConfirmDialog({ title, children, verb, cancel, busy = false, error, onConfirm, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      className="m-auto w-[min(440px,calc(100vw-32px))] rounded-large border border-line bg-panel p-5 text-ink shadow-menu backdrop:bg-[rgb(6_17_26/0.45)]"
    >
      <h2 id={titleId} className="font-bold text-state">
        {title}
      </h2>
      <div className="mt-2 text-body text-ink-2">{children}</div>
      {error !== undefined && (
        <p role="alert" className="mt-3 rounded-small bg-fail-ground px-3 py-2 text-fail text-small">
          {error}
        </p>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={() => dialog.current?.close()}>{cancel}</Button>
        <Button tone="solid-danger" disabled={busy} onClick={onConfirm}>
          {verb}
        </Button>
      </div>
    </dialog>
  );
}
