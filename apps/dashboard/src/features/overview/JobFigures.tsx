import { Figure } from '../../components/Figure.js';
import { Quantities, Unit } from '../../components/Quantities.js';
import { useNow } from '../../connection/now.js';
import { selectJob, selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactTime } from '../../format/clock.js';
import { longDuration } from '../../format/duration.js';
import { formatShort, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { useView } from '../../view/view-store.js';
import { meanThroughput, slowestSink } from './figures.js';
import { overviewMessages } from './messages.js';

export function UptimeFigure() {
  const text = useMessages(overviewMessages);
  const language = useView((view) => view.language);
  const now = useNow();
  const start = useDashboard((dashboard) => selectJob(dashboard)?.startTime);
  const end = useDashboard((dashboard) => selectJob(dashboard)?.endTime);
  const until = end !== undefined && end > 0 ? end : now;
  return (
    <Figure label={text.uptime} exact={text.since(exactTime(start))}>
      <Quantities parts={longDuration(start === undefined ? undefined : until - start, language)} />
    </Figure>
  );
}

export function EventsFigure() {
  const text = useMessages(overviewMessages);
  const rate = useDashboard((dashboard) => meanThroughput(dashboard.state?.series, selectVertices(dashboard)));
  return (
    <Figure label={text.events} exact={text.eventsExact}>
      {formatShort(rate)}
    </Figure>
  );
}

export function LatencyFigure({ className }: { readonly className: string }) {
  const text = useMessages(overviewMessages);
  const latency = useDashboard((dashboard) => slowestSink(selectVertices(dashboard)));
  const parts = latency ? [latency.p50, latency.p95, latency.p99] : [];
  return (
    <Figure label={text.latency} exact={text.latencyExact} className={className}>
      {parts.length === 0 ? UNKNOWN : parts.map(milliseconds).join(' · ')}
      {parts.length > 0 && <Unit> ms</Unit>}
    </Figure>
  );
}

function milliseconds(ms: number): string {
  return ms < 99.95 ? ms.toFixed(1) : ms.toFixed(0);
}
