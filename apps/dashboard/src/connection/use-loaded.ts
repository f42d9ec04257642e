import { useEffect, useState } from 'react';

export type Loaded<T> =
  | { readonly state: 'idle' | 'loading' }
  | { readonly state: 'loaded'; readonly value: T }
  | { readonly state: 'failed'; readonly reason: string };

/** What `load` answers, asked anew when `key` changes; nothing is asked while it is undefined. */
export function useLoaded<T>(key: string | undefined, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'idle' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` names all that `load` depends on.
  useEffect(() => {
    if (key === undefined) return setLoaded({ state: 'idle' });
    const abort = new AbortController();
    setLoaded({ state: 'loading' });
    load(abort.signal).then(
      (value) => setLoaded({ state: 'loaded', value }),
      (error: Error) => abort.signal.aborted || setLoaded({ state: 'failed', reason: error.message }),
    );
    return () => abort.abort();
  }, [key]);
  return loaded;
}
