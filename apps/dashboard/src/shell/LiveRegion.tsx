import { useEffect, useState } from 'react';
import { selectJob } from '../connection/selectors.js';
import { useDashboard } from '../connection/store.js';
import { formatCount } from '../format/number.js';
import { defineMessages } from '../messages/define.js';
import { useMessages } from '../messages/use-messages.js';
import { useView } from '../view/view-store.js';
import { shellMessages, standingText } from './messages.js';
import { standing } from './standing.js';

const GROUP = 5_000;

const messages = defineMessages({ alerts: (count: string) => `${count} new alerts.` }, { alerts: (count) => `새 알람 ${count}건.` });

/** What a screen reader is told without asking: changes of how the job stands, and alerts grouped over five seconds; never figures that tick. */
export function LiveRegion() {
  return (
    <div className="visually-hidden">
      <StandingNews />
      <AlertNews />
    </div>
  );
}

function StandingNews() {
  const language = useView((view) => view.language);
  const { stands } = useMessages(shellMessages);
  const text = useDashboard((dashboard) => {
    const now = standing(dashboard.state, language);
    // Each checkpoint is no news.
    return now.kind === 'running' ? (selectJob(dashboard)?.state ?? '') : standingText(stands, now);
  });
  return (
    <p role="status" aria-live="polite">
      {text}
    </p>
  );
}

function AlertNews() {
  const text = useMessages(messages);
  const count = useDashboard((dashboard) => dashboard.alerts.filter((alert) => alert.status !== 'withdrawn').length);
  const [told, setTold] = useState({ at: count, news: 0 });
  useEffect(() => {
    if (count <= told.at) return;
    const timer = setTimeout(() => setTold({ at: count, news: count - told.at }), GROUP);
    return () => clearTimeout(timer);
  }, [count, told]);
  return (
    <p role="status" aria-live="polite">
      {told.news > 0 && text.alerts(formatCount(told.news))}
    </p>
  );
}
