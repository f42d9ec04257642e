import { useSyncExternalStore } from 'react';
import { useDashboard } from './store.js';

const TICK = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function tick(): void {
  const { connection, clockOffset } = useDashboard.getState();
  // A page that hears nothing stands still: ages that went on growing would be about a server that may be well.
  if (connection !== 'connected') return;
  now = Date.now() + clockOffset;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The server's time, once a second; it stands still while disconnected. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
