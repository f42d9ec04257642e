import type { RecoveryPhase } from '@weir/protocol';
import type { CSSProperties } from 'react';

/** Each phase has a pattern of its own, in the bar and beside its name: nothing rests on a hue alone. */
export const phaseLook: Readonly<Record<RecoveryPhase, CSSProperties>> = {
  failed: { background: 'var(--fail)', borderColor: 'var(--fail)' },
  detected: { background: 'var(--alert)', borderColor: 'var(--alert)' },
  'checkpoint-chosen': { background: 'var(--panel)', borderColor: 'var(--ink)', borderWidth: 2 },
  restoring: { background: 'repeating-linear-gradient(135deg, var(--ink-2) 0 3px, transparent 3px 6px)', borderColor: 'var(--ink-2)' },
  replaying: { background: 'radial-gradient(circle, var(--water) 1.3px, transparent 1.6px) 0 0 / 6px 6px', borderColor: 'var(--water)' },
  running: { background: 'var(--ok)', borderColor: 'var(--ok)', borderRadius: '50%' },
};
