import type { RecoveryInfo } from '@weir/protocol';
import { useEffect, useState } from 'react';
import { PHASES } from './steps.js';

/** A step stays this long before the next is shown: a recovery takes some 0.15 s, too fast for the eye. */
const STEP_MS = 600;

/** How many of a recovery's steps are shown so far; never more than it has reached. */
export function usePlayedSteps(recovery: RecoveryInfo): { readonly shown: number; readonly slowed: boolean } {
  const reached = PHASES.filter((phase) => recovery.phases[phase] !== undefined).length;
  const [shown, setShown] = useState(() => (Date.now() - (recovery.phases.failed ?? 0) > 30_000 ? reached : 1));
  useEffect(() => {
    if (shown >= reached) return;
    const timer = setTimeout(() => setShown(shown + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [shown, reached]);
  return { shown: Math.min(shown, reached), slowed: shown < reached };
}
