import { useEffect, useRef, useState } from 'react';

/** A JobManager is replaced within a tenth of a second: its fall is seen this long, ms. */
const SEEN = 1_500;

/** True while no JobManager leads, and for a moment after a new one has taken over. */
export function useFallen(leading: boolean, attempt: number | undefined): boolean {
  const last = useRef(attempt);
  const [fallen, setFallen] = useState(false);
  useEffect(() => {
    const replaced = last.current !== undefined && attempt !== undefined && attempt > last.current;
    last.current = attempt;
    if (!replaced) return;
    setFallen(true);
    const timer = setTimeout(() => setFallen(false), SEEN);
    return () => clearTimeout(timer);
  }, [attempt]);
  return fallen || (attempt !== undefined && !leading);
}
