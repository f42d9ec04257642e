import type { AlertEntry } from '@weir/protocol';
import { memo } from 'react';
import { exactTime, formatClock } from '../../format/clock.js';
import { formatCount } from '../../format/number.js';
import { useKeyStyle } from '../../keys/use-key-style.js';
import { useMessages } from '../../messages/use-messages.js';
import { followKey } from '../../view/actions.js';
import { alertMessages } from './messages.js';
import { partAlertText } from './order.js';

/** One line. The diamond is hollow until the checkpoint that commits it; what was withdrawn is struck. */
export const AlertRow = memo(function AlertRow({ alert }: { readonly alert: AlertEntry }) {
  const text = useMessages(alertMessages);
  const style = useKeyStyle(alert.userId);
  const mark = style ? `var(--key-${style.hue})` : 'var(--alert)';
  const { before, user, after } = partAlertText(alert);
  const status = alert.status === 'committed' ? text.numbered(formatCount(alert.seq ?? 0)) : text[alert.status];
  const shown = alert.timestamp ?? alert.raisedAt;
  return (
    <div
      data-status={alert.status}
      title={`${alert.message}\n${status}\n${exactTime(shown)}`}
      onPointerEnter={() => followKey(alert.userId)}
      onPointerLeave={() => followKey(undefined)}
      className="grid h-[34px] grid-cols-[12px_minmax(0,1fr)_auto] items-center gap-x-2 border-line-2 border-b pr-3.5 pl-[9px]"
      style={{
        borderLeft: `3px solid ${mark}`,
        background:
          alert.status === 'pending' ? `linear-gradient(90deg, color-mix(in srgb, ${mark} 9%, transparent), transparent 70%)` : undefined,
      }}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" role="img" aria-label={status}>
        <path
          d="M6 .9L11.1 6 6 11.1.9 6z"
          stroke={mark}
          strokeWidth="1.6"
          fill={alert.status === 'committed' ? mark : 'none'}
          opacity={alert.status === 'withdrawn' ? 0.6 : 1}
        />
      </svg>
      {/* What stands before is cut first, then a long user, never what follows: the count is the news. */}
      <span className={`flex min-w-0 whitespace-pre ${alert.status === 'withdrawn' ? 'text-ink-3 line-through' : ''}`}>
        <span className="min-w-0 truncate">{before}</span>
        <b className="max-w-[13em] flex-none truncate font-semibold" style={{ color: style ? `var(--key-${style.hue}-text)` : undefined }}>
          {user}
        </b>
        <span className="flex-none">{after}</span>
      </span>
      <time className="whitespace-nowrap text-ink-3 text-small">{formatClock(shown)}</time>
    </div>
  );
});
