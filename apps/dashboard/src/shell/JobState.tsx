import type { JobStatus } from '@weir/protocol';
import { selectConnected, selectJob } from '../connection/selectors.js';
import { useDashboard } from '../connection/store.js';
import { UNKNOWN } from '../format/number.js';
import { useMessages } from '../messages/use-messages.js';
import { shellMessages } from './messages.js';

type Mark = 'disc' | 'triangle' | 'cross' | 'ring';

const marks: Readonly<Record<JobStatus, readonly [mark: Mark, tone: string]>> = {
  RUNNING: ['disc', 'text-ok'],
  INITIALIZING: ['triangle', 'text-alert'],
  CREATED: ['triangle', 'text-alert'],
  RESTARTING: ['triangle', 'text-alert'],
  CANCELLING: ['triangle', 'text-alert'],
  RECONCILING: ['triangle', 'text-alert'],
  SUSPENDED: ['triangle', 'text-alert'],
  FAILING: ['cross', 'text-fail'],
  FAILED: ['cross', 'text-fail'],
  CANCELED: ['ring', 'text-ink-2'],
  FINISHED: ['ring', 'text-ink-2'],
};

/** Flink's word, never translated, with a mark of its own shape. Hollow and grey where it is only what was last known. */
export function JobState() {
  const state = useDashboard((dashboard) => selectJob(dashboard)?.state);
  const connected = useDashboard(selectConnected);
  const text = useMessages(shellMessages);
  const [mark, tone] = state ? marks[state] : (['ring', 'text-ink-3'] as const);
  const stale = state !== undefined && !connected;
  return (
    <span
      title={stale ? text.lastKnown : undefined}
      className={`inline-flex items-center gap-1.5 whitespace-nowrap font-bold text-state ${stale ? 'text-ink-3' : tone}`}
    >
      <StateMark mark={stale ? 'ring' : mark} />
      <span data-testid="job-state" className="min-w-[84px]">
        {state ?? UNKNOWN}
      </span>
    </span>
  );
}

function StateMark({ mark }: { readonly mark: Mark }) {
  return (
    <svg width="11" height="11" viewBox="0 0 12 12" aria-hidden="true" className="flex-none">
      {mark === 'disc' && <circle cx="6" cy="6" r="5" fill="currentColor" />}
      {mark === 'ring' && <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="2" />}
      {mark === 'triangle' && <path d="M6 1l5.5 10H.5z" fill="currentColor" />}
      {mark === 'cross' && <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.6" />}
    </svg>
  );
}
