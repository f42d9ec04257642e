import { useSyncExternalStore } from 'react';

/** Places of the page, kept in the hash: the server answers at `/` alone. */
export type Route =
  | { readonly view: 'overview'; readonly section?: string }
  | { readonly view: 'pipeline' }
  | { readonly view: 'checkpoint'; readonly id: number };

/** Sections of the first page that have an address of their own: `#/tasks` shows it and goes there. */
const SECTIONS = ['alerts', 'log', 'throughput', 'checkpoints', 'recovery', 'tasks', 'cluster', 'settings'] as const;

export function readRoute(hash: string): Route {
  const [, first = '', second = ''] = (hash.replace(/^#/, '').split('?')[0] ?? '').split('/');
  if (first === 'pipeline') return { view: 'pipeline' };
  if (first === 'checkpoints' && /^\d+$/.test(second)) return { view: 'checkpoint', id: Number(second) };
  if (SECTIONS.some((section) => section === first)) return { view: 'overview', section: first };
  return { view: 'overview' };
}

export const places = {
  overview: '#/',
  pipeline: '#/pipeline',
  checkpoint: (id: number) => `#/checkpoints/${id}`,
};

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}
