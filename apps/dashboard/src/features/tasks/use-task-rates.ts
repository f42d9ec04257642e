import { useEffect, useState } from 'react';
import { selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { TaskRateBook, type TaskRates } from './task-rates.js';

/** Once a second: rates that tick faster cannot be read. */
const EVERY = 1_000;

export function useTaskRates(): ReadonlyMap<string, TaskRates> {
  const [rates, setRates] = useState<ReadonlyMap<string, TaskRates>>(() => new Map());
  useEffect(() => {
    const book = new TaskRateBook();
    const note = () => {
      const dashboard = useDashboard.getState();
      if (dashboard.connection !== 'connected' || !dashboard.state) return;
      book.note(selectVertices(dashboard), dashboard.state.server.now);
      setRates(book.rates);
    };
    note();
    const timer = setInterval(note, EVERY);
    return () => clearInterval(timer);
  }, []);
  return rates;
}
