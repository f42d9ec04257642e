import { useDashboard } from './store.js';

const PAUSE = 1_000;

/** Loads a part of the page that came not with the first; what fails without a connection is tried again once there is one. Never rejects. */
export async function persistently<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      await connected();
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
