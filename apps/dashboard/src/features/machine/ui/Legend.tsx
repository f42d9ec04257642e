import type { ReactNode } from 'react';
import { selectJob } from '../../../connection/selectors.js';
import { useDashboard } from '../../../connection/store.js';
import { formatDuration } from '../../../format/duration.js';
import { formatCount } from '../../../format/number.js';
import { useMessages } from '../../../messages/use-messages.js';
import { useView } from '../../../view/view-store.js';
import { machineMessages } from '../messages.js';
import { useDrawn } from './machinery.js';

const ICONS: Readonly<Record<string, ReactNode>> = {
  dot: <circle cx="7" cy="7" r="2.8" fill="currentColor" />,
  abnormal: (
    <>
      <circle cx="7" cy="7" r="3" fill="currentColor" />
      <circle cx="7" cy="7" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.2" />
    </>
  ),
  replayed: <circle cx="7" cy="7" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  alert: <path d="M7 1l6 6-6 6-6-6z" fill="currentColor" />,
  barrier: <path d="M7 0v14" stroke="currentColor" strokeWidth="3" />,
  sluice: <path d="M7 2v10M3.5 2h7M3.5 12h7" stroke="currentColor" strokeWidth="2.2" fill="none" strokeLinecap="round" />,
  dry: <path d="M0 7h14" stroke="currentColor" strokeWidth="1.2" strokeDasharray="3 3" />,
};

/** What each mark means, how many records one stands for, and how long they are on their way in truth. */
export function Legend() {
  const t = useMessages(machineMessages);
  const batch = useDrawn((drawn) => drawn.batch);
  const travel = useDrawn((drawn) => drawn.travel);
  const replaying = useDrawn((drawn) => drawn.recovery?.phase === 'replaying');
  const job = useDashboard(selectJob);
  const paused = useView((view) => view.paused);
  const latency = job?.vertices
    .at(-1)
    ?.subtasks.map((each) => each.metrics.latency?.p50)
    .find((each) => each !== undefined);
  const item = (icon: string, text: string) => (
    <span key={icon} className="legend-item">
      <svg className="legend-mark" viewBox="0 0 14 14" aria-hidden="true">
        {ICONS[icon]}
      </svg>
      {text}
    </span>
  );
  return (
    <div className="legend">
      {item('dot', batch > 1 ? t.legend.records(formatCount(batch)) : t.legend.record)}
      {item('abnormal', t.legend.abnormal)}
      {item('alert', t.legend.alert)}
      {item('barrier', t.legend.barrier)}
      {item('sluice', t.legend.sluice)}
      {item('dry', t.legend.dry)}
      {replaying && item('replayed', t.legend.replayed)}
      <span className="legend-item legend-speed" aria-live="off">
        {paused ? (
          <b className="slowed">{t.paused}</b>
        ) : latency !== undefined && travel > 0 ? (
          t.legend.speed(`${Math.round(travel / 1_000)} s`, formatDuration(latency))
        ) : null}
      </span>
    </div>
  );
}
