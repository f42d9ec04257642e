import { useCallback, useState } from 'react';
import type { Command } from '../connection/commands.js';
import { selectSend } from '../connection/selectors.js';
import { useDashboard } from '../connection/store.js';

interface Sending {
  readonly busy: boolean;
  /** What the engine said when it refused, in its own words. */
  readonly error: string | undefined;
  /** True if it was taken. */
  readonly run: (command: Command) => Promise<boolean>;
  readonly clear: () => void;
}

/** One command at a time, and what became of it. */
export function useCommand(): Sending {
  const send = useDashboard(selectSend);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const run = useCallback(
    async (command: Command) => {
      setBusy(true);
      setError(undefined);
      const answer = await send(command);
      setBusy(false);
      if (!answer.ok) setError(answer.message);
      return answer.ok;
    },
    [send],
  );
  const clear = useCallback(() => setError(undefined), []);
  return { busy, error, run, clear };
}
