import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { Panel } from '../../components/Panel.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatCount } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { sum } from '../overview/figures.js';
import { AlertRow } from './AlertRow.js';
import { alertMessages } from './messages.js';
import { useOlderAlerts } from './older.js';
import { newestFirst, oldestNumber } from './order.js';

const ROW = 34;

/** Every alert, never sampled, newest on top; those from before this visit are fetched when asked for. */
export function AlertLog() {
  const text = useMessages(alertMessages);
  const live = useDashboard((dashboard) => dashboard.alerts);
  const older = useOlderAlerts();
  const alerts = useMemo(() => [...newestFirst(live), ...newestFirst(older.alerts)], [live, older.alerts]);
  const oldest = oldestNumber(alerts) ?? 1;
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: alerts.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => alerts[index]?.id ?? index,
    overscan: 6,
  });
  return (
    <Panel id="alerts" title={text.title} note={<AlertNote />} testId="alert-log" className="h-full">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it. */}
      <div ref={scroll} tabIndex={0} role="log" aria-live="off" aria-labelledby="alerts-title" className="min-h-0 flex-1 overflow-y-auto">
        {alerts.length === 0 && <p className="px-4 py-2 text-ink-3 text-small">{text.none}</p>}
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const alert = alerts[row.index];
            return (
              <div key={row.key} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start}px)` }}>
                {alert && <AlertRow alert={alert} />}
              </div>
            );
          })}
        </div>
        {oldest > 1 && (
          <button
            type="button"
            disabled={older.state === 'loading'}
            onClick={() => older.load(oldest)}
            className="w-full px-4 py-2 text-left text-ink-2 text-small hover:text-ink"
          >
            {older.state === 'loading' ? text.loading : older.state === 'failed' ? text.failed : text.older}
          </button>
        )}
      </div>
    </Panel>
  );
}

function AlertNote() {
  const text = useMessages(alertMessages);
  const committed = useDashboard((dashboard) => {
    const job = selectJob(dashboard);
    return job && sum(Object.values(job.committed));
  });
  const pending = useDashboard((dashboard) => dashboard.state?.pendingAlerts ?? 0);
  return (
    <>
      {text.committed(formatCount(committed))}
      {pending > 0 && ` · ${text.waiting(formatCount(pending))}`}
    </>
  );
}
