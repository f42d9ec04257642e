import { setPaused } from '../view/actions.js';
import { useView } from '../view/view-store.js';

/** Space pauses the drawings, unless something that takes keys has the focus. */
export function listenToKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (event.key !== ' ' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest('button, a, input, select, textarea, dialog, [role="menuitem"], [tabindex]:not(body)')) return;
    event.preventDefault();
    setPaused(!useView.getState().paused);
  };
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}
