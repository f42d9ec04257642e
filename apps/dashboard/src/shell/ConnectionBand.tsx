import { useEffect, useState } from 'react';
import { retryNow } from '../connection/socket.js';
import { useDashboard } from '../connection/store.js';
import { formatClock } from '../format/clock.js';
import { useMessages } from '../messages/use-messages.js';
import { shellMessages } from './messages.js';

/** Says since when there is no connection and when the page tries again. It lies over the page: nothing moves when it comes or goes. */
export function ConnectionBand() {
  const disconnected = useDashboard((dashboard) => dashboard.connection === 'disconnected');
  const since = useDashboard((dashboard) => dashboard.since);
  const text = useMessages(shellMessages);
  if (!disconnected) return null;
  return (
    <div
      role="alert"
      className="fixed inset-x-0 bottom-0 z-50 flex flex-wrap items-center gap-x-3 gap-y-1 bg-[#14212a] px-5 py-2.5 text-[#f1f6f8] text-body shadow-menu"
    >
      <strong className="font-semibold">{text.offlineSince(formatClock(since))}</strong>
      <span className="text-[#c6d5dc] text-small">{text.offlineNote}</span>
      <span className="ml-auto flex items-center gap-3">
        <Retry />
        <button
          type="button"
          onClick={retryNow}
          className="h-7 whitespace-nowrap rounded-small border border-[#8da7b3] px-2.5 font-semibold text-small hover:border-[#f1f6f8] pointer-coarse:h-11"
        >
          {text.retryNow}
        </button>
      </span>
    </div>
  );
}

function Retry() {
  const retryAt = useDashboard((dashboard) => dashboard.retryAt);
  const text = useMessages(shellMessages);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return (
    <span aria-hidden="true" className="text-[#c6d5dc] text-small">
      {text.retryIn(Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000)))}
    </span>
  );
}
