import { reloadPage } from './reload.js';
import { useDashboard } from './store.js';

const PAUSE = 1_000;
/** Failures in spite of a connection. The first may be that it was about to be lost. */
const RELOAD_AFTER = 2;

/**
 * Loads a part of the page that came not with the first, as soon as there is a connection. Never rejects; what fails is tried again.
 * Some browsers (Chromium 143) remember that a module could not be fetched, and never ask for it again: there only another page helps.
 */
export async function persistently<T>(load: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    await connected();
    if (failures >= RELOAD_AFTER) reloadPage();
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

function connected(): Promise<void> {
  return new Promise((resolve) => {
    if (useDashboard.getState().connection === 'connected') return resolve();
    const unsubscribe = useDashboard.subscribe(({ connection }) => {
      if (connection !== 'connected') return;
      unsubscribe();
      resolve();
    });
  });
}
